"""The request that each operation makes; the contract tests check that the standard has it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from alcf_mcp.iri.errors import NotAnIRIAnswer
from alcf_mcp.iri.models import ChangeMode, Compress, JobAttributes, JobSpec
from tests.iri.support import Recorder, client, saying

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "arguments", "target"),
    [
        ("get_facility", {}, "GET /facility"),
        ("get_site", {"site_id": "anl"}, "GET /facility/sites/anl"),
        ("get_resource", {"resource_id": "a b"}, "GET /status/resources/a%20b"),
        ("get_incident", {"incident_id": "i"}, "GET /status/incidents/i"),
        ("get_event", {"event_id": "e"}, "GET /status/events/e"),
        ("get_capability", {"capability_id": "c"}, "GET /account/capabilities/c"),
        ("get_project", {"project_id": "P"}, "GET /account/projects/P"),
        (
            "get_user_allocation",
            {"project_id": "P", "allocation_id": "a", "user_allocation_id": "u"},
            "GET /account/projects/P/project_allocations/a/user_allocations/u",
        ),
        (
            "get_job",
            {"resource_id": "polaris", "job_id": "12.pbs", "historical": False},
            "GET /compute/status/polaris/12.pbs?historical=false",
        ),
        ("get_task", {"task_id": "t"}, "GET /task/t"),
        (
            "ls",
            {"resource_id": "e", "path": "/eagle/a+b c", "show_hidden": True, "numeric_ids": False},
            "GET /filesystem/ls/e?path=%2Feagle%2Fa%2Bb+c&showHidden=true&numericUid=false",
        ),
        (
            "head",
            {"resource_id": "e", "path": "/f", "num_bytes": 10, "skip_trailing": True},
            "GET /filesystem/head/e?path=%2Ff&bytes=10&skipTrailing=true",
        ),
        (
            "tail",
            {"resource_id": "e", "path": "/f", "lines": 3, "skip_heading": False},
            "GET /filesystem/tail/e?path=%2Ff&lines=3&skipHeading=false",
        ),
        (
            "view",
            {"resource_id": "e", "path": "/f", "offset": 0},
            "GET /filesystem/view/e?path=%2Ff&offset=0",
        ),
        ("rm", {"resource_id": "e", "path": "/f"}, "DELETE /filesystem/rm/e?path=%2Ff"),
    ],
)
async def test_arguments_go_to_their_places(method: str, arguments: dict[str, Any], target: str) -> None:
    facility = Recorder({"id": "x"})
    await getattr(client(facility), method)(**arguments)
    assert facility.target == target


async def test_periods_and_kinds_of_incidents_have_short_names_on_the_wire() -> None:
    facility = Recorder([])
    await client(facility).list_incidents(
        time_from=NOON, time_to=NOON, incident_type="planned", resolution="pending"
    )
    assert dict(facility.request.url.params) == {
        "from": "2026-08-01T12:00:00+00:00",
        "to": "2026-08-01T12:00:00+00:00",
        "type": "planned",
        "resolution": "pending",
    }


async def test_jobs_are_listed_with_post_and_without_a_body() -> None:
    facility = Recorder([{"id": "1"}])
    (job,) = await client(facility).list_jobs("polaris", historical=True, limit=1000)
    assert job.state == "new"
    assert facility.target == "POST /compute/status/polaris?historical=true&limit=1000"
    assert facility.request.content == b""


@pytest.mark.parametrize(("method", "ids"), [("submit_job", ("polaris",)), ("update_job", ("polaris", "1"))])
async def test_a_job_goes_out_as_its_spec_says(method: str, ids: tuple[str, ...]) -> None:
    facility = Recorder({"id": "1", "status": {"state": "queued"}})
    spec = JobSpec(executable="/bin/true", attributes=JobAttributes(duration=60, account="P"))
    job = await getattr(client(facility), method)(*ids, spec)
    assert (job.id, job.state) == ("1", "queued")
    assert facility.request.content == (
        b'{"executable":"/bin/true","attributes":{"duration":60,"account":"P"}}'
    )


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200, json={"id": "1"})])
async def test_canceling_a_job_answers_nothing(answer: httpx.Response) -> None:
    await client(answer).cancel_job("polaris", "1")


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200), *(httpx.Response(200, text=text) for text in ('{"ok": 1}', '"ok"', "[]"))],
)
async def test_what_is_no_answer_to_a_cancel_is_not_taken_for_one(answer: httpx.Response) -> None:
    with pytest.raises(NotAnIRIAnswer):
        await client(answer).cancel_job("polaris", "1")


@pytest.mark.parametrize(("data", "said"), [("Task canceled", "Task canceled"), (None, "")])
async def test_canceling_a_task_answers_what_the_facility_says(data: Any, said: str) -> None:
    assert await saying(data).cancel_task("t") == said


@pytest.mark.parametrize("name", ["task_id", "id"])
async def test_every_change_of_a_file_answers_with_a_task(name: str) -> None:
    iri = saying({name: "t", "task_uri": "https://facility.example/api/v1/task/t"})
    for handle in (
        await iri.chmod("eagle", ChangeMode(path="/f", mode="750")),
        await iri.compress("eagle", Compress(path="/f", target_path="/f.gz")),
        await iri.upload("eagle", "/f", b""),
        await iri.rm("eagle", "/f"),
    ):
        assert handle.task_id == "t"


async def test_an_upload_is_named_after_its_path() -> None:
    facility = Recorder({"task_id": "t"})
    await client(facility).upload("eagle", "/eagle/P/a b.txt", b"x")
    assert facility.target == "POST /filesystem/upload/eagle?path=%2Feagle%2FP%2Fa+b.txt"
    assert b'filename="a b.txt"' in facility.request.content
