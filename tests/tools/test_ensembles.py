"""Many runs in one job, from the assistant's request to what each of them wrote."""

import json
import re
from typing import Any

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant, Connect, agree, record_of

HERE = "/eagle/LocalDemo"
SWEEP: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug-scaling",
    "nodes": 4,
    "walltime": "5m",
    "directory": HERE,
    "name": "sweep",
    "script": 'echo "rate $RATE on $PALS_HOST"\n[[ $RATE != 0.3 ]]\n',
    "ensemble": "RATE,LABEL\n" + "".join(f'0.{number},"it\'s ""{number}"""\n' for number in range(1, 9)),
}


async def finished(assistant: Assistant, **changes: Any) -> dict[str, Any]:
    job_id = (await assistant.do("submit_job", **SWEEP | changes))["job_id"]
    return await assistant.do("wait_for_job", job_id=job_id, timeout_seconds=60)


async def test_from_a_table_to_what_each_member_wrote(assistant: Assistant) -> None:
    submitted = await assistant.call("submit_job", **SWEEP)
    job_id = submitted.facts["job_id"]
    number = job_id.partition(".")[0]
    assert submitted.facts["members"] == 8
    assert "An ensemble of 8 members, 4 at once: 2 rounds." in submitted.text
    assert f"Each has its own directory in {HERE}/sweep-{number}." in submitted.text
    report = await assistant.call("wait_for_job", job_id=job_id, timeout_seconds=60)
    assert report.facts["members"] == "7 of 8 done, 1 failed (3)"
    assert "Members: 7 of 8 done, 1 failed (3)." in report.text
    assert f"resume='{job_id}'" in report.text
    member = await assistant.call("get_job", job_id=job_id, member=3)
    assert (member.facts["member"], member.facts["member_exit_code"]) == (3, 1)
    assert "Member 3: failed, exit code 1" in member.text
    output = (await assistant.call("get_job_output", job_id=job_id, member=3)).text
    assert f"{HERE}/sweep-{number}/member-003/output.log" in output
    assert "rate 0.3 on " in output


async def test_members_come_as_a_list_too(assistant: Assistant) -> None:
    report = await finished(assistant, ensemble=[{"RATE": 0.1}, {"RATE": "0.2"}], nodes=1, queue="debug")
    assert report["members"] == "2 of 2 done"


async def test_while_it_runs_it_tells_how_far_it_is(assistant: Assistant) -> None:
    script = 'echo up; [[ $RATE == 0.1 ]] && exit 0\necho "$RATE" >up; sleep 60\n'
    job_id = (await assistant.do("submit_job", **SWEEP | {"script": script, "nodes": 2, "queue": "debug"}))[
        "job_id"
    ]
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    told = ""
    while told != "1 of 8 done, 2 running, 5 not started":
        told = (await assistant.do("get_job", job_id=job_id)).get("members", "")
    assert "up" in (await assistant.call("get_job_output", job_id=job_id, member=2)).text
    waiting = await assistant.call("get_job_output", job_id=job_id, member=8)
    assert "It has written nothing" in waiting.text


async def test_before_it_runs_nothing_is_started(assistant: Assistant) -> None:
    job_id = (await assistant.do("submit_job", **SWEEP | {"name": "held-sweep"}))["job_id"]
    assert (await assistant.do("get_job", job_id=job_id, member=8))["member_state"] == "not started"


async def test_resuming_runs_what_has_not_succeeded_in_the_same_place(assistant: Assistant) -> None:
    first = await finished(assistant)
    again = await assistant.call("submit_job", resume=first["job_id"], script='echo "now $RATE $LABEL"')
    assert again.facts["members"] == 1
    assert "An ensemble of 1 of 8 members (3), 1 at once: 1 round." in again.text
    assert "It asks for 1 node instead of 4 nodes, which is enough for 1 member" in again.text
    assert (again.facts["nodes"], "nodes" in again.facts["taken"]) == (1, False)
    report = await assistant.do("wait_for_job", job_id=again.facts["job_id"], timeout_seconds=60)
    assert report["members"] == "8 of 8 done"
    assert (await assistant.do("get_job", job_id=first["job_id"]))["members"] == "8 of 8 done"
    for job_id in (first["job_id"], report["job_id"]):
        output = await assistant.call("get_job_output", job_id=job_id, member=3)
        assert 'now 0.3 it\'s "3"' in output.text
    nothing = await assistant.call("submit_job", resume=report["job_id"])
    assert f"Nothing is left of job {report['job_id']}: 8 of 8 done" in nothing.text


@pytest.mark.parametrize(
    ("given", "nodes"),
    [({}, 2), ({"nodes": 3}, 3), ({"members_per_node": 2}, 1), ({"nodes_per_member": 2}, 4)],
)
async def test_a_resumed_ensemble_asks_for_no_more_nodes_than_it_can_use(
    assistant: Assistant, given: dict[str, Any], nodes: int
) -> None:
    first = await finished(assistant, script="[[ $RATE != 0.3 && $RATE != 0.5 ]]\n")
    dry = await assistant.do("submit_job", resume=first["job_id"], dry_run=True, **given)
    assert (dry["members"], dry["nodes"]) == (2, nodes)


async def test_what_the_walltime_cut_off_is_resumed(assistant: Assistant) -> None:
    script = "[[ $RATE == 0.1 || -e tried ]] && exit 0\ntouch tried; sleep 60\n"
    cut = await finished(assistant, script=script, walltime="4", nodes=2, queue="debug")
    assert cut["members"] == "1 of 8 done, 2 unfinished (2, 3), 5 not started"
    again = await assistant.do("submit_job", resume=cut["job_id"], script="true", walltime="5m")
    assert again["members"] == 7
    report = await assistant.do("wait_for_job", job_id=again["job_id"], timeout_seconds=60)
    assert report["members"] == "8 of 8 done"


async def test_an_ensemble_that_still_runs_is_not_resumed(assistant: Assistant) -> None:
    job_id = (await assistant.do("submit_job", **SWEEP | {"name": "held-sweep"}))["job_id"]
    refused = await assistant.call("submit_job", resume=job_id)
    assert f"Job {job_id} still works on this ensemble" in refused.text


async def test_an_ensemble_is_submitted_again_like_any_job(assistant: Assistant) -> None:
    first = await finished(assistant, member_timeout="2m", members_per_node=2)
    assert first["members"].startswith("7 of 8 done")
    again = await assistant.do("submit_job", like=first["job_id"], script="true")
    assert {"ensemble", "members_per_node", "member_timeout"} <= set(again["taken"])
    report = await assistant.do("wait_for_job", job_id=again["job_id"], timeout_seconds=60)
    assert report["members"] == "8 of 8 done"


async def test_the_question_shows_the_whole(connect: Connect) -> None:
    async with connect(answer=agree, ask_node_hours=0) as assistant:
        await assistant.do("submit_job", **SWEEP | {"member_timeout": "4m", "members_per_node": 1})
        question = assistant.questions[-1]
    assert "4 nodes × 5 min = up to 0.3333 node hours" in question
    assert "An ensemble of 8 members, 4 at once: 2 rounds of at most 4 min." in question
    assert "2 rounds of at most 4 min may not fit into 5 min" in question
    assert 'RATE=0.1 LABEL="it\'s \\"1\\""' in question
    assert 'echo "rate $RATE on $PALS_HOST"' in question
    assert f"Each has its own directory in {HERE}/sweep-…." in question


async def test_the_question_shows_what_is_hard_to_see_in_values(connect: Connect) -> None:
    members = [{"LABEL": label} for label in ("", " a  b", "line\nend", "tab\t", "x=1")]
    async with connect(answer=agree, ask_node_hours=0) as assistant:
        await assistant.do("submit_job", **SWEEP | {"ensemble": json.dumps(members), "script": "true"})
        question = assistant.questions[-1]
    for shown in ('1: LABEL=""', '2: LABEL=" a \\u0020b"', r'3: LABEL="line\nend"', r'4: LABEL="tab\t"'):
        assert shown in question
    assert "5: LABEL=x=1" in question


async def test_a_dry_run_of_many_members_stays_short_and_says_what_it_leaves_out(
    local: LocalFacility, assistant: Assistant
) -> None:
    members = [{"SEED": number, "RATE": number / 100, "LABEL": f"run {number}"} for number in range(1, 41)]
    shown = await assistant.call("submit_job", **SWEEP | {"ensemble": json.dumps(members)}, dry_run=True)
    assert len(shown.text.encode()) < 6000
    assert len(json.dumps(shown.facts)) < 6000
    assert shown.facts["script"] == SWEEP["script"]
    assert "An ensemble of 40 members, 4 at once: 10 rounds." in shown.text
    assert '40: SEED=40 RATE=0.4 LABEL="run 40"' in shown.text
    assert re.search(r"whole script has \d,\d{3} bytes", shown.facts["next_step"])
    assert "`alcf-mcp submit --dry-run` with the same arguments shows it" in shown.facts["next_step"]
    (_, sent) = shown.facts["request"]["arguments"]
    assert re.fullmatch(r"\. <\(echo \[base64, \d+,\d{3} bytes\] \| base64 -d\)", sent)
    assert local.faults.count("POST", "/compute/job/") == 0


async def test_limits_see_the_whole(connect: Connect) -> None:
    async with connect(answer=agree, max_node_hours=0.3) as assistant:
        assert "0.33" in (await assistant.call("submit_job", **SWEEP)).text


async def test_a_change_of_the_waiting_job_keeps_its_members(assistant: Assistant, journal: Journal) -> None:
    job_id = (await assistant.do("submit_job", **SWEEP | {"name": "held-sweep"}))["job_id"]
    await assistant.do("update_job", job_id=job_id, walltime="9m", directory=f"{HERE}/other")
    record = await record_of(journal, job_id)
    assert record is not None
    assert record.program is not None
    assert record.program.ensemble is not None
    assert record.program.ensemble.directory == f"{HERE}/other/held-sweep-{job_id.partition('.')[0]}"
    assert record.program.ensemble.size == 8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ensemble": "RATE\n"}, "has no members"),
        ({"ensemble": None, "members_per_node": 2}, "There are no members"),
        ({"members_per_node": 2, "nodes_per_member": 2}, "not both"),
        ({"nodes_per_member": 5}, "A member needs 5 nodes, and the job has 4"),
        ({"member_timeout": "soon"}, "soon"),
        ({"script": None, "executable": "./train"}, "Give the executable's full path"),
        ({"directory": None, "stdout_path": f"{HERE}/out.txt"}, "An ensemble needs a directory"),
        ({"like": "1", "resume": "1"}, "either like another or resumes it"),
        ({"resume": "no-such"}, "has the id or name 'no-such'"),
    ],
)
async def test_what_can_not_run_is_refused(assistant: Assistant, changes: dict[str, Any], said: str) -> None:
    answered = await assistant.call("submit_job", **SWEEP | changes)
    assert answered.is_error
    assert said in answered.text


async def test_members_are_asked_for_only_where_there_are_some(assistant: Assistant) -> None:
    plain = {name: value for name, value in SWEEP.items() if name != "ensemble"}
    job_id = (await assistant.do("submit_job", **plain | {"script": "true"}))["job_id"]
    await assistant.do("wait_for_job", job_id=job_id)
    for refused in (
        await assistant.call("get_job", job_id=job_id, member=1),
        await assistant.call("get_job_output", job_id=job_id, member=1),
        await assistant.call("submit_job", resume=job_id),
    ):
        assert "is not known to be an ensemble" in refused.text
    sweep = await finished(assistant, nodes=1, queue="debug", ensemble="RATE\n1\n")
    beyond = await assistant.call("get_job_output", job_id=sweep["job_id"], member=2)
    assert "They are numbered from 1 to 1." in beyond.text
