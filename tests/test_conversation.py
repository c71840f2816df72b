"""The everyday requests in docs/everyday.md, each answered by at most two calls from a cold start."""

import re
from pathlib import Path
from typing import Any

import anyio
import pytest

from alcf_mcp.local import LocalFacility
from tests.conftest import Answered, Assistant, Connect, Era, agree

HERE = "/eagle/LocalDemo/everyday"
JOB: dict[str, Any] = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE}
DOCUMENT = Path(__file__).parent.parent / "docs" / "everyday.md"

SECONDS_OR_EPOCH = re.compile(r"_seconds$|^duration$|^timestamp$")


class Conversation:
    """Answers one request after another and counts the calls."""

    def __init__(self, connect: Connect, era: Era) -> None:
        self._connect = connect
        self._era = era
        self.calls: list[str] = []

    async def answer(self, *calls: tuple[str, dict[str, Any]]) -> list[Answered]:
        """Make calls in a new conversation."""
        assert len(calls) <= 2
        answers = []
        async with self._connect(era=self._era, answer=agree) as assistant:
            for tool, arguments in calls:
                answered = await assistant.call(tool, **arguments)
                assert not answered.is_error, answered.text
                assert_nothing_is_left_to_compute(answered.facts)
                answers.append(answered)
        self.calls.append(" ".join(tool for tool, _ in calls))
        return answers


def assert_nothing_is_left_to_compute(facts: Any) -> None:
    """No bare seconds, no times since an epoch, no exit code without its meaning."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            assert not SECONDS_OR_EPOCH.search(name), name
            in_bytes = "bytes" in name or facts.get("unit") == "bytes"
            assert not (isinstance(value, int | float) and value > 1e9 and not in_bytes), name
            if name != "request":
                assert_nothing_is_left_to_compute(value)
        if facts.get("exit_code") is not None:
            assert "exit code" in facts["status"] or facts["status"] == "canceled"
    elif isinstance(facts, list):
        for item in facts:
            assert_nothing_is_left_to_compute(item)


@pytest.fixture
async def prepared(connect: Connect) -> dict[str, str]:
    """Jobs in every kind of state, by name."""
    jobs: dict[str, str] = {}

    async def submit(assistant: Assistant, name: str, script: str, **changes: Any) -> None:
        arguments = {**JOB, "queue": "prod", "name": name, "script": script, "walltime": "5m", **changes}
        jobs[name] = (await assistant.do("submit_job", **arguments))["job_id"]

    async with connect(confirm="off") as assistant:
        await submit(assistant, "train-7b", "echo loss 0.25; echo warming up >&2")
        await submit(assistant, "broken", "echo reading input; echo 'KeyError: lr' >&2; exit 3")
        await submit(assistant, "too-long", "echo began; sleep 60", walltime=1)
        await submit(assistant, "unwanted", "sleep 60")
        await assistant.do("cancel_job", job_id=jobs["unwanted"])
        for name in ("train-7b", "broken", "too-long", "unwanted"):
            with anyio.fail_after(20):
                await assistant.do("wait_for_job", job_id=jobs[name], timeout_seconds=15)
        await submit(assistant, "never-started", "date")
        await submit(assistant, "long", "sleep 60")
        await assistant.do("wait_for_job", job_id=jobs["long"], until="started")
    return jobs


async def test_everyday_requests(
    local: LocalFacility, connect: Connect, prepared: dict[str, str], era: Era
) -> None:
    talk = Conversation(connect, era)

    (jobs,) = await talk.answer(("list_jobs", {}))
    assert jobs.facts["summary"] == "2 jobs: 1 running, 1 held"

    _, printed = await talk.answer(
        ("list_jobs", {"name": "train", "since": "yesterday", "include_finished": True}),
        ("get_job_output", {"job_id": prepared["train-7b"]}),
    )
    assert "loss 0.25" in printed.text

    submitted, ran = await talk.answer(
        ("submit_job", {**JOB, "nodes": 2, "walltime": "10m", "script": "echo hello from two"}),
        ("wait_for_job", {"job_id": "1007"}),
    )
    assert submitted.facts["job_id"].startswith("1007.")
    assert "hello from two" in ran.facts["stdout_end"]
    assert ran.facts["status"] == "completed, exit code 0 (success)"

    failed, cause = await talk.answer(
        ("list_jobs", {"state": "done", "include_finished": True}),
        ("get_job", {"job_id": prepared["broken"]}),
    )
    assert failed.facts["summary"].endswith("5 ended, 2 of them failed, 1 of them canceled")
    assert failed.facts["jobs"][0]["succeeded"] is False
    assert "KeyError: lr" in cause.facts["stderr_end"]
    assert cause.facts["status"] == "failed, exit code 3 (an error that the job itself reports)"

    (waiting,) = await talk.answer(("get_job", {"job_id": prepared["never-started"]}))
    assert waiting.facts["status"].startswith("held for ")

    arguments = {**JOB, "name": "analysis", "script": "date", "after": prepared["never-started"]}
    (planned_job,) = await talk.answer(("submit_job", arguments))
    assert planned_job.facts["plan_id"] == "plan-1"

    _, canceled = await talk.answer(
        ("list_jobs", {"name": "long"}), ("cancel_job", {"job_id": prepared["long"]})
    )
    assert canceled.facts["done"] == "cancel requested"

    (projects,) = await talk.answer(("list_projects", {}))
    assert "LocalDemo" in projects.text
    assert "node hours" in projects.text

    arguments = {**JOB, "nodes": 4, "walltime": "6h", "script": "date", "dry_run": True, "queue": "prod"}
    (estimate,) = await talk.answer(("submit_job", arguments))
    assert estimate.facts["most_node_hours"] == 24
    assert any("node hours left on Polaris" in note for note in estimate.facts["notes"])

    status, planned = await talk.answer(
        ("get_resource", {"resource": "polaris"}), ("list_incidents", {"resource": "polaris"})
    )
    assert status.facts["status"] == "up"
    assert planned.facts["summary"]

    above, _ = await talk.answer(
        ("list_directory", {"path": "/eagle/LocalDemo"}), ("list_directory", {"path": HERE})
    )
    (entry,) = above.facts["entries"]
    assert {"mode", "owner", "group"} <= entry.keys()

    _, opened = await talk.answer(
        ("make_directory", {"path": f"{HERE}/results"}), ("chmod", {"path": f"{HERE}/results", "mode": "750"})
    )
    assert opened.facts["after"] == "rwxr-x--- (750)"

    (again,) = await talk.answer(("submit_job", {"like": prepared["train-7b"], "walltime": "4h"}))
    assert (again.facts["job_id"].partition(".")[0], again.facts["walltime"]) == ("1008", "4 h")

    table = {**JOB, "name": "sweep", "script": "((N != 2))", "ensemble": "N\n1\n2\n3\n", "nodes": 1}
    _, swept = await talk.answer(("submit_job", table), ("wait_for_job", {"job_id": "1009"}))
    assert swept.facts["members"] == "2 of 3 done, 1 failed (2)"

    (resumed,) = await talk.answer(("submit_job", {"resume": "sweep"}))
    assert resumed.facts["members"] == 1

    (end,) = await talk.answer(("tail_file", {"path": f"{HERE}/{prepared['train-7b']}.OU", "lines": 5}))
    assert "loss 0.25" in end.text

    (sweep,) = await talk.answer(("get_job", {"job_id": "1009"}))
    assert sweep.facts["members"] == "2 of 3 done, 1 failed (2)"

    (second_run,) = await talk.answer(("get_job_output", {"job_id": "1009", "member": 2}))
    assert "member-002" in second_run.text or "member-2" in second_run.text

    (plans,) = await talk.answer(("list_jobs", {}))
    assert "plan-1" in plans.text

    (dropped,) = await talk.answer(("cancel_job", {"job_id": "plan-1"}))
    assert dropped.facts["state"] == "canceled"

    tidying = {**JOB, "script": "rm -f scratch", "after": prepared["never-started"], "after_state": "ended"}
    (tidy,) = await talk.answer(("submit_job", tidying))
    assert tidy.facts["plan_id"] == "plan-2"

    (busy,) = await talk.answer(("get_resource", {"resource": "polaris"}))
    assert "nodes in use" in busy.text

    arguments = {**JOB, "nodes": 2, "walltime": "1h", "script": "date", "dry_run": True}
    (start,) = await talk.answer(("submit_job", arguments))
    assert any("may start" in note for note in start.facts["notes"])

    (news,) = await talk.answer(("list_jobs", {}))
    assert news.facts["summary"]

    rows = re.findall(r"^\| \".*?\" \| (.*?) \| (\d) \|", DOCUMENT.read_text(), re.MULTILINE)
    documented = [" ".join(re.findall(r"`([a-z]+_[a-z_]+|chmod)`(?! \(?of)", row)) for row, _ in rows]
    assert len(rows) == 24
    assert [len(calls.split()) for calls in talk.calls] == [int(number) for _, number in rows]
    for made, told in zip(talk.calls, documented, strict=True):
        assert set(made.split()) <= set(told.split()) | {"list_directory"}, (made, told)


async def test_how_jobs_ended_is_told_without_a_manual(connect: Connect, prepared: dict[str, str]) -> None:
    async with connect() as assistant:
        too_long = await assistant.do("get_job", job_id=prepared["too-long"])
        assert "walltime was used up" in too_long["status"]
        assert too_long["likely_cause"].startswith("It used up its walltime of 1 s")
        unwanted = await assistant.do("get_job", job_id=prepared["unwanted"])
        assert (unwanted["state"], unwanted["status"]) == ("canceled", "canceled")
