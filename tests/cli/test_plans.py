"""Planned jobs in the terminal."""

from pathlib import Path

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
    assert "plan-1 (later, 0.5 node hours) on Polaris was submitted as job" in terminal.run("plans").stdout


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
    assert "plan-1 is canceled. So are plan-2" in canceled.stdout
    assert "was canceled" in terminal.run("plans").stdout
    terminal.run("cancel", first, "--yes", check=True)


def test_where_nothing_may_be_changed_nothing_is_run(terminal: Terminal) -> None:
    ran = terminal.with_settings(ALCF_MCP_READ_ONLY="true").run("plans", "run", "--once")
    assert ran.returncode == 2
    assert "ALCF_MCP_READ_ONLY" in ran.stderr


def test_nothing_is_planned_at_first(terminal: Terminal) -> None:
    assert terminal.run("plans").stdout == "No jobs are planned.\n"
    assert terminal.run("plans", "run").returncode == 0
