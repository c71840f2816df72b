from __future__ import annotations

from typing import Any

import pytest

from alcf_mcp.local.catalog import CRUX, POLARIS
from alcf_mcp.local.database import Database
from tests.local.conftest import Api, OpenApi, job_spec

LIMITS = "Job violates queue and/or server resource limits"


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"queue": "nosuch"}, "Unknown queue"),
        ({"queue": None}, "No default queue specified"),
        ({"walltime": None}, "Resource: walltime is required to be set."),
        ({"custom": {}}, "Resource: filesystems is required to be set."),
        ({"nodes": 3}, LIMITS),
        ({"nodes": 9, "queue": "prod"}, LIMITS),
        ({"walltime": 3601}, LIMITS),
        ({"account": "nosuch"}, "Request rejected. Reason: Unknown project 'nosuch'."),
        ({"account": None}, "Request rejected. Reason: Unknown project ''."),
        ({"name": "two words"}, "illegal -N value"),
        ({"name": "a" * 231}, "illegal -N value"),
        ({"name": "caf\u00e9"}, "illegal -N value"),
        ({"executable": None}, "script file:: No script or executable was given"),
    ],
)
async def test_pbs_refuses_with_a_500_in_its_own_words(
    api: Api, changes: dict[str, Any], detail: str
) -> None:
    answer = await api.post_job(job_spec(**changes))
    assert (answer.status_code, answer.json()["detail"]) == (500, detail)


async def test_a_project_without_node_hours_is_refused(api: Api) -> None:
    answer = await api.post_job(job_spec(account="LocalTiny", walltime=600))
    assert answer.status_code == 500
    assert "The allocation of project 'LocalTiny' on Polaris has 0.020 node hours left" in answer.text
    assert (await api.post_job(job_spec(account="LocalTiny", walltime=60))).status_code == 200


async def test_used_node_hours_count_by_machine(open_api: OpenApi) -> None:
    now = 1_000_000.0
    async with open_api() as api:
        job_id = await api.submit("true", account="LocalTiny", walltime=60)
        await api.finishes(job_id)
        database = Database(api.facility.settings.root / "facility.sqlite")
        with database.transaction() as connection:
            connection.execute("UPDATE jobs SET started = ?, ended = ?", (now - 70, now))
        assert (await api.post_job(job_spec(account="LocalTiny", walltime=60))).status_code == 500
        crux = job_spec(account="LocalTiny", walltime=60)
        assert (await api.post_job(crux, CRUX.id)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inherit_environment", False),
        ("environment", {"A": "b"}),
        ("stdin_path", "/eagle/x"),
        ("pre_launch", "x"),
        ("post_launch", "x"),
        ("launcher", "mpiexec"),
    ],
)
async def test_fields_that_alcf_does_not_support(api: Api, field: str, value: object) -> None:
    answer = await api.post_job(job_spec() | {field: value})
    assert (answer.status_code, answer.json()["detail"]) == (501, f"'{field}' not supported yet.")


@pytest.mark.parametrize(
    ("group", "field", "value"),
    [
        ("resources", "process_count", 2),
        ("resources", "processes_per_node", 2),
        ("resources", "cpu_cores_per_process", 2),
        ("resources", "gpu_cores_per_process", 2),
        ("resources", "exclusive_node_use", False),
        ("attributes", "reservation_id", "R1"),
    ],
)
async def test_inner_fields_that_alcf_does_not_support(
    api: Api, group: str, field: str, value: object
) -> None:
    spec = job_spec()
    spec[group][field] = value
    answer = await api.post_job(spec)
    assert (answer.status_code, answer.json()["detail"]) == (501, f"'{field}' not supported yet.")


@pytest.mark.parametrize("field", ["stdout_path", "stderr_path"])
async def test_output_paths_are_mandatory(api: Api, field: str) -> None:
    answer = await api.post_job(job_spec() | {field: None})
    assert (answer.status_code, answer.json()["detail"]) == (400, f"'{field}' is mandatory.")


async def test_unknown_inner_fields_and_a_container_are_dropped(api: Api) -> None:
    spec = job_spec() | {"container": {"image": "alpine"}}
    spec["resources"]["color"] = spec["attributes"]["color"] = "blue"
    assert (await api.post_job(spec)).status_code == 200


async def test_a_machine_has_to_be_one_that_runs_jobs(api: Api) -> None:
    resources = {resource["name"]: resource["id"] for resource in (await api.get("/status/resources")).json()}
    for name in ("Aurora", "Eagle"):
        answer = await api.post_job(job_spec(), resources[name])
        assert answer.status_code == 404
        assert (
            answer.json()["detail"] == f"Endpoint resource {name} does not exist for API component compute."
        )
    assert (await api.post_job(job_spec(), "polaris")).json()["detail"] == "'polaris' not found."
    assert resources["Polaris"] == POLARIS.id
