"""``alcf-mcp job``, ``wait`` and ``output``: one job, for a person and for a shell."""

import signal
import subprocess

import pytest

from tests.cli.commands import JOB, Terminal

TOOLS = ("get_job", "wait_for_job", "list_jobs", "~~~", "not instructions")


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [("true", 0, "exit code 0 (success)"), ("exit 3", 1, "exit code 3"), ("sleep 60", 124, "")],
)
def test_wait_exits_as_the_job_ended(terminal: Terminal, script: str, status: int, said: str) -> None:
    number = terminal.submit(script)
    limit = ("--timeout", "3s") if status == 124 else ()
    done = terminal.run("wait", number, *limit)
    assert done.returncode == status
    assert said in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_job_is_told_without_tools(terminal: Terminal) -> None:
    number = terminal.submit("echo fine\necho trouble >&2\nexit 3")
    terminal.run("wait", number)
    shown = terminal.run("job", number, check=True).stdout
    for fact in ("exit code 3", "LocalDemo", "debug", "The end of stderr:\ntrouble\n"):
        assert fact in shown
    assert f"`alcf-mcp output {number}` shows its output." in shown
    assert not any(word in shown for word in TOOLS)
    assert "next_step" not in terminal.run("job", number, "--json").stdout


def test_a_submission_says_how_to_go_on_in_a_terminal(terminal: Terminal) -> None:
    script = terminal.state.parent / "script.sh"
    script.write_text("true")
    for flag, said in (("--dry-run", "Leave out --dry-run"), ("--yes", "`alcf-mcp output 1001 --follow`")):
        shown = terminal.run("submit", str(script), *JOB, flag, check=True).stdout
        assert said in shown
        assert not any(word in shown for word in (*TOOLS, "submit_job"))


def test_one_stream_is_plain_and_two_are_told_apart(terminal: Terminal) -> None:
    number = terminal.submit("echo fine\nprintf trouble >&2")
    terminal.run("wait", number, check=True)
    assert terminal.run("output", number, "--stream", "stdout", check=True).stdout == "fine\n"
    both = terminal.run("output", number, check=True).stdout
    out, err = both.split("\n\n")
    assert out.startswith("==> stdout: /eagle/LocalDemo/cli/")
    assert out.endswith(".OU <==\nfine")
    assert err.endswith(".ER <==\ntrouble\n")


def test_output_that_is_not_there_is_status_1(terminal: Terminal) -> None:
    done = terminal.run("output", terminal.submit("sleep 60"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "stdout (" in done.stderr
    assert not any(word in done.stderr for word in TOOLS)


def test_jobs_are_watched_until_interrupted(terminal: Terminal) -> None:
    number = terminal.submit("sleep 60")
    command = terminal.command("jobs", "--watch", "--facility", "local")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        lines = [watching.stdout.readline() for _ in range(3)]
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=20)
    assert lines[0].startswith("1 job: 1 ")
    assert lines[2].startswith(f"{number} ")
    assert "alcf-mcp jobs: stopped." in said
    assert "Traceback" not in said


def test_a_list_that_goes_on_says_how_to_see_more(terminal: Terminal) -> None:
    for _ in range(2):
        terminal.submit("sleep 60")
    shown = terminal.run("jobs", "--limit", "1", check=True).stdout
    assert "1 more: --limit 2 shows them." in shown
    assert "offset" not in shown
