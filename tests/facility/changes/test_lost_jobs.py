"""What a job's state and specification prove about a change whose answer was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest

from alcf_mcp.facility import Facility
from alcf_mcp.facility.changes import lost_jobs
from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import CancelIntent, SubmitIntent, UpdateIntent, read_intent
from alcf_mcp.facility.changes.lost_jobs import LATE, LostJobs
from alcf_mcp.iri.errors import LookAt
from alcf_mcp.iri.models import JobAttributes, JobSpec, ResourceSpec
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Answered, Assistant, Connect, record_of
from tests.facility.changes.test_lost_answers import JOB

API = "http://local/api/v1"


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


HELD = JobSpec(
    executable="/bin/true",
    name="held",
    directory="/eagle/LocalDemo",
    stdout_path="/eagle/LocalDemo/out.txt",
    stderr_path="/eagle/LocalDemo/err.txt",
    resources=ResourceSpec(node_count=1),
    attributes=JobAttributes(
        duration=300,
        queue_name="debug",
        account="LocalDemo",
        custom_attributes={"filesystems": "eagle"},
    ),
)


async def looked_for(lost: LostJobs, facility: Facility, *, age: timedelta = timedelta(0)) -> Finding:
    """Look for a submission, before which there was no job."""
    intent = SubmitIntent(
        resource_id=await machine(facility), resource="Polaris", spec=HELD, key="k", known=[], complete=True
    )
    return await lost.find_submitted(intent, 1, age)


async def by_hand(facility: Facility, spec: JobSpec = HELD) -> str:
    """Submit a job by other means."""
    return (await facility.iri.submit_job(await machine(facility), spec)).id


@pytest.mark.parametrize("profile", ["full"])
async def test_the_one_new_job_that_asks_for_the_same_is_ours(lost: LostJobs, facility: Facility) -> None:
    await by_hand(facility, HELD.model_copy(update={"name": "held-too"}))
    ours = await by_hand(facility)
    finding = await looked_for(lost, facility, age=LATE * 2)
    assert (finding.outcome, finding.job_id) == ("done", ours)
    assert finding.detail == f"it was submitted as job {ours} (it has the same specification)"


async def test_the_only_new_job_is_ours_where_jobs_do_not_say_more(
    lost: LostJobs, facility: Facility
) -> None:
    ours = await by_hand(facility)
    finding = await looked_for(lost, facility, age=LATE)
    assert (finding.outcome, finding.job_id) == ("done", ours)
    assert finding.detail == f"it was submitted as job {ours} (it is the only new one)"


async def test_which_of_several_new_jobs_is_ours_is_not_guessed(lost: LostJobs, facility: Facility) -> None:
    ids = sorted([await by_hand(facility) for _ in range(6)])
    finding = await looked_for(lost, facility)
    named, _, rest = finding.detail.partition(" may be from this submission or from another")
    assert (finding.outcome, rest) == ("unknown", "")
    assert len(named.split(", ")) == 5
    assert set(named.split(", ")) < set(ids)
    assert finding.look_at == LookAt("one of these jobs", named)


async def test_a_list_of_jobs_that_does_not_come_delays_no_submission(
    lost: LostJobs, facility: Facility, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_jobs, "BASELINE_SECONDS", 0.1)
    local.faults.add(Fault(path="/compute/status/", delay=30, times=None))
    there = await machine(facility)
    with anyio.fail_after(20):
        assert await lost.before(there) == (None, False)


async def test_every_submission_has_a_key_of_its_own_and_its_script_is_kept(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    local.faults.add(Fault(method="POST", path="/compute/job/", drop=True, times=2))
    for _ in range(2):
        await assistant.call("submit_job", **JOB)
    intents = [read_intent(one.intent or "") for one in await journal.actions.left_open(API)]
    keys = {UUID(intent.key) for intent in intents if isinstance(intent, SubmitIntent)}
    assert len(keys) == 2
    assert [intent.script for intent in intents if isinstance(intent, SubmitIntent)] == [JOB["script"]] * 2
    record = await record_of(journal, await submitted(assistant))
    assert record is not None
    assert (record.script, record.resource) == (JOB["script"], "Polaris")


async def test_two_servers_at_once_do_not_use_more_than_is_left_of_the_day(
    connect: Connect, local: LocalFacility
) -> None:
    """Both have found enough left before either has used it."""
    local.faults.add(Fault(method="GET", path="/compute/status/", delay=0.5, times=None))
    settings: dict[str, Any] = {"confirm": "off", "max_node_hours_per_day": 1.5, "ask_node_hours": 9}
    answers: list[Answered] = []

    async def submit(assistant: Assistant) -> None:
        answers.append(await assistant.call("submit_job", **JOB | {"walltime": "1h"}))

    async with connect(**settings) as one, connect(**settings) as two, anyio.create_task_group() as group:
        group.start_soon(submit, one)
        group.start_soon(submit, two)
    assert sorted(answered.is_error for answered in answers) == [False, True]
    (refused,) = (answered for answered in answers if answered.is_error)
    assert "ALCF_MCP_MAX_NODE_HOURS_PER_DAY" in refused.error["message"]
    assert local.faults.count("POST", "/compute/job/") == 1
