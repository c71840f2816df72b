"""The question before a change, put in the terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.facility import Facility
    from alcf_mcp.guard import Preview

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


@dataclass(frozen=True)
class Change:
    """A change that a command makes.

    Attributes:
        command: the command's name.
        tool: the tool that makes the same change; the journal records it under that name.
        arguments: the tool's arguments.
        takes_piped_answer: whether an answer counts that does not come from a terminal.
    """

    command: str
    tool: str
    arguments: dict[str, Any]
    takes_piped_answer: bool = False


async def confirmed(
    facility: Facility, settings: Settings, change: Change, preview: Preview, *, yes: bool
) -> bool:
    """Ask the user about a change, and note in the journal's words who makes it and who confirmed it.

    Returns:
        Whether the change is to be made; if not, there is nothing to do.

    Raises:
        InvalidCall: changes are not allowed, or nobody can be asked.
        typer.Abort: the user declined.
    """
    caller = facility.caller
    caller.tool, caller.client = change.tool, f"alcf-mcp {change.command}"
    caller.arguments = {name: value for name, value in change.arguments.items() if value is not None}
    if settings.read_only:
        raise _refusal("Nothing may be changed", "ALCF_MCP_READ_ONLY is set.")
    if preview.settled is not None:
        return False
    if preview.harmless:
        caller.confirmed = f"not asked: {preview.harmless}"
        return True
    if yes:
        _check_yes_counts(settings)
        caller.shown, caller.confirmed = preview.text(), "not asked: --yes"
        return True
    await _ask(facility, change, preview)
    caller.shown, caller.confirmed = preview.text(), "in the terminal"
    return True


def _check_yes_counts(settings: Settings) -> None:
    if settings.confirm == "human":
        raise _refusal(
            "Only your own answer counts, because ALCF_MCP_CONFIRM is `human`",
            "Run the command in a terminal, without --yes.",
        )


async def _ask(facility: Facility, change: Change, preview: Preview) -> None:
    from alcf_mcp.reports.text import visible  # noqa: PLC0415 - loaded where it is used

    sys.stderr.write(f"{visible(preview.text())}\n")
    if not (change.takes_piped_answer or sys.stdin.isatty()):
        raise _refusal("Nobody can be asked: this is not a terminal", "If it is wanted, give --yes.")
    try:
        agreed = _agrees(preview.word)
    except typer.Abort:
        await facility.recorder.not_confirmed("dismissed")
        raise
    if not agreed:
        await facility.recorder.not_confirmed("declined")
        raise typer.Abort
    facility.wait.restart()  # the time that the user took does not count


def _agrees(word: str) -> bool:
    """Whether the user says yes, or types the word if much is at stake."""
    if not word:
        return typer.confirm("Continue", err=True)
    typed: str = typer.prompt(f"Type {word} to continue", err=True, default="", show_default=False)
    return typed.strip() == word


def _refusal(what: str, hint: str) -> Exception:
    from alcf_mcp.iri.errors import InvalidCall  # noqa: PLC0415 - loaded where it is used

    return InvalidCall(f"{what}; nothing was sent", hint=hint)
