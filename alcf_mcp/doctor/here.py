"""Checks of this machine: the program, its state, the sign-in and the clients."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from alcf_mcp import __version__
from alcf_mcp.auth import Auth
from alcf_mcp.config import Settings
from alcf_mcp.doctor.check import Check, Health
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.install import FoundConfiguration, found_configurations
from alcf_mcp.journal import Journal, JournalError
from alcf_mcp.journal.actions import OPEN, Action
from alcf_mcp.wording import count

LIBRARIES = ("mcp", "httpx", "globus-sdk", "pydantic")


def check_program() -> Check:
    """Report which program this is, and what it runs on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    seen = (
        f"alcf-mcp {__version__} on Python {platform.python_version()} ({sys.executable}), "
        f"{platform.system()} {platform.release()}; {libraries}"
    )
    return Check(name="program", verdict=Health.GOOD, seen=seen)


def check_state(settings: Settings) -> Check:
    """Check that the state directory is usable, and by the user alone."""
    path = settings.state_dir
    if not path.exists():
        parent = next(above for above in path.parents if above.exists())
        if parent.is_dir() and os.access(parent, os.W_OK):
            return Check(
                name="state directory", verdict=Health.GOOD, seen=f"{path} will be created when it is needed"
            )
        return _state_is_bad(f"{path} does not exist and can't be created in {parent}")
    if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        return _state_is_bad(f"{path} is not writable")
    if path.stat().st_mode & 0o077:
        return Check(
            name="state directory",
            verdict=Health.NOTE,
            seen=f"Other users of this machine can read {path}, but not the journal in it",
            cure=f"chmod 700 {path}",
        )
    return Check(name="state directory", verdict=Health.GOOD, seen=str(path))


def _state_is_bad(seen: str) -> Check:
    cure = "Make it writable, or set ALCF_MCP_STATE_DIR to another; without one, nothing can be changed."
    return Check(name="state directory", verdict=Health.BAD, seen=seen, cure=cure)


async def check_journal(settings: Settings) -> Check:
    """Check that the journal can be read, and whether any action in it has an unknown outcome."""
    path = settings.journal_path
    if not path.exists():
        return Check(name="journal", verdict=Health.GOOD, seen="Nothing has been changed from here yet")
    try:
        actions = Journal.at(path).actions.history(limit=1000)
    except JournalError as error:
        cure = "Move the file away. A new one will be created, without the history."
        return Check(name="journal", verdict=Health.BAD, seen=str(error), cure=cure)
    unclear = [action for action in actions if action.outcome in OPEN]
    seen = f"{path}: {count(len(actions), 'action')}" + (" or more" if len(actions) == 1000 else "")
    if not unclear:
        return Check(name="journal", verdict=Health.GOOD, seen=seen)
    return Check(
        name="journal",
        verdict=Health.NOTE,
        seen=f"{seen}; the outcome of {len(unclear)} of them is unknown, most recently {_told(unclear[0])}",
        cure="`alcf-mcp history --outcome unknown` and `--outcome sent` show them; check at the facility.",
    )


def _told(action: Action) -> str:
    return f"{action.tool} on {action.began_at:%Y-%m-%d %H:%M} UTC"


def check_sign_in(settings: Settings) -> Check:
    """Report who is signed in and for how long, without showing the token itself."""
    if settings.facility == "local":
        return Check(name="sign-in", verdict=Health.GOOD, seen="The local facility needs no sign-in")
    status = Auth.of(settings).status_in_files()
    if status.problem:
        return Check(name="sign-in", verdict=Health.BAD, seen=str(status.problem), cure=status.problem.hint)
    if not status.has_token:
        return Check(
            name="sign-in",
            verdict=Health.BAD,
            seen="You are not signed in: only public information is available",
            cure="Run `alcf-mcp login`.",
        )
    if status.session_over:
        return Check(
            name="sign-in",
            verdict=Health.BAD,
            seen="Your sign-in is more than seven days old",
            cure="Run `alcf-mcp login`.",
        )
    who = f" of {status.signed_in.identity}" if status.signed_in else ""
    left = f", valid for {spoken(status.seconds_left)}" if status.seconds_left else ""
    seen = f"A token from the {status.source}{who}{left}"
    return Check(
        name="sign-in",
        verdict=Health.GOOD,
        seen=". ".join((seen, *status.remarks)),
        private={status.signed_in.identity: "<identity>"}
        if status.signed_in and status.signed_in.identity
        else {},
    )


def check_clients() -> Iterator[Check]:
    """Report which MCP clients on this machine know this server."""
    found = [configuration for configuration in found_configurations() if configuration.exists]
    knowing = [_client(configuration) for configuration in found if _concerns_us(configuration)]
    if knowing:
        yield from knowing
        return
    titles = ", ".join(configuration.title for configuration in found)
    yield Check(
        name="clients",
        verdict=Health.NOTE,
        seen=f"No client here has an entry for this server{f' (found: {titles})' if titles else ''}",
        cure="`alcf-mcp install <client>` adds one; a client with the plugin needs none.",
    )


def _concerns_us(configuration: FoundConfiguration) -> bool:
    return bool(configuration.entries or configuration.problem)


def _client(configuration: FoundConfiguration) -> Check:
    problems = [problem for entry in configuration.entries for problem in entry.problems]
    if configuration.problem:
        problems.append(configuration.problem)
    names = ", ".join(entry.name for entry in configuration.entries)
    seen = f"{configuration.title} knows it as {names}" if names else f"{configuration.title} can't be read"
    return Check(
        name="client",
        verdict=Health.NOTE if problems else Health.GOOD,
        seen=f"{seen} in {_short(configuration.path)}",
        cure=" ".join(problems),
        private={_short(configuration.path): "<file>"},
    )


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
