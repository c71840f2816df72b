"""When the answer to a change is lost, checking finds out the outcome, and nothing is sent twice."""

import os
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Answered, Assistant, Connect

HERE = "/eagle/LocalDemo"
JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": HERE,
    "script": "sleep 60",
}
HELD = {"name": "held"}


@dataclass(frozen=True)
class Change:
    """A call that changes something, and the request that it sends."""

    tool: str
    method: str
    path: str
    arguments: dict[str, Any] = field(default_factory=dict)

    async def prepared(self, assistant: Assistant) -> dict[str, Any]:
        """Create what the call needs, and return its arguments."""
        if self.tool in ("cancel_job", "update_job"):
            job = await assistant.do("submit_job", **JOB, **HELD)
            return {"job_id": job["job_id"], **self.arguments}
        if self.tool in ("chmod", "remove_path"):
            await assistant.do("make_directory", path=f"{HERE}/it")
        return self.arguments

    def lost(self, *, carried_out: bool) -> Fault:
        """The fault that loses its answer."""
        return Fault(method=self.method, path=self.path, drop=True, after=carried_out)

    def sent(self, local: LocalFacility) -> int:
        return local.faults.count(self.method, self.path)


SUBMIT = Change("submit_job", "POST", "/compute/job/", JOB)
CANCEL = Change("cancel_job", "DELETE", "/compute/cancel/")
MKDIR = Change("make_directory", "POST", "/filesystem/mkdir/", {"path": f"{HERE}/new"})
CHMOD = Change("chmod", "PUT", "/filesystem/chmod/", {"path": f"{HERE}/it", "mode": "700"})
REMOVE = Change("remove_path", "DELETE", "/filesystem/rm/", {"path": f"{HERE}/it"})
UPDATE = Change("update_job", "PUT", "/compute/job/", {"name": "renamed"})
FOUND = (SUBMIT, CANCEL, MKDIR, CHMOD, REMOVE)

by_tool = pytest.mark.parametrize("change", FOUND, ids=lambda change: change.tool)


@pytest.fixture
async def assistant(connect: Connect) -> Any:
    async with connect(confirm="off", ask_node_hours=1000) as connected:
        yield connected


async def lose(local: LocalFacility, assistant: Assistant, change: Change, *, carried_out: bool) -> Answered:
    """Make a call whose answer is lost."""
    arguments = await change.prepared(assistant)
    before = change.sent(local)
    local.faults.add(change.lost(carried_out=carried_out))
    answered = await assistant.call(change.tool, **arguments)
    assert change.sent(local) == before + 1, "a change is sent once"
    return answered


@by_tool
async def test_what_was_carried_out_is_found(
    local: LocalFacility, assistant: Assistant, journal: Journal, change: Change
) -> None:
    answered = await lose(local, assistant, change, carried_out=True)
    assert not answered.is_error, answered.text
    (remark,) = answered.facts["remarks"]
    assert remark.startswith("The answer was lost")
    assert remark in answered.text
    (action,) = journal.actions.history(limit=1)
    assert action.outcome == "done"
    assert action.intent is None


@by_tool
async def test_what_can_t_be_seen_is_unknown_and_not_to_be_repeated_blindly(
    local: LocalFacility, assistant: Assistant, journal: Journal, change: Change
) -> None:
    answered = await lose(local, assistant, change, carried_out=False)
    assert "Whether it was carried out is not known" in answered.text
    assert "Do not repeat the call before checking" in answered.error["next_step"]
    (action,) = journal.actions.history(limit=1)
    assert action.outcome == "unknown"
    assert action.intent is not None, "the next start checks again"


async def test_a_submitted_job_that_is_found_is_ours(local: LocalFacility, assistant: Assistant) -> None:
    answered = await lose(local, assistant, SUBMIT, carried_out=True)
    job_id = answered.facts["job_id"]
    assert f"it was submitted as job {job_id}" in answered.text
    report = await assistant.do("get_job", job_id=job_id)
    assert report["account"] == "LocalDemo"
    assert (await assistant.do("list_jobs"))["total"] == 1


async def test_one_of_two_new_jobs_is_not_guessed(
    local: LocalFacility, assistant: Assistant, connect: Connect
) -> None:
    """The user submits another job by other means while ours is under way."""
    slow = Fault(method="POST", path="/compute/job/", delay=0.5, drop=True, after=True)
    local.faults.add(slow)

    async def submit_by_hand() -> None:
        await anyio.sleep(0.25)
        await by_hand.do("submit_job", **JOB)

    other = local.settings.root / "other"
    async with connect(state_dir=other, confirm="off") as by_hand, anyio.create_task_group() as group:
        group.start_soon(submit_by_hand)
        answered = await assistant.call("submit_job", **JOB)
    assert "may be from this submission or from another" in answered.text
    assert "get_job shows whether it is" in answered.error["next_step"]


async def test_a_change_of_a_job_can_t_be_seen_where_the_facility_does_not_tell_it(
    local: LocalFacility, assistant: Assistant
) -> None:
    answered = await lose(local, assistant, UPDATE, carried_out=True)
    assert "the facility does not report what a job asks for" in answered.text


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=408, after=True),
        Fault(status=504, after=True),
        Fault(status=502, body="<html>Bad gateway</html>", after=True),
        Fault(status=500, body={"detail": "An unexpected error occurred."}, after=True),
        Fault(status=503, after=True),
        Fault(status=200, body="<html>ok</html>", after=True),
        Fault(status=200, body={"ok": True}, after=True),
        Fault(status=200, body={"error": "upstream closed"}, after=True),
        Fault(status=200, body="", after=True),
        Fault(status=204, body="", after=True),
    ],
    ids=lambda fault: f"{fault.status} {fault.body!r}",
)
async def test_no_answer_of_a_gateway_is_taken_for_the_jobs_fate(
    local: LocalFacility, assistant: Assistant, fault: Fault
) -> None:
    local.faults.add(replace(fault, method="POST", path="/compute/job/"))
    answered = await assistant.call("submit_job", **JOB)
    assert not answered.is_error, answered.text
    assert (await assistant.do("list_jobs"))["total"] == 1
    assert SUBMIT.sent(local) == 1


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {}), (503, {"Retry-After": "0"}), (503, {"Retry-After": "Wed, 25 Nov 2020 12:00:00 GMT"})],
)
async def test_who_is_turned_away_at_the_door_comes_again(
    local: LocalFacility, assistant: Assistant, status: int, headers: dict[str, str]
) -> None:
    local.faults.add(Fault(method="POST", path="/compute/job/", status=status, headers=headers, times=2))
    answered = await assistant.call("submit_job", **JOB)
    assert not answered.is_error, answered.text
    assert "remarks" not in answered.facts
    assert SUBMIT.sent(local) == 3
    assert any("trying again" in message for message in assistant.progress)


async def test_who_is_turned_away_for_good_is_not_told_to_look(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    busy = Fault(method="POST", path="/compute/job/", status=503, headers={"Retry-After": "600"})
    local.faults.add(busy)
    answered = await assistant.call("submit_job", **JOB)
    assert answered.error["next_step"].startswith("Try again")
    assert "carried out" not in answered.text
    (action,) = journal.actions.history(limit=1)
    assert action.outcome == "refused"


@pytest.mark.parametrize("body", ["", {"message": "ok"}], ids=["empty", "another shape"])
async def test_no_answer_of_a_gateway_is_taken_for_a_cancel(
    local: LocalFacility, assistant: Assistant, journal: Journal, body: Any
) -> None:
    arguments = await CANCEL.prepared(assistant)
    kind = "application/json"
    local.faults.add(Fault(method="DELETE", path=CANCEL.path, status=200, body=body, content_type=kind))
    answered = await assistant.call("cancel_job", **arguments)
    assert "Whether it was carried out is not known" in answered.text
    (action,) = journal.actions.history(limit=1)
    assert action.outcome == "unknown"


async def test_a_task_that_was_taken_and_is_out_of_sight_for_a_moment(
    local: LocalFacility, assistant: Assistant
) -> None:
    local.faults.add(Fault(method="GET", path="/task/", status=404, body={"detail": "no such task"}))
    answered = await assistant.call("make_directory", path=f"{HERE}/new")
    assert "has completed" in answered.facts["remarks"][0]


async def test_a_task_that_the_facility_lost_is_known_by_its_path(
    local: LocalFacility, assistant: Assistant
) -> None:
    await assistant.do("make_directory", path=f"{HERE}/it")
    lost = {"task_id": "0a7f3c1e-0000-4000-8000-000000000000"}
    local.faults.add(Fault(method="PUT", path="/filesystem/chmod/", status=200, body=lost, after=True))
    answered = await assistant.call("chmod", path=f"{HERE}/it", mode="700")
    assert "its mode is rwx------ (700)" in answered.facts["remarks"][0]


async def test_a_directory_that_was_there_before_is_not_called_made(
    local: LocalFacility, assistant: Assistant
) -> None:
    await assistant.do("make_directory", path=f"{HERE}/new")
    os.utime(local.tree.locate(f"{HERE}/new"), (0, 0))
    answered = await lose(local, assistant, MKDIR, carried_out=True)
    assert "it may have existed before" in answered.text


async def test_where_the_look_before_a_change_fails_nothing_was_sent(
    local: LocalFacility, assistant: Assistant
) -> None:
    arguments = await CANCEL.prepared(assistant)
    local.faults.add(Fault(method="GET", path="/compute/status/", drop=True, times=None))
    answered = await assistant.call("cancel_job", **arguments)
    assert CANCEL.sent(local) == 0
    assert "carried out" not in answered.text


async def test_a_node_count_that_may_be_wrong_is_not_sent_again(
    local: LocalFacility, assistant: Assistant
) -> None:
    arguments = await UPDATE.prepared(assistant)
    local.faults.add(UPDATE.lost(carried_out=True))
    await assistant.call("update_job", job_id=arguments["job_id"], nodes=2)
    answered = await assistant.call("update_job", job_id=arguments["job_id"], name="renamed")
    assert "Set `nodes`" in answered.error["next_step"]
    assert UPDATE.sent(local) == 1


async def test_who_submits_again_is_told_that_the_first_may_be_there(
    local: LocalFacility, assistant: Assistant
) -> None:
    await lose(local, assistant, SUBMIT, carried_out=False)
    again = await assistant.do("submit_job", **JOB)
    assert any("its outcome is unknown" in note for note in again["notes"])


async def test_a_directory_with_something_in_it_was_not_made_just_now(
    local: LocalFacility, assistant: Assistant
) -> None:
    await assistant.do("make_directory", path=f"{HERE}/new")
    (local.tree.locate(f"{HERE}/new") / "old.dat").write_text("precious")
    answered = await lose(local, assistant, MKDIR, carried_out=False)
    assert "it may have existed before" in answered.text


async def test_an_update_that_is_cut_off_leaves_no_node_count_to_send_again(
    local: LocalFacility, assistant: Assistant
) -> None:
    arguments = await UPDATE.prepared(assistant)
    local.faults.add(Fault(method="PUT", path="/compute/job/", delay=5))
    with anyio.move_on_after(0.5):
        await assistant.call("update_job", job_id=arguments["job_id"], nodes=2)
    local.faults.clear()
    answered = await assistant.call("update_job", job_id=arguments["job_id"], name="renamed")
    assert "Set `nodes`" in answered.error["next_step"]
