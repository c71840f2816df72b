"""What holds on every route: who gets access, and what errors look like."""

from __future__ import annotations

import pytest

from alcf_mcp.local.catalog import EAGLE, POLARIS
from alcf_mcp.local.facility import LocalFacility
from tests.local.conftest import Api

CLOSED = [
    ("POST", f"/compute/job/{POLARIS.id}"),
    ("GET", f"/compute/status/{POLARIS.id}/1"),
    ("GET", f"/filesystem/ls/{EAGLE.id}?path=/eagle"),
    ("GET", "/task"),
    ("GET", "/account/projects"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_closed_routes_want_the_token(api: Api, method: str, path: str) -> None:
    for header in ("", "Basic abc", "Bearer", "Bearer "):
        answer = await api.http.request(method, path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.json()["detail"] == "Not authenticated"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    answer = await api.http.request(method, path, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith(
        "Facility Specific authentication failed: 401: Globus token not active"
    )


@pytest.mark.parametrize(
    "path",
    ["/facility", "/facility/sites", "/status/resources", "/status/incidents", "/account/capabilities"],
)
async def test_public_routes_want_none(api: Api, path: str) -> None:
    answer = await api.http.get(path, headers={"Authorization": ""})
    assert answer.status_code == 200


async def test_errors_are_problem_details(api: Api) -> None:
    answer = await api.get("/status/resources/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "http://local/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "'nowhere' not found.",
        "instance": "http://local/api/v1/status/resources/nowhere",
    }


async def test_an_unknown_route_and_a_wrong_method_are_problems_too(api: Api) -> None:
    missing = await api.get("/nowhere")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)
    wrong = await api.http.delete("/facility")
    assert (wrong.status_code, wrong.json()["title"]) == (405, "Method Not Allowed")
    assert "GET" in wrong.headers["Allow"]


async def test_a_schema_error_names_the_parameters(api: Api) -> None:
    answer = await api.post_job({"executable": "", "arguments": "x", "color": "blue"})
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (400, "Invalid parameter")
    assert problem["type"].endswith("/invalid-parameter")
    assert {param["name"] for param in problem["invalid_params"]} == {"executable", "arguments", "color"}


async def test_a_body_that_is_no_json_is_a_400(api: Api) -> None:
    for content in (b"{", b"", b"[]", b"\xff", b"[" * 100_000):
        answer = await api.http.post(f"/compute/job/{POLARIS.id}", content=content)
        assert answer.status_code == 400, content[:10]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/status/resources?color=blue", 422),
        (f"/compute/status/{POLARIS.id}/1?color=blue", 422),
        ("/task?color=blue", 200),
        (f"/filesystem/ls/{EAGLE.id}?path=/eagle&color=blue", 200),
    ],
)
async def test_unknown_query_parameters(api: Api, path: str, status: int) -> None:
    assert (await api.get(path)).status_code == status


async def test_a_mistake_of_our_own_tells_nothing_of_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("alcf_mcp.local.tasks.TaskService.all", fail)
    answer = await api.get("/task")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "An unexpected error occurred."


async def test_running_twice_runs_once(api: Api) -> None:
    async with api.facility.running() as again:
        assert again is api.facility
    assert (await api.output("GET", "ls", path="/eagle")) is not None


async def test_an_error_within_running_stays_what_it_is(api: Api) -> None:
    facility = LocalFacility(api.facility.settings)
    with pytest.raises(KeyError):
        async with facility.running():
            raise KeyError
