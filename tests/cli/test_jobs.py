"""Jobs in a terminal: submitted, shown and followed, as the tools report them."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alcf_mcp.cli import app
from alcf_mcp.journal import Journal

SCRIPT = 'echo "from $NAME"\necho trouble >&2\n'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "hello.sh"
    path.write_text(SCRIPT)
    return str(path)


def run(state: Path, *arguments: str, answer: str | None = None) -> Result:
    where = ("--facility", "local", "--state-dir", str(state))
    return CliRunner().invoke(app, [*arguments, *where], env=dict(os.environ), input=answer)


def submit(state: Path, script: str, *more: str, answer: str | None = None) -> Result:
    usual = ("-A", "LocalDemo", "-q", "debug", "-d", "/eagle/LocalDemo/cli", "--env", "NAME=here")
    return run(state, "submit", script, *usual, *more, answer=answer)


def facts(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_jobs_are_shown_in_a_browser(state: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_it(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", open_it)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    job_id = facts(submit(state, script, "--json"))["job_id"]
    shown = run(state, "jobs", "--all", "--open")
    page = state / "views" / "local-jobs.html"
    assert shown.stdout == f"Your browser should show {page}\n"
    assert opened == [page.as_uri()]
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert job_id in text
    assert "default-src 'none'" in text
    assert "<img" not in text


def test_one_job_is_shown_in_a_browser(state: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    job_id = facts(submit(state, script, "--json"))["job_id"]
    run(state, "wait", job_id)
    page = state / "views" / "local-job.html"
    assert run(state, "job", job_id, "--open").stdout == f"Open in a browser: {page}\n"
    assert "from here" in page.read_text(encoding="utf-8")


def test_what_is_shown_in_a_browser_is_not_written_too(state: Path) -> None:
    for command in (("jobs",), ("job", "1")):
        refused = run(state, *command, "--open", "--json")
        assert refused.exit_code
        assert "can't be combined" in refused.output + str(refused.exception)


def test_where_no_browser_can_be_seen_the_page_is_named(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    shown = run(state, "jobs", "--open")
    assert shown.stdout == f"Open in a browser: {state / 'views' / 'local-jobs.html'}\n"


def test_from_a_script_to_its_output(state: Path, script: str) -> None:
    submitted = facts(submit(state, script, "--json"))
    assert submitted["name"] == "hello"
    assert "The directory /eagle/LocalDemo/cli was made: it was missing." in submitted["notes"]
    number = submitted["job_id"].partition(".")[0]
    followed = run(state, "output", number, "--follow")
    assert followed.exit_code == 0, followed.output
    assert followed.stdout == "from here\n"
    assert "trouble\n" in followed.stderr
    assert "completed, exit code 0 (success)" in followed.stderr
    assert "trouble" in run(state, "output", number, "--stream", "stderr").stdout
    assert "completed, exit code 0 (success)" in run(state, "job", number).stdout
    assert facts(run(state, "job", number, "--json"))["succeeded"] is True
    table = run(state, "jobs", "--all").stdout
    assert "1 ended" in table
    assert "hello" in table
    assert facts(run(state, "jobs", "--all", "--json"))["total"] == 1
    assert "No jobs match." in run(state, "jobs", "--state", "running").stdout


def test_one_stream_alone_is_followed_on_stdout(state: Path, script: str) -> None:
    number = facts(submit(state, script, "--json"))["job_id"].partition(".")[0]
    followed = run(state, "output", number, "--follow", "--stream", "stderr")
    assert followed.stdout == "trouble\n"
    assert "from here" not in followed.stderr


def test_what_is_followed_goes_where_stdout_goes_though_stderr_is_a_terminal(
    state: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = facts(submit(state, script, "--json"))["job_id"].partition(".")[0]
    monkeypatch.setenv("FORCE_COLOR", "1")
    followed = run(state, "output", number, "--follow")
    assert followed.stdout == "from here\n"
    assert "\x1b[31mtrouble\x1b[0m\n" in followed.stderr


def test_output_that_can_t_be_followed_is_told(state: Path, script: str) -> None:
    number = facts(submit(state, script, "--json"))["job_id"].partition(".")[0]
    assert run(state, "output", number, "--follow").stdout == "from here\n"
    for error_file in (state / "local").rglob("*.ER"):
        error_file.unlink()
    again = run(state, "output", number, "--follow")
    assert again.stdout == "from here\n"
    assert "stderr: The job has ended, but its file can't be read" in again.stderr


def test_a_dry_run_sends_nothing(state: Path, script: str) -> None:
    done = submit(state, script, "--dry-run")
    assert "Dry run for Polaris" in done.stdout
    assert 'echo "from $NAME"' in done.stdout
    assert "No jobs match." in run(state, "jobs", "--all").stdout


@pytest.mark.parametrize(
    ("answer", "exit_code", "outcome"),
    [("y\n", 0, "done"), ("n\n", 1, "not confirmed"), ("", 1, "not confirmed")],
)
def test_a_costly_job_asks(state: Path, script: str, answer: str, exit_code: int, outcome: str) -> None:
    costly = ("-q", "preemptable", "-n", "8", "-t", "2h")
    done = submit(state, script, *costly, answer=answer)
    assert "up to 16 node hours" in done.stderr
    assert done.exit_code == exit_code
    actions = Journal.at(state / "local-journal.sqlite").actions.history(limit=5, tool="submit_job")
    submissions = [action for action in actions if action.kind != "mkdir"]
    assert [action.outcome for action in submissions] == [outcome], "as the tools record it"
    assert len(actions) == (2 if exit_code == 0 else 1), "nothing is sent without a yes"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("job", "no such"), "alcf-mcp job: 'no such' is not a valid job id"),
        (("output", "12345"), "alcf-mcp output:"),
        (("submit", "/nowhere.sh"), "/nowhere.sh can't be read"),
        (("jobs", "--since", "someday"), "'someday' is not a valid time"),
    ],
)
def test_what_goes_wrong_is_a_sentence(state: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(state, *arguments)
    assert done.exit_code != 0
    assert said in done.stderr + str(done.exception)
    assert "Traceback" not in done.stderr


def test_a_variable_needs_its_value(state: Path, script: str) -> None:
    done = submit(state, script, "--env", "NAME")
    assert "write NAME=VALUE" in str(done.exception)
