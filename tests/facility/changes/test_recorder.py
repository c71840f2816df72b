"""A change is recorded before it is sent, and whatever becomes of it is recorded after."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from alcf_mcp.facility import Facility, OutcomeUnknown
from alcf_mcp.facility.changes.intents import CancelIntent, Intent, PathIntent, TaskIntent
from alcf_mcp.facility.changes.recorder import DayIsSpent, Sending
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import ConnectionLost, InvalidRequest, LookAt, TaskFailed, TaskStillRunning
from alcf_mcp.iri.models import MakeDirectory
from alcf_mcp.journal import Action, Journal
from alcf_mcp.local import Fault, LocalFacility

HERE = RemotePath("/eagle/LocalDemo")
CANCEL = CancelIntent(resource_id="polaris", job_id="1")


def last(journal: Journal) -> Action:
    """The last recorded action."""
    return journal.actions.history(limit=1)[0]


async def carry_out(facility: Facility, error: BaseException | None, intent: Intent = CANCEL) -> Any:
    """Carry out a change that is answered, or that ends in an error."""

    async def send(sending: Sending) -> str:
        facility.wait.requests += 1
        if error:
            raise error
        return "done"

    return await facility.recorder.carry_out(intent, send)


async def test_what_is_sent_is_in_the_journal_already(facility: Facility, journal: Journal) -> None:
    seen: list[Action] = []

    async def send(sending: Sending) -> str:
        seen.append(last(journal))
        sending.job_id = "7"
        return "done"

    assert await facility.recorder.carry_out(CANCEL, send, node_hours=2.5) == "done"
    (before,), after = seen, last(journal)
    assert (before.kind, before.outcome, before.node_hours) == ("cancel", "sent", 2.5)
    assert before.intent == CANCEL.model_dump_json(exclude_none=True)
    assert (after.outcome, after.job_id, after.detail, after.intent) == ("done", "7", None, None)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (InvalidRequest(status=400, detail="no such job"), "refused"),
        (TaskFailed("disk full", task_id="t"), "failed"),
        (TaskStillRunning("still running", task_id="t"), "sent"),
    ],
)
async def test_an_error_that_proves_an_outcome_is_recorded_and_raised(
    facility: Facility, journal: Journal, error: Exception, outcome: str
) -> None:
    with pytest.raises(type(error)) as raised:
        await carry_out(facility, error)
    assert raised.value is error
    assert (last(journal).outcome, last(journal).detail) == (outcome, str(error))


@pytest.mark.parametrize(("error", "detail"), [(ValueError("odd"), "odd"), (KeyError(), "KeyError")])
async def test_a_fault_of_our_own_leaves_it_open_what_was_sent(
    facility: Facility, journal: Journal, error: Exception, detail: str
) -> None:
    with pytest.raises(type(error)):
        await carry_out(facility, error)
    assert (last(journal).outcome, last(journal).detail) == ("unknown", detail)


async def test_a_day_s_hours_that_another_process_used_up_meanwhile_stop_it(
    facility: Facility, journal: Journal
) -> None:
    async def never(sending: Sending) -> None:
        raise AssertionError

    async def at_once(sending: Sending) -> None:
        pass

    recorder = facility.recorder
    await recorder.carry_out(CANCEL, at_once, node_hours=6.0, day_limit=10.0)
    with pytest.raises(DayIsSpent):
        await recorder.carry_out(CANCEL, never, node_hours=6.0, day_limit=10.0)
    assert len(journal.actions.history(limit=5)) == 1


async def test_a_lost_answer_of_a_task_that_failed_is_a_failure(facility: Facility, journal: Journal) -> None:
    """The task itself tells, once it can be asked."""

    async def send(sending: Sending) -> None:
        storage = await facility.names.storage(HERE.filesystem)
        sending.note(await facility.iri.mkdir(storage.id, MakeDirectory(path=HERE)))
        raise ConnectionLost("The connection broke.")

    with pytest.raises(TaskFailed, match="exists") as failed:
        await facility.recorder.carry_out(PathIntent(kind="mkdir", path=HERE), send)
    action = last(journal)
    assert (action.outcome, action.task_id) == ("failed", failed.value.task_id)
    assert action.detail == f"The answer was lost (The connection broke); {failed.value}"
    assert facility.remarks == []


async def test_a_lost_answer_of_a_task_that_goes_on_is_unknown(
    facility: Facility, local: LocalFacility, journal: Journal
) -> None:
    goes_on = {"id": "t", "status": "active"}
    said = Fault(
        method="GET", path="/task/", status=200, body=goes_on, content_type="application/json", times=None
    )
    local.faults.add(said)
    path, begun = HERE / "new", []

    async def send(sending: Sending) -> None:
        storage = await facility.names.storage(path.filesystem)
        handle = await facility.iri.mkdir(storage.id, MakeDirectory(path=path))
        sending.note(handle)
        begun.append(handle.task_id)
        raise ConnectionLost("cut")

    with pytest.raises(OutcomeUnknown) as unknown:
        await facility.recorder.carry_out(PathIntent(kind="mkdir", path=path), send)
    assert unknown.value.look_at == LookAt("task", begun[0])
    assert str(unknown.value) == (
        f"The answer was lost (cut). Whether it was carried out is not known: task {begun[0]} is active"
    )
    assert last(journal).outcome == "unknown"


async def test_who_leaves_while_it_is_being_found_out_leaves_it_open(
    facility: Facility, local: LocalFacility, journal: Journal
) -> None:
    local.faults.add(Fault(method="GET", path="/compute/status/", delay=30, times=None))
    with anyio.move_on_after(0.3):
        await carry_out(facility, ConnectionLost("cut"))
    assert (last(journal).outcome, last(journal).detail) == ("unknown", "cut")


@pytest.mark.parametrize(("status", "outcome"), [("canceled", "done"), ("active", "unknown")])
async def test_a_task_tells_whether_it_was_canceled(
    facility: Facility, local: LocalFacility, journal: Journal, status: str, outcome: str
) -> None:
    said = {"id": "t", "status": status}
    told = Fault(
        method="GET", path="/task/", status=200, body=said, content_type="application/json", times=None
    )
    local.faults.add(told)
    if outcome == "done":
        await carry_out(facility, ConnectionLost("cut"), TaskIntent(task_id="t"))
    else:
        with pytest.raises(OutcomeUnknown) as unknown:
            await carry_out(facility, ConnectionLost("cut"), TaskIntent(task_id="t"))
        assert unknown.value.look_at == LookAt("task", "t")
    assert last(journal).outcome == outcome
    assert last(journal).detail == f"The answer was lost (cut); task t is {status}"


@pytest.mark.parametrize("profile", ["full"])
async def test_a_task_that_ended_was_not_canceled(facility: Facility, journal: Journal) -> None:
    storage = await facility.names.storage(HERE.filesystem)
    handle = await facility.iri.mkdir(storage.id, MakeDirectory(path=HERE / "new"))
    await facility.iri.tasks.resolve(handle, patience=20)
    with pytest.raises(TaskFailed, match="had already ended"):
        await carry_out(facility, ConnectionLost("cut"), TaskIntent(task_id=handle.task_id))
    assert last(journal).detail == (
        f"The answer was lost (cut); task {handle.task_id} had already ended (completed)"
    )
