"""What a shell completes, without asking the facility."""

import pytest

from tests.cli.commands import Terminal


def completed(terminal: Terminal, line: str) -> str:
    """What the shell is offered for a command line."""
    typed = {"COMP_WORDS": f"alcf-mcp {line}", "COMP_CWORD": str(len(line.split(" ")))}
    shell = terminal.with_settings(
        _ALCF_MCP_COMPLETE="complete_bash", ALCF_MCP_STATE_DIR=str(terminal.state), **typed
    )
    return shell.run().stdout


@pytest.mark.parametrize("command", ["job", "wait", "output", "cancel"])
def test_jobs_are_completed_from_the_journal(terminal: Terminal, command: str) -> None:
    number = terminal.submit("true")
    assert completed(terminal, f"{command} ").split() == [number]


def test_machines_are_completed_from_the_data(terminal: Terminal) -> None:
    assert {"polaris", "crux"} <= set(completed(terminal, "jobs --resource ").split())


def test_nothing_is_made_or_said_where_there_is_no_journal(terminal: Terminal) -> None:
    assert completed(terminal, "job ").strip() == ""
    assert not terminal.state.exists()


def test_the_shell_can_be_told(terminal: Terminal) -> None:
    assert "--install-completion" in terminal.run("--help").stdout
