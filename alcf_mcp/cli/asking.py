"""The question before a change, put in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
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
        preview: looks at what the change would do.
        takes_piped_answer: whether an answer counts that does not come from a terminal.
    """

    command: str
    tool: str
    arguments: dict[str, Any]
    preview: Callable[[], Awaitable[Preview]]
    takes_piped_answer: bool = False


async def confirmed(facility: Facility, settings: Settings, change: Change, *, yes: bool) -> str:
    """Ask the user about a change, and note for the journal who makes it and who confirmed it.

    Returns:
        Why there is nothing to do; empty if the change is to be made.

    Raises:
        InvalidCall: changes are not allowed, nobody can be asked, or something changed during the question.
        typer.Abort: the user declined.
    """
    caller = facility.caller
    caller.tool, caller.client = change.tool, f"alcf-mcp {change.command}"
    caller.arguments = {name: value for name, value in change.arguments.items() if value is not None}
    if settings.read_only:
        raise _refusal("Nothing may be changed", "ALCF_MCP_READ_ONLY is set.")
    preview = await change.preview()
    if preview.settled is not None:
        return preview.settled
    if preview.harmless:
        caller.confirmed = f"not asked: {preview.harmless}"
        return ""
    caller.shown = preview.text()
    if settings.confirm == "off":
        caller.confirmed = "not asked: ALCF_MCP_CONFIRM is off"
    elif yes:
        _check_yes_counts(settings)
        caller.confirmed = "not asked: --yes"
    else:
        await _ask(facility, settings, change, preview)
        caller.confirmed = "in the terminal" if sys.stdin.isatty() else "by a piped answer"
    return ""


async def carried_out(
    facility: Facility,
    settings: Settings,
    change: Change,
    tool: Callable[..., Awaitable[Any]],
    *,
    yes: bool,
    told: Callable[[Any], str],
) -> str:
    """Ask the user about a change, make it, and say what was done, or why there was nothing to do.

    Args:
        facility: the facility.
        settings: the user's settings.
        change: the change.
        tool: makes it, as the tool does.
        yes: whether the user need not be asked.
        told: says what was done.
    """
    if nothing_to_do := await confirmed(facility, settings, change, yes=yes):
        return nothing_to_do
    return told(await tool(facility, **change.arguments))


def _check_yes_counts(settings: Settings) -> None:
    if settings.confirm == "human":
        raise _refusal(
            "Only your own answer counts, because ALCF_MCP_CONFIRM is `human`",
            "Run the command in a terminal, without --yes.",
        )


async def _ask(facility: Facility, settings: Settings, change: Change, preview: Preview) -> None:
    from alcf_mcp.reports.text import visible  # noqa: PLC0415 - loaded where it is used

    sys.stderr.write(f"{visible(preview.text())}\n")
    if not sys.stdin.isatty():
        _check_yes_counts(settings)  # a piped answer is no better
        if not change.takes_piped_answer:
            raise _refusal("Nobody can be asked: this is not a terminal", "If it is wanted, give --yes.")
    try:
        agreed = _agrees(preview.word)
    except typer.Abort:
        await facility.recorder.not_confirmed("dismissed")
        if not sys.stdin.isatty():
            sys.stderr.write("\n")
            raise _refusal(
                "Nobody could be asked: this is not a terminal, and no answer was piped",
                "If it is wanted, give --yes.",
            ) from None
        raise
    if not agreed:
        await facility.recorder.not_confirmed("declined")
        raise typer.Abort
    facility.wait.restart()  # the time that the user took does not count
    now = await change.preview()
    if (now.facts, now.question, now.settled) != (preview.facts, preview.question, preview.settled):
        raise _refusal("What it would change is not the same any more", "Run the command again to see it.")


def _agrees(word: str) -> bool:
    """Whether the user says yes, or types the word if much is at stake."""
    if not word:
        return typer.confirm("Continue", err=True)
    typed: str = typer.prompt(f"Type {word} to continue", err=True, default="", show_default=False)
    return typed.strip() == word


def _refusal(what: str, hint: str) -> Exception:
    from alcf_mcp.iri.errors import InvalidCall  # noqa: PLC0415 - loaded where it is used

    return InvalidCall(f"{what}; nothing was sent", hint=hint)
