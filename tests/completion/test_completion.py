"""A client offers values while the user types; that never fails and never keeps the user waiting."""

from pathlib import Path

import anyio
import pytest
from mcp.types import Completion, PromptReference, ResourceTemplateReference

from alcf_mcp import completion
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect, Era

JOB = "alcf://jobs/{resource}/{job_id}"
FILE = "alcf://files/{+path}"


async def completed(assistant: Assistant, place: str, argument: str, typed: str, **known: str) -> Completion:
    """Complete a prompt argument or a variable in a resource URI."""
    is_uri = place.startswith("alcf://")
    reference = ResourceTemplateReference(uri=place) if is_uri else PromptReference(name=place)
    answer = await assistant.client.complete(reference, {"name": argument, "value": typed}, known or None)
    return answer.completion


async def values(assistant: Assistant, place: str, argument: str, typed: str, **known: str) -> list[str]:
    return (await completed(assistant, place, argument, typed, **known)).values


@pytest.mark.parametrize(
    ("place", "argument", "typed", "offered"),
    [
        ("check-my-jobs", "resource", "Po", ["polaris"]),
        ("submit-a-script", "queue", "debug", ["debug", "debug-scaling"]),
        ("submit-a-script", "account", "local", ["LocalDemo", "LocalTiny"]),
        ("submit-a-script", "script", "", ["/eagle/", "/lus/eagle/", "/home/"]),
        ("tidy-a-directory", "path", "/eagle/LocalD", ["/eagle/LocalDemo/"]),
        ("tidy-a-directory", "path", "/eagle/LocalDemo/w", ["/eagle/LocalDemo/work/"]),
        (JOB, "resource", "p", ["polaris"]),
        (FILE, "path", "e", ["eagle/"]),
        (FILE, "path", "eagle/LocalDemo/w", ["eagle/LocalDemo/work/"]),
        ("alcf://resources/{name}", "name", "e", ["eagle"]),
        ("alcf://guide/{topic}", "topic", "q", ["queues"]),
        ("alcf://templates/{name}", "name", "polaris-m", ["polaris-mpi-gpu"]),
        ("submit-a-script", "walltime", "1", []),
        ("no-prompt", "resource", "p", []),
    ],
)
async def test_what_is_offered(
    assistant: Assistant, directory: str, place: str, argument: str, typed: str, offered: list[str]
) -> None:
    assert await values(assistant, place, argument, typed) == offered


async def test_jobs_are_offered_the_newest_first(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        job = {"account": "LocalDemo", "queue": "debug", "directory": "/home/ada", "script": "true"}
        first, second = [
            (await assistant.do("submit_job", resource=machine, **job))["job_id"]
            for machine in ("polaris", "crux")
        ]
        assert await values(assistant, "why-did-my-job-fail", "job_id", "") == [second, first]
        assert await values(assistant, JOB, "job_id", "", resource="polaris") == [first]


async def test_what_is_offered_is_not_told(assistant: Assistant, local: LocalFacility) -> None:
    job = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": "/home/ada"}
    job_id = (await assistant.do("submit_job", script="true", **job))["job_id"]
    with anyio.fail_after(10):
        while not list(local.settings.root.rglob(f"{job_id}.OU")):  # noqa: ASYNC110 - nothing signals it
            await anyio.sleep(0.05)
    assert await values(assistant, JOB, "job_id", "") == [job_id]
    listed = await assistant.do("list_jobs")  # jobs that ended since the last call are shown once
    assert [job["job_id"] for job in listed["jobs"]] == [job_id]


async def test_a_queue_is_one_of_the_machine_that_is_named(assistant: Assistant) -> None:
    assert "prod" in await values(assistant, "submit-a-script", "queue", "", resource="polaris")
    assert "prod" not in await values(assistant, "submit-a-script", "queue", "", resource="crux")


async def test_a_directory_is_read_once_and_offered_in_part(
    assistant: Assistant, local: LocalFacility, tmp_path: Path, directory: str
) -> None:
    for number in range(130):
        (tmp_path / "local" / "tree" / directory.strip("/") / f"run{number:03}").touch()
    local.faults.requests.clear()
    found = await completed(assistant, FILE, "path", f"{directory}/r".lstrip("/"))
    assert (len(found.values), found.total, found.has_more) == (100, 130, True)
    assert await values(assistant, "tidy-a-directory", "path", f"{directory}/run12") == [
        f"{directory}/run12{digit}" for digit in range(10)
    ]
    assert local.faults.count("GET", "/filesystem/ls/") == 1


async def test_nobody_waits_for_a_slow_facility_and_its_answer_serves_the_next(
    assistant: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "PATIENCE", 0.1)
    local.faults.add(Fault(path="/account/projects", delay=0.4))
    assert await values(assistant, "allocation-report", "project", "L") == []
    await anyio.sleep(0.6)
    assert await values(assistant, "allocation-report", "project", "L") == ["LocalDemo", "LocalTiny"]
    assert local.faults.count("GET", "/account/projects") == 1


async def test_what_fails_offers_nothing(assistant: Assistant, local: LocalFacility) -> None:
    local.faults.add(Fault(path="/account/projects", status=403, times=None))
    assert await values(assistant, "allocation-report", "project", "") == []
    assert await values(assistant, "tidy-a-directory", "path", "/eagle/LocalDemo/nothing/x") == []
    assert await values(assistant, "tidy-a-directory", "path", "/etc/pass") == []
    assert await values(assistant, JOB, "job_id", "", resource="no-machine") == []


async def test_of_groups_that_are_left_out_nothing_is_asked(connect: Connect, local: LocalFacility) -> None:
    async with connect(toolsets="status") as assistant:
        for argument in ("account", "script"):
            assert await values(assistant, "submit-a-script", argument, "/eagle/L") == []
        assert local.faults.count("GET", "/account/|/filesystem/") == 0
