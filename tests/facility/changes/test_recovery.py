"""Actions that a process left open are resolved by the next process, starting with its first call."""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from alcf_mcp.facility.changes.intents import PathIntent, SubmitIntent
from alcf_mcp.journal import Action, Journal
from alcf_mcp.journal.actions import COMPETES, DETAIL_LIMIT, GIVEN_UP, this_process
from alcf_mcp.local import Fault, LocalFacility, serve
from alcf_mcp.local.catalog import POLARIS
from tests.conftest import Assistant, Connect, agree, record_of

HERE = "/eagle/LocalDemo"
GONE = f"{2**22 + 1}@{this_process().partition('@')[2]}"
"""A process id that Linux never assigns."""


def left_open(path: str, **changes: object) -> Action:
    """The action of making a directory, cut off when its process ended."""
    made = Action(
        began_at=datetime.now(UTC),
        tool="make_directory",
        arguments={"path": path},
        client="tests",
        confirmed="not asked",
        api_url="http://local/api/v1",
        process=GONE,
        intent=PathIntent(kind="mkdir", path=path).model_dump_json(),
    )
    return made.model_copy(update=changes)


async def outcome(journal: Journal, *, until: str) -> Action:
    """The last action, once its outcome is known."""
    with anyio.move_on_after(40):
        while True:
            action = journal.actions.history(limit=1)[0]
            if action.outcome == until:
                return action
            await anyio.sleep(0.02)
    raise AssertionError(f"not {until} in time: {journal.actions.history(limit=1)}")


async def test_what_was_done_is_found_with_the_first_call(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    local.tree.locate(f"{HERE}/new").mkdir()
    await journal.actions.begin(left_open(f"{HERE}/new"))
    async with connect() as assistant:
        await anyio.sleep(0.1)
        assert not local.faults.requests, "nothing is asked before the first call"
        await assistant.do("list_resources")
        found = await outcome(journal, until="done")
    assert (
        found.detail
        == f"its process ended before the answer came; checked later: {HERE}/new exists and is new"
    )
    assert found.intent is None


async def test_what_is_told_of_it_is_bounded_like_all_that_is_told(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    deep = f"{HERE}/{'/'.join(['d' * 100] * 6)}"
    local.tree.locate(deep).mkdir(parents=True)
    await journal.actions.begin(left_open(deep))
    async with connect() as assistant:
        await assistant.do("list_resources")
        found = await outcome(journal, until="done")
    assert len(found.detail or "") == DETAIL_LIMIT


async def test_what_may_have_been_somebody_elses_doing_since_is_not_called_ours(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    local.tree.locate(f"{HERE}/new").mkdir()
    await journal.actions.begin(left_open(f"{HERE}/new", began_at=datetime.now(UTC) - timedelta(minutes=5)))
    async with connect() as assistant:
        await assistant.do("list_resources")
        found = await outcome(journal, until="unknown")
    assert "something else may have done it since" in (found.detail or "")


async def test_a_job_by_hand_is_not_taken_for_a_submission_of_long_ago(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    job = {
        "resource": "polaris",
        "account": "LocalDemo",
        "queue": "debug",
        "directory": HERE,
        "script": "true",
    }
    async with connect(state_dir=local.settings.root / "other") as by_hand:
        lost = {"kind": "submit", "resource_id": POLARIS.id, "resource": "Polaris", "spec": {"name": "lost"}}
        intent = json.dumps({**lost, "key": "k", "known": [], "complete": True})
        earlier = datetime.now(UTC) - timedelta(minutes=5)
        await journal.actions.begin(left_open(HERE, tool="submit_job", intent=intent, began_at=earlier))
        by_hands = (await by_hand.do("submit_job", **job))["job_id"]
    async with connect() as assistant:
        await assistant.do("list_resources")
        found = await outcome(journal, until="unknown")
    assert f"{by_hands} may be from this submission or from another" in (found.detail or "")
    assert await record_of(journal, by_hands) is None


def lost_submission(**changes: object) -> Action:
    """A submission to Polaris whose answer was lost when there were no jobs there."""
    lost = {"kind": "submit", "resource_id": POLARIS.id, "resource": "Polaris", "spec": {"name": "lost"}}
    intent = json.dumps({**lost, "key": "k", "known": [], "complete": True})
    now = datetime.now(UTC)
    usual: dict[str, object] = {"tool": "submit_job", "intent": intent, "outcome": "unknown", "ended_at": now}
    return left_open(HERE, **usual | changes)


JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE, "script": "true"}


async def test_a_lost_submission_is_settled_as_soon_as_the_list_answers_again(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not take a restart; the user's own listing counts too if it comes first."""
    monkeypatch.setattr("alcf_mcp.background.FIRST_PAUSE", 0.05)

    async def lists_fail_from_then_on() -> None:
        await requested(local, "POST", "/compute/job/")
        local.faults.add(Fault(method="POST", path="/compute/status/", status=501, times=None))

    async with connect(confirm="off") as assistant:
        await assistant.do("list_resources")
        local.faults.add(Fault(method="POST", path="/compute/job/", after=True, drop=True, delay=0.3))
        async with anyio.create_task_group() as group:
            group.start_soon(lists_fail_from_then_on)
            lost = await assistant.call("submit_job", **JOB)
        assert lost.is_error
        assert (await outcome(journal, until="unknown")).job_id is None
        local.faults.clear()
        found = await outcome(journal, until="done")
        assert found.job_id
        assert [
            job["job_id"] for job in (await assistant.do("list_jobs", include_finished=True))["jobs"]
        ] == [found.job_id]


async def test_where_no_job_came_of_it_for_long_it_was_not_submitted(
    connect: Connect, journal: Journal
) -> None:
    began = datetime.now(UTC) - COMPETES - timedelta(minutes=1)
    await journal.actions.begin(lost_submission(began_at=began))
    async with connect() as assistant:
        await assistant.do("list_resources")
        found = await outcome(journal, until="failed")
    assert "there is no new job on Polaris, 11 min later" in (found.detail or "")


async def test_what_can_t_be_told_apart_any_more_is_not_looked_at_for_ever(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.FIRST_PAUSE", 0.05)
    async with connect(state_dir=local.settings.root / "other") as by_hand:
        await by_hand.do("submit_job", **JOB)
    await journal.actions.begin(lost_submission(began_at=datetime.now(UTC) - timedelta(minutes=5)))
    async with connect() as assistant:
        await assistant.do("list_resources")
        with anyio.fail_after(5):
            while await journal.actions.left_open("http://local/api/v1"):  # noqa: ASYNC110
                await anyio.sleep(0.02)
    assert journal.actions.history(limit=1)[0].outcome == "unknown"


async def test_what_another_process_leaves_open_later_is_found_too(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.FIRST_PAUSE", 0.05)
    await journal.actions.begin(left_open(f"{HERE}/unknown"))
    async with connect() as assistant:
        await assistant.do("list_resources")
        unknown = await outcome(journal, until="unknown")
        local.tree.locate(f"{HERE}/new").mkdir()
        await journal.actions.begin(left_open(f"{HERE}/new"))
        await outcome(journal, until="done")
        assert await journal.actions.left_open("http://local/api/v1") == [unknown], "nor is it checked again"
    assert await journal.actions.left_open("http://local/api/v1", repeatedly=True) == []


async def test_an_open_submission_is_remarked_on_once_a_conversation(
    connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.facility.changes.lost_jobs.COMPETES", timedelta(days=1))
    await journal.actions.begin(lost_submission(process=this_process()))
    for _ in range(2):
        async with connect(answer=agree) as assistant:
            remarks = [
                "Another submission"
                in " ".join((await assistant.do("submit_job", **JOB, dry_run=True))["notes"])
                for _ in range(3)
            ]
            assert remarks == [True, False, False]


async def test_what_one_has_found_out_another_does_not_overrule(journal: Journal) -> None:
    number = await journal.actions.begin(left_open(f"{HERE}/new"))
    assert number is not None
    await journal.actions.end(number, "done", if_open=True)
    await journal.actions.end(number, "unknown", detail="too late", if_open=True)
    (action,) = journal.actions.history(limit=1)
    assert (action.outcome, action.detail) == ("done", None)


async def test_what_can_t_be_told_is_unknown(connect: Connect, journal: Journal) -> None:
    await journal.actions.begin(left_open(f"{HERE}/new"))
    async with connect() as assistant:
        await assistant.do("list_resources")
        found = await outcome(journal, until="unknown")
    assert "does not exist so far" in (found.detail or "")


@pytest.mark.parametrize(
    "changes",
    [
        {"process": this_process()},
        {"process": "1@another-host"},
        {"api_url": "https://api.alcf.anl.gov/api/v1"},
        {"began_at": datetime.now(UTC) - GIVEN_UP - timedelta(minutes=1)},
        {"outcome": "done"},
    ],
    ids=["under way", "another host", "another facility", "long ago", "known"],
)
async def test_what_is_not_ours_to_settle(journal: Journal, changes: dict[str, object]) -> None:
    await journal.actions.begin(left_open(f"{HERE}/new", **changes))
    assert await journal.actions.left_open("http://local/api/v1") == []


async def test_what_another_version_wrote_is_left_alone(connect: Connect, journal: Journal) -> None:
    await journal.actions.begin(left_open(f"{HERE}/a", intent='{"kind": "teleport"}'))
    await journal.actions.begin(left_open(f"{HERE}/b"))
    async with connect() as assistant:
        await assistant.do("list_resources")
        await outcome(journal, until="unknown")
    assert [action.outcome for action in journal.actions.history(limit=2)] == ["unknown", "sent"]


async def test_a_task_that_went_on_is_settled_by_its_end(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(timeout=1) as assistant:
        local.faults.add(Fault(method="GET", path="/task/", delay=30, times=1))
        answered = await assistant.call("make_directory", path=f"{HERE}/new")
        assert "had not ended" in answered.text
    assert (await outcome(journal, until="sent")).task_id
    async with connect() as assistant:
        await assistant.do("list_resources")
        assert "has completed" in ((await outcome(journal, until="done")).detail or "")


async def test_a_call_that_is_cancelled_before_it_was_sent_says_so(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    local.faults.add(Fault(method="GET", path="/filesystem/ls/", delay=5, times=None))
    async with connect(max_requests=1, confirm="off") as assistant, anyio.create_task_group() as group:
        await assistant.do("list_resources")
        group.start_soon(lambda: assistant.call("list_directory", path=HERE))
        await anyio.sleep(0.1)
        with anyio.move_on_after(0.3):
            await assistant.call("make_directory", path=f"{HERE}/new")
        action = await outcome(journal, until="refused")
        group.cancel_scope.cancel()
    assert action.detail == "the call was cancelled before it was sent"
    assert local.faults.count("POST", "/filesystem/mkdir/") == 0


async def test_a_call_that_is_cancelled_after_it_was_sent_says_so(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    local.faults.add(Fault(method="POST", path="/filesystem/mkdir/", delay=5))
    with anyio.move_on_after(0.5):
        await assistant.call("make_directory", path=f"{HERE}/new")
    action = await outcome(journal, until="unknown")
    assert action.detail == "the call was cancelled after it was sent"


@pytest.fixture
async def on_loopback(local: LocalFacility) -> AsyncIterator[str]:
    """Serve the local facility on this machine; the address."""
    ready = anyio.Event()
    address = ""

    def listen(url: str) -> None:
        nonlocal address
        address = url
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(local, on_ready=listen))
        await ready.wait()
        yield address
        group.cancel_scope.cancel()


async def test_a_server_that_is_killed_in_the_middle_of_a_submission(
    local: LocalFacility, on_loopback: str, tmp_path: Path
) -> None:
    command = served(on_loopback, local, tmp_path)
    local.faults.add(Fault(method="POST", path="/compute/job/", delay=0.5))
    journal = Journal.at(tmp_path / "alcf-journal.sqlite")
    job = {
        "resource": "polaris",
        "account": "LocalDemo",
        "queue": "debug",
        "directory": HERE,
        "script": "true",
    }

    async def kill_it() -> None:
        """Stop it before it can read the answer, and let the facility carry out what it received."""
        await requested(local, "POST", "/compute/job/")
        pid = process_of(journal)
        os.kill(pid, signal.SIGSTOP)
        await carried_out(local)
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(Exception):  # noqa: B017 - however the SDK says that the server is gone
        async with Client(command) as client, anyio.create_task_group() as group:
            # Warm, so that the list of jobs before the submission comes in time on a busy machine, too.
            await client.call_tool("list_jobs", {})
            group.start_soon(kill_it)
            await client.call_tool("submit_job", job)
    assert (await outcome(journal, until="sent")).job_id is None
    async with Client(command) as client:
        await client.call_tool("list_resources", {})
        found = await outcome(journal, until="done")
        assert found.job_id
        listed = await client.call_tool("list_jobs", {"include_finished": True})
    assert [job["job_id"] for job in listed.structured_content["jobs"]] == [found.job_id]
    assert local.faults.count("POST", "/compute/job/") == 1


async def test_a_server_that_is_told_to_end_writes_down_what_is_under_way(
    local: LocalFacility, on_loopback: str, tmp_path: Path
) -> None:
    command = served(on_loopback, local, tmp_path)
    local.faults.add(Fault(method="POST", path="/filesystem/mkdir/", delay=30))
    journal = Journal.at(tmp_path / "alcf-journal.sqlite")
    with anyio.fail_after(10), pytest.raises(Exception):  # noqa: B017
        async with Client(command) as client, anyio.create_task_group() as group:

            async def end_it() -> None:
                await requested(local, "POST", "/filesystem/mkdir/")
                os.kill(process_of(journal), signal.SIGTERM)

            group.start_soon(end_it)
            await client.call_tool("make_directory", {"path": f"{HERE}/new"})
    action = await outcome(journal, until="unknown")
    assert action.detail == "the call was cancelled after it was sent"


def served(address: str, local: LocalFacility, state: Path) -> StdioServerParameters:
    """The command of a server, in its own process, for a facility on this machine."""
    settings = {"API_URL": address, "ACCESS_TOKEN": local.token.get_secret_value(), "CONFIRM": "off"}
    environment = {f"ALCF_MCP_{name}": value for name, value in settings.items()}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "alcf_mcp", "serve", "--state-dir", str(state)],
        env={**os.environ, **environment},
    )


async def requested(local: LocalFacility, method: str, path: str) -> None:
    """Wait until a request has arrived."""
    with anyio.fail_after(10):
        while not local.faults.count(method, path):  # noqa: ASYNC110 - there is no event for it
            await anyio.sleep(0.02)


async def carried_out(local: LocalFacility) -> None:
    """Wait until the facility has a job."""
    with anyio.fail_after(10):
        while True:
            with closing(sqlite3.connect(local.settings.root / "facility.sqlite")) as database:
                if database.execute("SELECT count(*) FROM jobs").fetchone()[0]:
                    return
            await anyio.sleep(0.02)


def process_of(journal: Journal) -> int:
    """The process that sent the last action."""
    return int(journal.actions.history(limit=1)[0].process.partition("@")[0])


async def test_a_submission_is_found_by_the_record_of_its_job(connect: Connect, journal: Journal) -> None:
    """Its process ended after it had recorded the job, and before it recorded the outcome."""
    intent = json.loads(lost_submission().intent or "")
    job = SubmitIntent.model_validate(intent).as_submitted("7.polaris-pbs-01")
    await journal.jobs.record(job)
    await journal.actions.begin(lost_submission(began_at=datetime.now(UTC) - COMPETES))
    async with connect() as assistant:
        await assistant.do("list_resources")
        assert (await outcome(journal, until="done")).job_id == "7.polaris-pbs-01"


async def test_a_job_that_may_have_ended_since_is_not_called_never_submitted(
    connect: Connect, journal: Journal
) -> None:
    intent = json.dumps({**json.loads(lost_submission().intent or ""), "complete": False})
    earlier = datetime.now(UTC) - COMPETES - timedelta(minutes=1)
    await journal.actions.begin(lost_submission(intent=intent, began_at=earlier))
    async with connect() as assistant:
        await assistant.do("list_resources")
        with anyio.fail_after(10):
            while await journal.actions.left_open("http://local/api/v1"):  # noqa: ASYNC110
                await anyio.sleep(0.02)
    (action,) = journal.actions.history(limit=1)
    assert action.outcome == "unknown"
    assert "it may have ended since" in (action.detail or "")
