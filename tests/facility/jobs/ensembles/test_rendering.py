"""The script of an ensemble runs its members in plain bash, and no member can hurt another."""

import json
import signal
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alcf_mcp.facility.jobs.ensembles import ensemble_of
from alcf_mcp.facility.jobs.ensembles.rendering import as_one_job
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall
from tests.facility.jobs.ensembles.conftest import Batch, MakeBatch

NUMBERED = "N\n" + "".join(f"{number}\n" for number in range(1, 9))

CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
AWKWARD = (
    "it's",
    'a "b"',
    "c\\n",
    "d\ne\n",
    "$(date) `date`",
    "~",
    "*",
    "{1,2}",
    "ünï ✓ 雪",
    "",
    "-n",
    "\x01\x7f",
)
VALUES = st.text(CHARACTERS, max_size=20) | st.sampled_from(AWKWARD)
NAMES = st.sampled_from(["RATE", "seed_1", "_x", "PATH_TO", "HOSTNAME"])


def running(batch: Batch, number: int) -> None:
    """Wait until a member has written something."""
    log = batch.member(number) / "output.log"
    while not (log.exists() and log.stat().st_size):
        time.sleep(0.02)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=4),
    lang=st.sampled_from(["C", "C.UTF-8"]),
)
def test_parameters_arrive_exactly(batch_again: MakeBatch, members: list[dict[str, str]], lang: str) -> None:
    names = sorted({name for member in members for name in member})
    values = " ".join(f'"${name}"' for name in names)
    script = f"printf '%s\\0' {values} >values" if names else ": >values"
    job = batch_again(script, json.dumps(members), nodes=1, lang=lang, environment={"HOSTNAME": "it's"})
    assert job.run().returncode == 0
    for number, member in enumerate(members, 1):
        usual = {"HOSTNAME": "it's"}
        expected = "".join(member.get(name, usual.get(name, "")) + "\0" for name in names)
        assert (job.member(number) / "values").read_bytes() == expected.encode()


@pytest.fixture
def batch_again(batch: MakeBatch) -> MakeBatch:
    """A function that makes one batch after another: each runs on top of what the last one left."""
    return batch


def test_members_run_in_their_directories_spread_over_the_nodes(batch: MakeBatch) -> None:
    job = batch('echo "$N $ENSEMBLE_MEMBER/$ENSEMBLE_SIZE $PALS_HOST"; pwd; cat "$PBS_NODEFILE"', NUMBERED)
    done = job.run()
    assert (done.returncode, done.stdout) == (0, "8 of 8 done\n")
    assert job.progress().in_words() == "8 of 8 done"
    hosts = set()
    for number in range(1, 9):
        about, where, node = job.log(number).splitlines()
        assert about == f"{number} {number}/8 {node}"
        assert where == str(job.member(number))
        hosts.add(node)
        assert (job.member(number) / "exit_code").read_text() == "0\n"
    assert hosts == {"node0", "node1", "node2", "node3"}


def test_members_that_share_a_node_know_their_places(batch: MakeBatch) -> None:
    job = batch("echo $ENSEMBLE_PLACE; sleep 0.5", "N\n1\n2\n3\n", nodes=1, members_per_node=3)
    assert job.run().returncode == 0
    assert sorted(job.log(number) for number in (1, 2, 3)) == ["0\n", "1\n", "2\n"]


def test_a_member_on_several_nodes_starts_its_ranks_there(batch: MakeBatch) -> None:
    job = batch("mpiexec --ppn 1 bash -c 'echo \"$PALS_HOST\"'", "N\n1\n2\n", nodes_per_member=2)
    assert job.run().returncode == 0
    assert [sorted(job.log(number).split()) for number in (1, 2)] == [["node0", "node1"], ["node2", "node3"]]


def test_a_program_with_ranks_runs_on_the_members_nodes(batch: MakeBatch) -> None:
    job = batch(
        None,
        "N\n1\n2\n",
        executable="/usr/bin/env",
        arguments=["bash", "-c", 'echo "$N $PALS_HOST $PMI_SIZE"'],
        ranks_per_node=2,
        nodes_per_member=2,
    )
    assert job.run().returncode == 0
    assert sorted(job.log(2).splitlines()) == ["2 node2 4"] * 2 + ["2 node3 4"] * 2


def test_a_script_runs_as_its_first_line_says(batch: MakeBatch) -> None:
    job = batch("#!/usr/bin/env python3\nimport os\nprint(os.environ['N'] * 2)\n", "N\nab\n", nodes=1)
    assert job.run().returncode == 0
    assert job.log(1) == "abab\n"


FAILS, HANGS, FLOODS, LEAVES, KILLED, WIPED_OUT, IGNORES = range(1, 8)
TROUBLE = f"""
case $N in
    {FAILS}) echo before; exit 5 ;;
    {HANGS}) sleep 600 ;;
    {FLOODS}) head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2 ;;
    {LEAVES}) sleep 600 & setsid sleep 30 & ;;
    {KILLED}) kill -KILL $$ ;;
    {WIPED_OUT}) kill -KILL -- -$(ps -o pgid= -p $(ps -o ppid= -p $PPID)) ;;
    {IGNORES}) trap '' TERM; while :; do sleep 0.1; done ;;
    *) echo fine ;;
esac
"""


@pytest.mark.parametrize("nodes", [1, 4])
def test_a_member_in_trouble_does_not_hurt_the_others(batch: MakeBatch, nodes: int) -> None:
    rows = NUMBERED + "9\n10\n"
    job = batch(TROUBLE, rows, nodes=nodes, members_per_node=2, member_timeout="3s", log_bytes=1000)
    done = job.run()
    assert done.returncode == 1
    progress = job.progress()
    assert progress.numbers("done") == (FLOODS, LEAVES, 8, 9, 10)
    assert progress.numbers("timed-out") == (HANGS, IGNORES)
    assert progress.numbers("failed") == (FAILS, KILLED, WIPED_OUT)
    codes = {member.number: member.exit_code for member in progress.members}
    assert (codes[FAILS], codes[KILLED], codes[WIPED_OUT], codes[HANGS]) == (5, 137, 137, 124)
    assert done.stdout == (job.root / "summary.txt").read_text()
    assert done.stdout == "5 of 10 done, 3 failed (1, 5, 6), 2 over the time limit (2, 7)\n"
    assert job.log(FLOODS).startswith("x" * 1000 + "\n[The rest is left out")
    assert len(job.log(FLOODS)) < 1100
    assert job.log(8) == "fine\n"


def test_when_the_walltime_is_over_what_ran_is_unfinished_and_what_did_not_is_told(batch: MakeBatch) -> None:
    job = batch("echo started; ((N < 2)) || exec sleep 600", "N\n1\n2\n3\n4\n", nodes=1, members_per_node=2)
    with job.start() as process:
        running(job, 2)
        running(job, 3)
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert stdout == "1 of 4 done, 2 unfinished (2, 3), 1 not started (4)\n"
    assert job.progress().to_resume == (2, 3, 4)


def test_a_job_that_is_killed_outright_leaves_what_it_knew(batch: MakeBatch) -> None:
    job = batch("echo started; ((N < 2)) || exec sleep 3", "N\n1\n2\n3\n", nodes=1)
    with job.start() as process:
        running(job, 2)
        process.kill()
    assert job.progress(running=True).in_words() == "1 of 3 done, 1 running, 1 not started"
    assert job.progress().in_words() == "1 of 3 done, 1 unfinished (2), 1 not started"


def test_a_second_job_runs_only_what_it_is_given_and_tells_of_all(batch: MakeBatch) -> None:
    first = batch('echo "$N" >>ran; [[ $N != [24] ]]', "N\n1\n2\n3\n4\n")
    assert first.run().stdout == "2 of 4 done, 2 failed (2, 4)\n"
    second = batch(
        'echo "$N again" >>ran; [[ $N != 4 ]]', "N\n1\n2\n3\n4\n", to_run=first.progress().to_resume
    )
    assert "N=1" not in second.script
    assert second.run().stdout == "3 of 4 done, 1 failed (4)\n"
    assert [(second.member(n) / "ran").read_text() for n in (1, 2)] == ["1\n", "2\n2 again\n"]


def test_without_mpiexec_only_the_first_node_is_used(batch: MakeBatch) -> None:
    job = batch("echo $ENSEMBLE_MEMBER", "N\n1\n2\n", has_mpiexec=False)
    done = job.run()
    assert (done.returncode, done.stdout) == (0, "2 of 2 done\n")
    assert "only the first node is used" in done.stderr


def request(script: str, rows: int, row: str) -> NewJobRequest:
    text = "SEED,RATE,LABEL\n" + row * rows
    return NewJobRequest(
        script=script, ensemble=text, nodes=10, name="big", directory=RemotePath("/eagle/LocalDemo")
    )


def test_a_thousand_members_with_small_parameters_fit_into_a_job() -> None:
    big = request("python train.py\n" * 20, 1000, "12345,0.00125,run of the first kind\n")
    ensemble = ensemble_of(big)
    assert ensemble is not None
    assert as_one_job(big, ensemble).script


def test_more_than_a_job_can_carry_is_refused_with_what_to_do_instead() -> None:
    big = request("echo", 5000, "12345,0.00125,run of the first kind\n")
    ensemble = ensemble_of(big)
    assert ensemble is not None
    with pytest.raises(InvalidCall, match="5000 members") as refused:
        as_one_job(big, ensemble)
    assert "$ENSEMBLE_MEMBER" in refused.value.hint
