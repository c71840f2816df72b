"""A job's output, as shown while the job is followed in a terminal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest

from alcf_mcp.cli import following
from alcf_mcp.config import Settings, load_settings
from alcf_mcp.facility import Facility, ProcessState
from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.iri import IRIClient
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant

JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": "/eagle/LocalDemo",
}


@pytest.fixture(autouse=True)
def opened(local: LocalFacility, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command open the tests' facility, with short waits."""

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[Facility]:
        asgi = httpx.ASGITransport(local.app)
        async with IRIClient("http://local/api/v1", token=local.token, http=asgi) as iri:
            yield Facility(ProcessState(iri, journal))

    monkeypatch.setattr(following, "opened", opened)
    monkeypatch.setattr(following, "LATE_PAUSE", 0.1)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.1)


async def submit(assistant: Assistant, script: str) -> str:
    return str((await assistant.do("submit_job", **JOB, script=script))["job_id"])


async def written(assistant: Assistant, job_id: str) -> None:
    """Wait until both of a job's output files are there, shortly after its end."""
    await assistant.do("wait_for_job", job_id=job_id)
    with anyio.fail_after(10):
        while "can't be read" in (await assistant.call("get_job_output", job_id=job_id)).text:  # noqa: ASYNC110
            await anyio.sleep(0.05)


async def follow(job_id: str) -> None:
    with anyio.fail_after(20):
        await following.follow(load_settings(facility="local"), job_id, None, "both")


async def test_what_a_job_wrote_is_shown_though_the_facility_knows_it_no_more(
    local: LocalFacility, assistant: Assistant, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    job_id = await submit(assistant, "echo out\necho err >&2")
    await written(assistant, job_id)
    await journal.store.run(lambda db: db.execute("UPDATE jobs SET state = 'queued', ended_by = NULL"))
    unknown = {"detail": f"Job {job_id} not found."}
    local.faults.add(Fault(path=f"/compute/status/.*/{job_id}", status=400, body=unknown, times=None))
    await follow(job_id)
    shown = capsys.readouterr()
    assert shown.out == "out\n"
    assert shown.err == f"err\n{job_id}: not known to the facility now; last seen queued\n"


async def test_what_is_missing_of_a_job_that_is_not_known_is_told(
    local: LocalFacility, assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    job_id = await submit(assistant, "sleep 60")
    unknown = {"detail": f"Job {job_id} not found."}
    local.faults.add(Fault(path=f"/compute/status/.*/{job_id}", status=400, body=unknown, times=None))
    await follow(job_id)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "stdout: The facility no longer knows the job, and its file can't be read" in shown.err


async def test_text_is_shown_as_it_was_written(
    assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    await follow(await submit(assistant, "printf 'a\\tb\\n'\nprintf '[c]\\td\\n' >&2"))
    shown = capsys.readouterr()
    assert shown.out == "a\tb\n"
    assert shown.err.startswith("[c]\td\n")


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, "one\n\ntwo\n"),
        ({"FORCE_COLOR": "1"}, "\x1b[31mone\x1b[0m\n\n\x1b[31mtwo\x1b[0m\n"),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "one\n\ntwo\n"),
    ],
)
async def test_stderr_is_red_on_a_terminal_alone(
    assistant: Assistant,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    shown: str,
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    await follow(await submit(assistant, "printf 'one\\n\\ntwo\\n' >&2"))
    assert shown in capsys.readouterr().err


async def test_what_follows_a_last_line_without_an_end_starts_on_a_new_line(
    assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    job_id = await submit(assistant, "printf out\nprintf err >&2")
    await written(assistant, job_id)
    await follow(job_id)
    shown = capsys.readouterr()
    assert shown.out == "out", "as the job wrote it"
    assert shown.err == f"\nerr\n{job_id}: completed, exit code 0 (success)\n"
