"""The journal remembers submitted jobs, for all processes of a person, and for nobody else."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from alcf_mcp.iri.models import JobSpec, ResourceSpec
from alcf_mcp.journal import Journal, JournalError, SubmittedJob


def submitted(job_id: str, **spec: Any) -> SubmittedJob:
    return SubmittedJob(
        job_id=job_id,
        resource_id="r",
        resource="Polaris",
        submitted_at=datetime(2026, 8, 1, tzinfo=UTC),
        spec=JobSpec(resources=ResourceSpec(node_count=2), **spec),
        script='echo "ünï"\n',
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.sqlite")


async def test_a_job_is_found_again_by_its_id_or_the_number_in_front(journal: Journal) -> None:
    job = submitted("12.polaris-pbs-01.alcf", name="train")
    await journal.record_job(job)
    assert await journal.job("12.polaris-pbs-01.alcf") == job
    assert await journal.job("12") == job
    assert await journal.job("1") is None
    assert await journal.jobs(["12.polaris-pbs-01.alcf", "13"]) == {job.job_id: job}


async def test_what_a_job_has_become_replaces_what_it_was(journal: Journal) -> None:
    await journal.record_job(submitted("1.p", name="old"))
    await journal.record_job(submitted("1.p", name="new"))
    found = await journal.job("1.p")
    assert found is not None
    assert found.spec.name == "new"


async def test_only_the_person_can_read_it(journal: Journal) -> None:
    await journal.check()
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


async def test_many_writers_at_once_lose_nothing(journal: Journal) -> None:
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(Journal(journal.path).record_job, submitted(f"{number}.p"))
    assert len(await journal.jobs([f"{n}.p" for n in range(30)])) == 30


async def test_a_journal_that_cant_be_used_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"file/journal\.sqlite"):
        await Journal(tmp_path / "file" / "journal.sqlite").check()
    broken = tmp_path / "broken.sqlite"
    broken.write_text("this is no database, but it is long enough to be read as one " * 20)
    with pytest.raises(JournalError, match="not a database"):
        await Journal(broken).job("1")
