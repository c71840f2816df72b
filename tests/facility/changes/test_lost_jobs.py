"""What a job's state and specification prove about a change whose answer was lost."""

from __future__ import annotations

from typing import Any

import pytest

from alcf_mcp.facility import Facility
from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import CancelIntent, UpdateIntent
from alcf_mcp.facility.changes.lost_jobs import LostJobs
from alcf_mcp.iri.errors import LookAt
from alcf_mcp.iri.models import JobAttributes, JobSpec, ResourceSpec
from tests.conftest import Assistant
from tests.facility.changes.test_lost_answers import JOB


@pytest.fixture
def lost(facility: Facility) -> LostJobs:
    return LostJobs(facility.iri, facility.shared.journal, facility.shared.unsupported)


async def machine(facility: Facility) -> str:
    return (await facility.names.find("polaris")).id


async def updated(lost: LostJobs, facility: Facility, job_id: str, change: JobSpec) -> Finding:
    return await lost.find_updated(
        UpdateIntent(resource_id=await machine(facility), job_id=job_id, change=change, key="k")
    )


async def submitted(assistant: Assistant, **more: Any) -> str:
    return str((await assistant.do("submit_job", **JOB | more))["job_id"])


@pytest.mark.parametrize("profile", ["full"])
async def test_a_job_that_asks_for_the_change_was_changed(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, name="held", nodes=2, walltime="5m")
    for change in (
        JobSpec(name="held"),
        JobSpec(resources=ResourceSpec(node_count=2)),
        JobSpec(name="held", attributes=JobAttributes(duration=300)),
    ):
        finding = await updated(lost, facility, job_id, change)
        assert (finding.outcome, finding.detail) == ("done", "the job has the requested change")
        assert finding.value.id == job_id


@pytest.mark.parametrize("profile", ["full"])
async def test_a_job_that_asks_for_anything_else_may_yet_be_changed(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, name="held", nodes=2)
    not_so_far = "the job does not have the requested change so far"
    for change in (
        JobSpec(name="other"),
        JobSpec(name="held", resources=ResourceSpec(node_count=3)),
        JobSpec(attributes=JobAttributes(duration=300, reservation_id="R1")),
    ):
        finding = await updated(lost, facility, job_id, change)
        assert finding == Finding("unknown", not_so_far, look_at=LookAt("job", job_id))


async def test_where_jobs_do_not_say_what_they_ask_for_nothing_is_proven(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, name="held")
    finding = await updated(lost, facility, job_id, JobSpec(name="held"))
    said = "the facility does not report what a job asks for"
    assert finding == Finding("unknown", said, look_at=LookAt("job", job_id))


async def canceled(lost: LostJobs, facility: Facility, job_id: str) -> Finding:
    return await lost.find_canceled(CancelIntent(resource_id=await machine(facility), job_id=job_id))


async def test_a_job_that_goes_on_may_yet_be_canceled(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, name="held")
    finding = await canceled(lost, facility, job_id)
    assert finding == Finding("unknown", "the job is still held", look_at=LookAt("job", job_id))


async def test_a_job_that_ended_may_have_ended_on_its_own(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, script="true")
    await assistant.do("wait_for_job", job_id=job_id)
    finding = await canceled(lost, facility, job_id)
    assert (finding.outcome, finding.look_at) == ("unknown", LookAt("job", job_id))
    assert finding.detail == "the job has ended (completed), perhaps on its own"
    assert finding.value.id == job_id


async def test_a_job_that_pbs_ended_was_canceled(
    lost: LostJobs, facility: Facility, assistant: Assistant
) -> None:
    job_id = await submitted(assistant, name="held")
    await facility.iri.cancel_job(await machine(facility), job_id)
    await assistant.do("wait_for_job", job_id=job_id)
    finding = await canceled(lost, facility, job_id)
    assert (finding.outcome, finding.detail) == ("done", "the job was canceled")
    assert finding.value.id == job_id
