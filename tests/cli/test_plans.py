"""Planned jobs in the terminal."""

from pathlib import Path

from alcf_mcp.config import load_settings
from alcf_mcp.journal import Journal
from alcf_mcp.journal.actions import this_process
from tests.cli.commands import JOB, Terminal


def test_a_job_is_planned_shown_run_and_told(terminal: Terminal) -> None:
    first = terminal.submit("sleep 20", "--name", "first")
    script = Path(terminal.state.parent / "later.sh")
    script.write_text("true")
    planned = terminal.run("submit", str(script), *JOB, "--after", first)
    assert planned.returncode == 0, planned.stderr
    assert "plan-1 for Polaris (planned)" in planned.stdout
    assert "alcf-mcp plans run" in planned.stdout
    shown = terminal.run("plans")
    assert "plan-1 (later, 0.5 node hours) on Polaris waits until job" in shown.stdout
    assert "plan-1 on Polaris: waits until job" in terminal.run("job", "plan-1").stdout
    assert "; 1 planned" in terminal.run("jobs").stdout
    ran = terminal.run("plans", "run")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("plan-1 (later, 0.5 node hours) on Polaris was submitted as job 1002.")
    assert ran.stdout in terminal.run("plans").stdout


def test_a_look_from_cron_says_what_it_did_and_nothing_else(terminal: Terminal) -> None:
    nothing = terminal.run("plans", "run", "--once")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "plan" not in nothing.stderr
    first = terminal.submit("while [ ! -e go-on ]; do sleep 0.1; done; exit 1", "--name", "first")
    script = Path(terminal.state.parent / "later.sh")
    script.write_text("true")
    for name, more in (("never", ()), ("clean-up", ("--after-state", "ended"))):
        terminal.run("submit", str(script), *JOB, "--name", name, "--after", first, *more, check=True)
    waits = terminal.run("plans", "run", "--once")
    assert (waits.returncode, waits.stdout) == (0, "")
    assert "plan" not in waits.stderr
    (terminal.state / "local" / "tree" / "eagle" / "LocalDemo" / "cli" / "go-on").touch()
    terminal.run("wait", first)
    done = terminal.run("plans", "run", "--once")
    skipped, submitted = done.stdout.splitlines()
    assert skipped.startswith("plan-1 (never, 0.5 node hours) on Polaris was skipped: job")
    assert submitted.startswith("plan-2 (clean-up, 0.5 node hours) on Polaris was submitted as job 1002.")
    assert done.returncode == 0
    assert terminal.run("plans", "run", "--once").stdout == ""


async def test_that_another_process_is_at_work_is_said_on_stderr(terminal: Terminal) -> None:
    first = terminal.submit("sleep 60", "--name", "first")
    script = Path(terminal.state.parent / "later.sh")
    script.write_text("true")
    terminal.run("submit", str(script), *JOB, "--after", first, check=True)
    journal = Journal.at(load_settings(facility="local", state_dir=str(terminal.state)).journal_path)
    (action,) = journal.actions.history(limit=1)
    assert await journal.leases.take(f"plans at {action.api_url}", f"{this_process()}/another", 100.0)
    done = terminal.run("plans", "run", "--once")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Another process of alcf-mcp looks after the planned jobs now" in done.stderr
    terminal.run("cancel", first, "--yes", check=True)


def test_a_planned_job_is_canceled_after_a_question(terminal: Terminal) -> None:
    first = terminal.submit("sleep 60", "--name", "first")
    script = Path(terminal.state.parent / "later.sh")
    script.write_text("true")
    for after in (first, "plan-1"):
        terminal.run("submit", str(script), *JOB, "--after", after, check=True)
    refused = terminal.answer("n\n", "plans", "cancel", "plan-1")
    assert refused.returncode == 1
    assert "Canceled with it: plan-2" in refused.stderr
    canceled = terminal.answer("y\n", "plans", "cancel", "plan-1")
    assert "plan-1 is canceled. So is plan-2, which waited for it." in canceled.stdout
    assert "was canceled" in terminal.run("plans").stdout
    terminal.run("cancel", first, "--yes", check=True)


def test_where_nothing_may_be_changed_nothing_is_run(terminal: Terminal) -> None:
    ran = terminal.with_settings(ALCF_MCP_READ_ONLY="true").run("plans", "run", "--once")
    assert ran.returncode == 2
    assert "ALCF_MCP_READ_ONLY" in ran.stderr


def test_nothing_is_planned_at_first(terminal: Terminal) -> None:
    assert terminal.run("plans").stdout == "No jobs are planned.\n"
    assert terminal.run("plans", "run").returncode == 0
