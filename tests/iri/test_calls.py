"""What all operation groups share: how a response is read, and what may be odd about it."""

from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from alcf_mcp.iri.calls import wire_time
from alcf_mcp.iri.errors import InvalidCall, NotAnIRIAnswer, NotFound
from alcf_mcp.iri.models import MakeDirectory
from tests.iri.support import Recorder, client, saying


@pytest.mark.parametrize("data", [[{"id": "a"}, {"id": "b"}], {"items": [{"id": "a"}, {"id": "b"}]}])
async def test_a_list_comes_bare_or_under_items(data: object) -> None:
    assert [site.id for site in await saying(data).list_sites()] == ["a", "b"]


@pytest.mark.parametrize("answer", [httpx.Response(200, text="null"), httpx.Response(204)])
async def test_no_list_is_an_empty_one(answer: httpx.Response) -> None:
    assert await client(answer).list_sites() == []


async def test_where_a_facility_answers_empty_lists_with_404_they_are_empty_here() -> None:
    nowhere = saying({"detail": "No incidents found."}, 404)
    assert await nowhere.list_incidents() == []
    assert await nowhere.list_events() == []
    assert await nowhere.list_resources() == []
    assert await nowhere.list_capabilities() == []


async def test_elsewhere_a_404_is_one() -> None:
    nowhere = saying({}, 404)
    for call in (nowhere.list_sites(), nowhere.list_projects(), nowhere.get_incident("i")):
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize("data", [None, 7, "text", [], {}, {"id": None}, {"id": {"x": 1}}])
async def test_an_object_of_another_shape_is_told_with_its_operation(data: object) -> None:
    with pytest.raises(NotAnIRIAnswer, match=r"response to getSite has an unexpected shape \(Site, at "):
        await saying(data).get_site("anl")


@pytest.mark.parametrize("data", [7, "text", {}, {"items": 7}, [7], [{"id": "a"}, {}]])
async def test_a_list_of_another_shape_is_told_with_its_operation(data: object) -> None:
    with pytest.raises(NotAnIRIAnswer, match="response to getSites has an unexpected shape"):
        await saying(data).list_sites()


async def test_the_place_of_the_fault_is_named_and_its_value_is_not_repeated() -> None:
    with pytest.raises(NotAnIRIAnswer, match=r"at 1\.id") as caught:
        await saying([{"id": "a"}, {"id": ["private"]}]).list_sites()
    assert "private" not in str(caught.value)


async def test_unknown_fields_are_no_fault_even_in_what_is_strict_when_sent() -> None:
    data = {
        "id": "1",
        "new": 1,
        "job_spec": {"name": "x", "new": 2, "resources": {"node_count": 3, "new": 4}},
    }
    job = await saying(data).get_job("polaris", "1")
    assert job.job_spec is not None
    assert job.job_spec.resources is not None
    assert (job.job_spec.name, job.job_spec.resources.node_count) == ("x", 3)


async def test_a_body_goes_out_as_json_without_what_is_not_set() -> None:
    facility = Recorder({"task_id": "t"})
    await client(facility).mkdir("eagle", MakeDirectory(path="/eagle/P/ü"))
    assert facility.request.headers["Content-Type"] == "application/json"
    assert facility.request.content.decode() == '{"path":"/eagle/P/ü","parent":false}'


async def test_an_id_that_would_change_the_path_is_refused_unsent() -> None:
    facility = Recorder({"id": "t"})
    with pytest.raises(InvalidCall):
        await client(facility).get_task("..")
    assert facility.requests == []


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, None),
        (datetime(2026, 8, 1, 12, tzinfo=UTC), "2026-08-01T12:00:00+00:00"),
        (datetime(2026, 8, 1, 12, tzinfo=timezone(timedelta(hours=-5))), "2026-08-01T12:00:00-05:00"),
        (datetime(2026, 8, 1, 12), "2026-08-01T12:00:00+00:00"),  # noqa: DTZ001
    ],
)
def test_a_time_goes_out_with_its_zone(moment: datetime | None, text: str | None) -> None:
    assert wire_time(moment) == text
