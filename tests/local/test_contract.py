"""The facility's responses, checked against the OpenAPI document of ALCF's deployment."""

from __future__ import annotations

import re

import httpx
import pytest

from alcf_mcp.local.catalog import EAGLE, POLARIS
from tests.contract.document import Document
from tests.local.conftest import PROJECT, Api, OpenApi, job_spec

DOCUMENT = Document.load()


def _faults(operation_id: str, answer: httpx.Response) -> list[str]:
    described = DOCUMENT.operations[operation_id].responses[str(answer.status_code)]
    content = described.get("content", {})
    if not content:
        return [] if not answer.content else ["a body where there is none"]
    return DOCUMENT.faults(answer.json(), content["application/json"]["schema"])


@pytest.mark.parametrize("profile", ["alcf", "full"])
async def test_answers_are_as_documented(open_api: OpenApi, profile: str) -> None:
    async with open_api(profile=profile) as api:
        project = (await api.get("/account/projects")).json()[0]
        allocations = f"/account/projects/{project['id']}/project_allocations"
        allocation = (await api.get(allocations)).json()[0]
        task = (await api.get(f"/filesystem/ls/{EAGLE.id}", path="")).status_code
        assert task == 400
        listing = await api.get(f"/filesystem/ls/{EAGLE.id}?path={PROJECT}")
        await api.ended(listing.json()["task_id"])
        job = await api.post_job(job_spec())
        answers = {
            "getFacility": await api.get("/facility"),
            "getSites": await api.get("/facility/sites"),
            "getResources": await api.get("/status/resources"),
            "getIncidents": await api.get("/status/incidents"),
            "getEventsByIncident": await api.get("/status/events"),
            "getCapabilities": await api.get("/account/capabilities"),
            "getProjects": await api.get("/account/projects"),
            "getProjectAllocationsByProject": await api.get(allocations),
            "getUserAllocationsByProjectAllocation": await api.get(
                f"{allocations}/{allocation['id']}/user_allocations"
            ),
            "launchJob": job,
            "getJob": await api.get(f"/compute/status/{POLARIS.id}/{job.json()['id']}"),
            "getJobs": await api.http.post(f"/compute/status/{POLARIS.id}?historical=true"),
            "ls": listing,
            "mkdir": await api.http.post(f"/filesystem/mkdir/{EAGLE.id}", json={"path": f"{PROJECT}/x"}),
            "getTask": await api.get(f"/task/{listing.json()['task_id']}"),
            "getTasks": await api.get("/task"),
        }
        for operation_id, answer in answers.items():
            assert answer.is_success, (operation_id, answer.text)
            assert _faults(operation_id, answer) == [], operation_id


async def test_errors_are_as_documented(api: Api) -> None:
    answers = {
        "launchJob": await api.post_job({"color": "blue"}),
        "getJob": await api.get(f"/compute/status/{POLARIS.id}/x"),
        "getResource": await api.get("/status/resources/x"),
        "tail": await api.get(f"/filesystem/tail/{EAGLE.id}?path=/eagle"),
        "cancelJob": await api.http.delete(f"/compute/cancel/{POLARIS.id}/x"),
    }
    for operation_id, answer in answers.items():
        assert answer.is_error
        assert _faults(operation_id, answer) == [], operation_id


async def test_every_operation_has_a_route(api: Api) -> None:
    for operation in DOCUMENT.operations.values():
        answer = await api.http.request(operation.method, re.sub(r"\{[^}]*\}", "x", operation.path))
        assert answer.status_code != 405, operation.id
        assert '"detail":"Not Found"' not in answer.text, operation.id


async def test_every_closed_operation_is_closed(api: Api) -> None:
    for operation in DOCUMENT.operations.values():
        path = re.sub(r"\{[^}]*\}", "x", operation.path)
        answer = await api.http.request(operation.method, path, headers={"Authorization": ""})
        assert (answer.status_code == 401) == operation.wants_bearer, operation.id
