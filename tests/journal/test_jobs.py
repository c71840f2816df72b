"""Jobs that were submitted from here are recorded with what was requested."""

from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from alcf_mcp.iri.models import JobSpec, ResourceSpec
from alcf_mcp.journal import Journal, SubmittedJob
from tests.conftest import record_of


def submitted(job_id: str, **spec: Any) -> SubmittedJob:
    return SubmittedJob(
        job_id=job_id,
        resource_id="r",
        resource="Polaris",
        submitted_at=datetime(2026, 8, 1, tzinfo=UTC),
        spec=JobSpec(resources=ResourceSpec(node_count=2), **spec),
        script='echo "ünï"\n',
    )


async def test_a_job_is_found_again_by_its_id_or_the_number_in_front(journal: Journal) -> None:
    job = submitted("12.polaris-pbs-01.alcf", name="train")
    await journal.jobs.record(job)
    assert await journal.jobs.named("12.polaris-pbs-01.alcf") == [job]
    assert await journal.jobs.named("12") == [job]
    assert await journal.jobs.named("1") == []
    assert await journal.jobs.among(["12.polaris-pbs-01.alcf", "13"]) == {job.job_id: job}


async def test_what_a_job_has_become_replaces_what_it_was(journal: Journal) -> None:
    await journal.jobs.record(submitted("1.p", name="old"))
    await journal.jobs.record(submitted("1.p", name="new"))
    found = await record_of(journal, "1.p")
    assert found is not None
    assert found.spec.name == "new"


async def test_many_writers_at_once_lose_nothing(journal: Journal) -> None:
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(Journal(journal.store).jobs.record, submitted(f"{number}.p"))
    assert len(await journal.jobs.among([f"{n}.p" for n in range(30)])) == 30


async def test_a_job_not_seen_ended_is_not_lost_behind_newer_ones_that_have(journal: Journal) -> None:
    waits = submitted("1.p")
    waits.submitted_at = datetime.now(UTC) - timedelta(days=3)
    await journal.jobs.record(waits)
    for number in range(2, 14):
        ended = submitted(f"{number}.p")
        ended.submitted_at = datetime.now(UTC)
        await journal.jobs.record(ended)
        seen = {"state": "completed", "ended_by": datetime.now(UTC)}
        await journal.jobs.note([ended.model_copy(update=seen)])
    day_ago = datetime.now(UTC) - timedelta(days=1)
    await journal.jobs.note_told([f"{number}.p" for number in range(4, 14)])
    found = [job.job_id for job in await journal.jobs.since(day_ago, ended_too=False, limit=5)]
    assert found == ["1.p", "3.p", "2.p"], "it, and what has ended and was not told"
    assert len(await journal.jobs.since(day_ago, ended_too=True, limit=50)) == 13
    assert (await journal.jobs.since(day_ago, ended_too=True, limit=5))[0].job_id == "1.p"
