"""``alcf-mcp cancel`` and ``chmod``: what they show, whom they ask, and what the journal says of it."""

import base64
import json
from typing import Any

import pytest

from tests.cli.commands import Terminal

HERE = "/eagle/LocalDemo"


def last(terminal: Terminal, tool: str) -> dict[str, Any] | None:
    lines = terminal.run("history", "--json", "--tool", tool).stdout.splitlines()
    return json.loads(lines[0]) if lines and lines[0].startswith("{") else None


@pytest.mark.parametrize(
    ("answer", "status", "outcome", "confirmed"),
    [("y\n", 0, "done", "in the terminal"), ("n\n", 1, "not confirmed", "declined")],
)
def test_who_is_at_a_terminal_is_asked(
    terminal: Terminal, answer: str, status: int, outcome: str, confirmed: str
) -> None:
    done = terminal.answer(answer, "chmod", "700", HERE)
    assert "rwx------ (700)" in done.stderr
    assert "Change the mode?" in done.stderr
    assert done.returncode == status, done.stderr
    action = last(terminal, "chmod")
    assert action is not None
    assert (action["outcome"], action["confirmed"], action["client"]) == (
        outcome,
        confirmed,
        "alcf-mcp chmod",
    )
    assert action["arguments"] == {"path": HERE, "mode": "700"}


@pytest.mark.parametrize(("answer", "status"), [("y\n", 1), ("777\n", 0)])
def test_much_at_stake_takes_a_word(terminal: Terminal, answer: str, status: int) -> None:
    done = terminal.answer(answer, "chmod", "777", HERE)
    assert "Everyone at the facility could then write to it." in done.stderr
    assert "Type 777 to continue" in done.stderr + done.stdout
    assert done.returncode == status


def test_who_can_t_be_asked_is_refused_with_the_flag(terminal: Terminal) -> None:
    done = terminal.run("chmod", "700", HERE)
    assert done.returncode == 1
    assert done.stderr.endswith("nothing was sent. If it is wanted, give --yes.\n")
    assert last(terminal, "chmod") is None
    assert terminal.run("chmod", "700", HERE, "--yes").stdout.endswith("-> rwx------ (700)\n")
    action = last(terminal, "chmod")
    assert action is not None
    assert action["confirmed"] == "not asked: --yes"


def test_a_submission_that_nobody_answers_names_the_flag(terminal: Terminal) -> None:
    costly = ("-A", "LocalDemo", "-q", "preemptable", "-n", "8", "-t", "72h", "-d", HERE)
    done = terminal.run("submit", __file__, *costly)
    assert done.returncode == 1
    assert "Nobody could be asked: this is not a terminal, and no answer was piped" in done.stderr
    assert done.stderr.endswith("nothing was sent. If it is wanted, give --yes.\n")
    declined = terminal.run("submit", __file__, *costly, piped="n\n")
    assert declined.returncode == 1
    assert "Nobody could be asked" not in declined.stderr


@pytest.mark.parametrize(
    ("variable", "said"),
    [({"ALCF_MCP_CONFIRM": "human"}, "without --yes"), ({"ALCF_MCP_READ_ONLY": "1"}, "ALCF_MCP_READ_ONLY")],
)
@pytest.mark.parametrize("command", ["chmod", "submit"])
def test_no_flag_goes_around_the_users_settings(
    terminal: Terminal, variable: dict[str, str], said: str, command: str
) -> None:
    costly = ("-A", "LocalDemo", "-q", "preemptable", "-n", "8", "-t", "2h", "-d", HERE)
    arguments = ("700", HERE) if command == "chmod" else (__file__, *costly)
    done = terminal.with_settings(**variable).run(command, *arguments, "--yes")
    assert done.returncode == 1
    assert said in done.stderr
    assert terminal.run("history").stdout == "No changes recorded.\n"


def test_limits_are_those_of_the_tools(terminal: Terminal) -> None:
    limited = terminal.with_settings(ALCF_MCP_ALLOWED_PATHS="/eagle/LocalTiny")
    done = limited.run("chmod", "700", HERE, "--yes")
    assert done.returncode == 1
    assert "ALCF_MCP_ALLOWED_PATHS" in done.stderr


def test_a_job_is_submitted_again_like_an_earlier_one(terminal: Terminal) -> None:
    number = terminal.submit("echo again")
    done = terminal.run("submit", "--like", number, "--yes", check=True)
    assert f"As in job {number}." in done.stdout
    again = done.stdout.split()[2].partition(".")[0]
    terminal.run("wait", again, check=True)
    assert "again" in terminal.run("output", again, check=True).stdout


def test_an_ensemble_is_submitted_shown_and_resumed(terminal: Terminal) -> None:
    table = terminal.state.parent / "params.csv"
    table.write_text('RATE,LABEL\n0.1,"a ""b"", c"\n0.2,d\n')
    number = terminal.submit('echo "$LABEL"; [[ $RATE == 0.1 ]]', "--ensemble", str(table))
    whole = terminal.run("submit", "--like", number, "--dry-run", "--json", check=True)
    dry = json.loads(whole.stdout)
    assert "1) p=(RATE=0.1 " in dry["script"]
    assert "mpiexec -n 1 --ppn 1 --hosts" in dry["script"]
    sent = dry["request"]["arguments"][1].removeprefix(". <(echo ").removesuffix(" | base64 -d)")
    assert base64.b64decode(sent).decode() == dry["script"]
    assert terminal.run("wait", number).returncode == 1
    assert "1 of 2 done, 1 failed (2)" in terminal.run("job", number, check=True).stdout
    assert "failed, exit code 1" in terminal.run("job", number, "--member", "2", check=True).stdout
    assert 'a "b", c' in terminal.run("output", number, "--member", "1", check=True).stdout
    done = terminal.run("submit", "--resume", number, "--yes", check=True)
    assert "An ensemble of 1 of 2 members (2)" in done.stdout
    again = done.stdout.split()[2].partition(".")[0]
    assert terminal.run("wait", again).returncode == 1


def test_a_submission_needs_a_script_or_an_earlier_job(terminal: Terminal) -> None:
    done = terminal.run("submit")
    assert done.returncode == 2
    assert "Name a script, or an earlier job with --like" in done.stderr


def test_a_job_is_canceled_and_then_waited_for(terminal: Terminal) -> None:
    number = terminal.submit("sleep 600")
    assert terminal.run("cancel", number).returncode == 1
    done = terminal.run("cancel", number, "--yes", check=True)
    assert f"`alcf-mcp wait {number}` waits until it has ended." in done.stdout
    assert terminal.run("wait", number).stdout.count("canceled") == 1
    again = terminal.run("cancel", number, "--yes", check=True)
    assert "has already ended" in again.stdout
    action = last(terminal, "cancel_job")
    assert action is not None
    assert action["client"] == "alcf-mcp cancel"


def test_history_tells_a_directory_that_was_made_for_a_job_as_itself(terminal: Terminal) -> None:
    terminal.submit("true")
    made = [line for line in terminal.run("history").stdout.splitlines() if "make_directory" in line]
    assert len(made) == 1
    assert "make_directory for submit_job(path=/eagle/LocalDemo/cli)" in made[0]


COSTLY = (__file__, "-A", "LocalDemo", "-q", "preemptable", "-n", "8", "-t", "2h", "-d", HERE)


def test_a_piped_answer_is_not_the_users_own(terminal: Terminal) -> None:
    done = terminal.with_settings(ALCF_MCP_CONFIRM="human").run("submit", *COSTLY, piped="y\n")
    assert done.returncode == 1
    assert "Only your own answer counts" in done.stderr
    assert terminal.run("history").stdout == "No changes recorded.\n"


def test_who_asked_not_to_be_asked_is_not(terminal: Terminal) -> None:
    done = terminal.with_settings(ALCF_MCP_CONFIRM="off").run("chmod", "700", HERE)
    assert done.returncode == 0, done.stderr
    action = last(terminal, "chmod")
    assert action is not None
    assert action["confirmed"] == "not asked: ALCF_MCP_CONFIRM is off"


def test_what_changes_during_the_question_is_not_agreed_to(terminal: Terminal) -> None:
    terminal.run("ls", HERE, check=True)
    place = terminal.state / "local" / "tree" / HERE.removeprefix("/")
    status, said = terminal.answer_after("y\n", lambda: place.chmod(0o711), "chmod", "700", HERE)
    assert status == 1
    assert "not the same any more" in said
    assert place.stat().st_mode & 0o777 == 0o711
