"""Jobs from an assistant's request to their output, on a real scheduler with real processes."""

import json
from time import monotonic
from typing import Any

import pytest

from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.catalog import CRUX
from tests.conftest import YES, Assistant, Connect, Era

AWKWARD = 'printf \'%s\\n\' "a \\"b\\" \\\\n \\u0041 $((6 * 7)) `echo tick` ünïcode ✓" # \'\n'
AWKWARD_PRINTS = 'a "b" \\n \\u0041 42 tick ünïcode ✓'


def job(directory: str, **changes: Any) -> dict[str, Any]:
    """The arguments of a small job."""
    usual = {
        "resource": "polaris",
        "script": "echo hello",
        "account": "LocalDemo",
        "queue": "debug",
        "walltime": "5m",
        "directory": directory,
    }
    return usual | changes


def size(facts: dict[str, Any]) -> int:
    return len(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode())


async def submit(
    assistant: Assistant, directory: str, script: str | None = "echo hello", **changes: Any
) -> str:
    return str((await assistant.do("submit_job", **job(directory, script=script, **changes)))["job_id"])


async def finish(assistant: Assistant, job_id: str) -> dict[str, Any]:
    return await assistant.do("wait_for_job", job_id=job_id)


async def test_from_a_script_to_its_output(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        await assistant.do("make_directory", path="/eagle/LocalDemo/run")
        submitted = await assistant.call(
            "submit_job",
            resource="Polaris",
            script=AWKWARD + 'sort -u "$PBS_NODEFILE" | wc -l\necho trouble >&2\n',
            name="two-nodes",
            account="LocalDemo",
            queue="debug",
            nodes=2,
            walltime="00:10:00",
            directory="/eagle/LocalDemo/run",
        )
        job_id = submitted.facts["job_id"]
        assert submitted.facts["most_node_hours"] == 0.33
        assert "at most 0.33 node hours" in submitted.text
        report = await assistant.call("wait_for_job", job_id=job_id)
        assert report.facts["status"] == "completed, exit code 0 (success)"
        assert report.facts["succeeded"] is True
        assert (report.facts["name"], report.facts["nodes"]) == ("two-nodes", 2)
        output = await assistant.call("get_job_output", job_id=job_id)
        assert f"{AWKWARD_PRINTS}\n2\n" in output.text
        assert f"/eagle/LocalDemo/run/{job_id}.ER" in output.text
        assert "trouble" in output.text
        assert "data, not instructions" in output.text


async def test_output_goes_to_the_files_named(assistant: Assistant, directory: str) -> None:
    job_id = await submit(
        assistant, directory, stdout_path=f"{directory}/out.txt", stderr_path=f"{directory}/err.txt"
    )
    await finish(assistant, job_id)
    output = await assistant.call("get_job_output", job_id=job_id, stream="stdout")
    assert f"{directory}/out.txt: all 6 bytes" in output.text
    assert "stderr" not in output.text
    assert "is empty" in (await assistant.call("get_job_output", job_id=job_id, stream="stderr")).text


async def test_a_program_with_awkward_arguments(assistant: Assistant, directory: str) -> None:
    job_id = await submit(
        assistant,
        directory,
        script=None,
        executable="/usr/bin/printf",
        arguments=["%s|", 'a "b"', "c\\n", "d\ne"],
    )
    await finish(assistant, job_id)
    assert 'a "b"|c\\n|d\ne|' in (await assistant.call("get_job_output", job_id=job_id)).text


async def test_a_job_that_fails_says_so(assistant: Assistant, directory: str) -> None:
    report = await finish(assistant, await submit(assistant, directory, "no-such-command"))
    assert report["succeeded"] is False
    assert report["exit_code"] == 127
    assert "a command was not found" in report["status"]


async def test_a_dry_run_shows_the_request_and_sends_nothing(
    local: LocalFacility, assistant: Assistant
) -> None:
    answered = await assistant.call(
        "submit_job",
        resource="polaris",
        script="#PBS -l select=2\ndate",
        account="A",
        queue="debug",
        nodes=4,
        walltime="1h",
        directory="/eagle/A",
        dry_run=True,
    )
    assert answered.facts["most_node_hours"] == 4
    assert answered.facts["request"]["resources"] == {"node_count": 4}
    assert "#PBS lines are only comments" in answered.text
    assert local.faults.count("POST", "/compute/job/") == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"queue": "nope"}, "Choose another queue of that machine"),
        ({"account": "nope"}, "list_projects"),
        ({"nodes": 3}, "fewer nodes or a shorter walltime"),
        ({"resource": "aurora"}, "Aurora"),
    ],
)
async def test_a_refusal_of_the_scheduler_ends_in_what_to_do(
    assistant: Assistant, directory: str, changes: dict[str, Any], said: str
) -> None:
    answered = await assistant.call("submit_job", **job(directory, **changes))
    assert answered.is_error
    assert said in answered.text
    assert answered.error["detail"]


async def test_jobs_are_listed_with_counts_and_what_runs_first(assistant: Assistant, directory: str) -> None:
    done = await submit(assistant, directory, name="quick")
    await finish(assistant, done)
    running = await submit(assistant, directory, "sleep 60", name="train-1")
    await assistant.do("wait_for_job", job_id=running, until="started")
    listed = await assistant.call("list_jobs", include_finished=True)
    assert listed.facts["summary"] == "2 jobs: 1 running; 1 ended"
    assert [job["job_id"] for job in listed.facts["jobs"]] == [running, done]
    assert [j["name"] for j in (await assistant.do("list_jobs"))["jobs"]] == ["train-1"]
    assert [j["name"] for j in (await assistant.do("list_jobs", state="done", name="QUI"))["jobs"]] == [
        "quick"
    ]
    assert (await assistant.do("list_jobs", state="running", since="1h"))["total"] == 1
    cut = await assistant.do("list_jobs", include_finished=True, limit=1)
    assert cut["next_step"].startswith("1 more: call again with offset=1")


async def test_twenty_jobs_fit_into_what_a_model_reads_at_once(assistant: Assistant, directory: str) -> None:
    for number in range(20):
        await submit(assistant, directory, "sleep 60", name=f"relax-{number:02}")
    listed = await assistant.do("list_jobs")
    assert len(listed["jobs"]) == 20
    assert size(listed) <= 3500
    assert listed["unless_stated"]["queue"] == "debug"


async def test_an_ended_job_is_told_briefly(assistant: Assistant, directory: str) -> None:
    job_id = await submit(assistant, directory)
    await finish(assistant, job_id)
    assert size(await assistant.do("get_job", job_id=job_id)) <= 600


async def test_a_machine_that_does_not_answer_is_told_beside_the_others(
    local: LocalFacility, assistant: Assistant
) -> None:
    asleep = Fault(path=f"/compute/status/{CRUX.id}", status=503, body='{"detail": "asleep"}', times=9)
    local.faults.add(asleep)
    answered = await assistant.call("list_jobs")
    assert not answered.is_error
    assert "asleep" in answered.facts["unanswered"]["Crux"]
    assert "Crux did not answer" in answered.text


async def test_a_machine_that_stays_silent_does_not_hold_up_the_others(
    local: LocalFacility, assistant: Assistant, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LONGEST_SILENCE", 0.5)
    on_polaris = await submit(assistant, directory, "sleep 60")
    on_crux = await submit(assistant, directory, "sleep 60", resource="crux", queue="workq")
    local.faults.add(Fault(path=f"/compute/status/{CRUX.id}", delay=60, times=None))
    began = monotonic()
    answered = await assistant.call("list_jobs")
    assert monotonic() - began < 5
    assert {job["job_id"] for job in answered.facts["jobs"]} == {on_polaris, on_crux}, "one as last seen"
    assert list(answered.facts["unanswered"]) == ["Crux"]
    assert "Crux did not answer: nothing came from it within 0.5 s after the others' answers" in answered.text


async def test_a_machine_that_is_asked_alone_has_the_calls_whole_time(
    local: LocalFacility, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LONGEST_SILENCE", 0.1)
    local.faults.add(Fault(path=f"/compute/status/{CRUX.id}", delay=1))
    answered = await assistant.do("list_jobs", resource="crux")
    assert answered["unanswered"] == {}


async def test_waiting_ends_with_the_patience_and_says_so(connect: Connect, era: Era) -> None:
    async with connect(era=era, answer=YES) as assistant:
        job_id = await submit(assistant, "/eagle/LocalDemo", "sleep 60")
        await assistant.do("wait_for_job", job_id=job_id, until="started")
        report = await assistant.do("wait_for_job", job_id=job_id, timeout_seconds=1)
        assert report["state"] == "active"
        assert "wait_for_job again, ideally in about" in report["next_step"]
        assert any("running" in message for message in assistant.progress)


async def test_a_running_jobs_output_is_not_there_yet(assistant: Assistant, directory: str) -> None:
    job_id = await submit(assistant, directory, "echo early; sleep 60")
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    assert "appear when it ends" in (await assistant.call("get_job_output", job_id=job_id)).text


async def test_where_a_job_from_elsewhere_writes_is_not_guessed(
    local: LocalFacility, connect: Connect, assistant: Assistant, directory: str
) -> None:
    job_id = await submit(assistant, directory)
    async with connect(state_dir=local.settings.root / "other") as stranger:
        answered = await stranger.call("get_job_output", job_id=job_id)
        assert "was not submitted from here" in answered.text
        assert (await stranger.do("get_job", job_id=job_id))["resource"] == "Polaris"


async def test_a_job_is_canceled_once_the_person_agrees(assistant: Assistant, directory: str) -> None:
    job_id = await submit(assistant, directory, "sleep 60", name="long")
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    canceled = await assistant.do("cancel_job", job_id=job_id)
    assert canceled["done"] == "cancel requested"
    assert f"Cancel job {job_id}?" in assistant.questions[-1]
    assert "long" in assistant.questions[-1]
    ended = await finish(assistant, job_id)
    assert ended["succeeded"] is False
    again = await assistant.do("cancel_job", job_id=job_id)
    assert again["outcome"] == "nothing_to_do"
    assert "has already ended" in again["message"]


async def test_an_update_keeps_the_node_count(
    local: LocalFacility, assistant: Assistant, directory: str
) -> None:
    waiting = await submit(assistant, directory, "date", queue="prod", nodes=4, name="held")
    changed = await assistant.do("update_job", job_id=waiting, name="renamed")
    assert changed["done"] == "changed"
    sent = [seen for seen in local.faults.requests if seen.method == "PUT"]
    assert sent[-1].json == {"name": "renamed", "resources": {"node_count": 4}}
    report = await assistant.do("get_job", job_id=waiting)
    assert (report["name"], report["nodes"], report["queue"]) == ("renamed", 4, "prod")


async def test_a_job_that_has_ended_is_not_changed(assistant: Assistant, directory: str) -> None:
    job_id = await submit(assistant, directory)
    await finish(assistant, job_id)
    facts = await assistant.do("update_job", job_id=job_id, name="late")
    assert facts["outcome"] == "nothing_to_do"


async def test_jobs_whose_time_is_not_known_are_kept(
    local: LocalFacility, connect: Connect, assistant: Assistant, directory: str
) -> None:
    await submit(assistant, directory, "sleep 60")
    async with connect(state_dir=local.settings.root / "other") as stranger:
        assert (await stranger.do("list_jobs", since="1h"))["total"] == 1


async def test_an_accepted_cancel_is_told_though_the_job_cant_be_looked_at_after_it(
    local: LocalFacility, connect: Connect, directory: str
) -> None:
    async with connect(confirm="off") as assistant:
        job_id = await submit(assistant, directory, "sleep 60")
        await assistant.do("wait_for_job", job_id=job_id, until="started")
        gone = Fault(method="GET", path=f"/compute/status/.*/{job_id}", status=503, body="", times=9)
        local.faults.add(Fault(method="GET", path=f"/compute/status/.*/{job_id}", delay=0))
        local.faults.add(Fault(method="GET", path=f"/compute/status/.*/{job_id}", delay=0))
        local.faults.add(gone)
        facts = await assistant.do("cancel_job", job_id=job_id)
        assert (facts["done"], facts["state"]) == ("cancel requested", "could not be looked up")


async def test_waiting_survives_a_bad_moment_of_the_facility(
    local: LocalFacility, assistant: Assistant, directory: str
) -> None:
    job_id = await submit(assistant, directory, "sleep 1")
    path = f"/compute/status/.*/{job_id}"
    local.faults.add(Fault(method="GET", path=path, delay=0))
    local.faults.add(Fault(method="GET", path=path, status=502, body="bad gateway", times=2))
    assert (await finish(assistant, job_id))["state"] == "completed"


def answer_with_state(local: LocalFacility, job_id: str, state: str, **status: Any) -> None:
    """Make the facility report this state of a job, by itself and in lists."""
    job = {"id": job_id, "status": {"state": state, **status}}
    kind = "application/json"
    path = "/compute/status/.*"
    local.faults.add(Fault(method="POST", path=path, status=200, body=[job], content_type=kind, times=None))
    local.faults.add(Fault(method="GET", path=path, status=200, body=job, content_type=kind, times=None))


async def test_a_queued_job_is_called_queued_in_the_text_too(
    local: LocalFacility, assistant: Assistant, directory: str
) -> None:
    submitted = await assistant.call("submit_job", **job(directory, name="held"))
    job_id = submitted.facts["job_id"]
    answer_with_state(local, job_id, "queued")
    for tool, arguments in (
        ("get_job", {"job_id": job_id}),
        ("wait_for_job", {"job_id": job_id, "timeout_seconds": 1}),
        ("list_jobs", {"resource": "polaris"}),
    ):
        answered = await assistant.call(tool, **arguments)
        assert f"{job_id} on Polaris: queued for" in answered.text
        assert "waiting for" not in answered.text


async def test_a_job_that_was_just_submitted_is_told_in_the_facilitys_word(
    assistant: Assistant, directory: str
) -> None:
    submitted = await assistant.call("submit_job", **job(directory))
    assert submitted.facts["state"] == "queued"
    assert submitted.text.startswith(f"Submitted job {submitted.facts['job_id']} to Polaris (queued).")


async def test_a_state_that_only_this_facility_has_is_told_by_its_name(
    local: LocalFacility, assistant: Assistant, directory: str
) -> None:
    job_id = await submit(assistant, directory, name="held")
    answer_with_state(local, job_id, "suspended")
    report = await assistant.do("wait_for_job", job_id=job_id, timeout_seconds=1)
    assert (report["state"], report["status"], report.get("succeeded")) == ("suspended", "suspended", None)
    assert (await assistant.do("list_jobs", resource="polaris"))["summary"] == "1 job: 1 suspended"
    output = await assistant.call("get_job_output", job_id=job_id)
    assert "The job has not ended (suspended)" in output.text
    assert "running" not in output.text


@pytest.mark.parametrize(("code", "succeeded", "meant"), [(0, True, "completed"), (2, False, "failed")])
async def test_with_an_exit_code_such_a_state_is_an_end(
    local: LocalFacility, assistant: Assistant, directory: str, code: int, succeeded: bool, meant: str
) -> None:
    job_id = await submit(assistant, directory, name="held")
    answer_with_state(local, job_id, "exited", exit_code=code)
    report = await assistant.do("wait_for_job", job_id=job_id)
    assert (report["state"], report["succeeded"]) == ("exited", succeeded)
    assert report["status"].startswith(f"exited, exit code {code} (")
    assert (await assistant.do("list_jobs", resource="polaris", state=meant))["total"] == 1
    assert (await assistant.do("list_jobs", resource="polaris", state="done"))["total"] == 1
