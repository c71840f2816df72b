from __future__ import annotations

from contextlib import suppress

import httpx
import pytest

from alcf_mcp.local import Fault, Weather
from alcf_mcp.local.catalog import POLARIS
from tests.local.conftest import PROJECT, Api, job_spec


async def test_a_fault_replaces_the_answer_as_often_as_asked(api: Api) -> None:
    api.facility.faults.add(
        Fault(path="/facility", status=503, body="<html>", content_type="text/html", times=2)
    )
    answers = [await api.get("/facility") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].text == "<html>"
    assert answers[0].headers["content-type"].startswith("text/html")


async def test_a_fault_concerns_its_method_and_path_only(api: Api) -> None:
    fault = Fault(
        method="GET", path="/task$", status=429, body={"detail": "slow"}, headers={"Retry-After": "3"}
    )
    api.facility.faults.add(fault)
    assert (await api.get("/facility")).status_code == 200
    answer = await api.get("/task")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert answer.json() == {"detail": "slow"}


async def test_a_fault_after_the_request_leaves_it_done(api: Api) -> None:
    api.facility.faults.add(Fault(method="POST", path="/compute/job", status=408, after=True))
    answer = await api.post_job(job_spec())
    assert answer.status_code == 408
    jobs = await api.http.post(f"/compute/status/{POLARIS.id}?historical=true")
    assert len(jobs.json()) == 1


async def test_a_fault_may_answer_first_and_carry_the_request_out_later(api: Api) -> None:
    api.facility.faults.add(Fault(method="POST", path="/compute/job", status=408, late=0.01))
    assert (await api.post_job(job_spec())).status_code == 408
    jobs = await api.http.post(f"/compute/status/{POLARIS.id}?historical=true")
    assert len(jobs.json()) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(drop=True), httpx.RemoteProtocolError),
        (Fault(reset=True), httpx.ReadError),
        (Fault(truncate=True), httpx.RemoteProtocolError),
    ],
)
async def test_a_broken_connection_is_an_httpx_error(
    api: Api, fault: Fault, error: type[httpx.HTTPError]
) -> None:
    api.facility.faults.add(fault)
    with pytest.raises(error):
        await api.get("/facility")
    assert (await api.get("/facility")).status_code == 200


async def test_a_delay_alone_leaves_the_answer(api: Api) -> None:
    api.facility.faults.add(Fault(delay=0.01))
    assert (await api.get("/facility")).status_code == 200


async def test_a_trickled_answer_is_whole_in_the_end(api: Api) -> None:
    whole = await api.get("/facility")
    api.facility.faults.add(Fault(trickle=0.02))
    assert (await api.get("/facility")).content == whole.content


async def test_added_faults_go_before_the_weather(api: Api) -> None:
    api.facility.faults.weather = Weather(seed=1, rate=1.0, longest=0.0)
    api.facility.faults.add(Fault(status=418))
    assert (await api.get("/facility")).status_code == 418
    assert not api.facility.faults.weather.happened
    with suppress(httpx.HTTPError):
        await api.get("/facility")
    assert api.facility.faults.weather.happened.total() == 1
    assert api.facility.faults.requests[-1].fault


async def test_requests_are_counted_and_kept_without_the_token(api: Api) -> None:
    await api.output("POST", "mkdir", path=f"{PROJECT}/x")
    assert api.facility.faults.count("POST", "/filesystem/mkdir/") == 1
    request = api.facility.faults.requests[0]
    assert request.json == {"path": f"{PROJECT}/x"}
    token = api.facility.token.get_secret_value()
    assert token not in str(list(api.facility.faults.requests))
    api.facility.faults.clear()
    assert not api.facility.faults.requests


async def test_library_agents_can_be_blocked(api: Api) -> None:
    api.facility.faults.block_library_agents = True
    blocked = await api.get("/facility")
    assert (blocked.status_code, blocked.text) == (403, "error code: 1010")
    welcome = await api.http.get("/facility", headers={"User-Agent": "alcf-mcp/1"})
    assert welcome.status_code == 200
