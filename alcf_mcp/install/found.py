"""The contents of the clients' configurations on this machine, for reports; nothing here raises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alcf_mcp.install.entries import ServerEntry
from alcf_mcp.install.errors import ClientError, ShapeProblem, SyntaxProblem
from alcf_mcp.install.files import ConfigurationFile
from alcf_mcp.install.known import CLIENTS, GENERIC, Client
from alcf_mcp.install.machine import ThisComputer


@dataclass(frozen=True)
class FoundEntry:
    """An entry that runs alcf-mcp.

    Args:
        name: its name, with the object above it (in Claude Code, a project).
        words: the command and its arguments.
        facility: the facility that it names; ``None`` if it leaves that to alcf-mcp's configuration file.
        problems: what is wrong with it; each problem says what to do.
    """

    name: str
    words: tuple[str, ...]
    facility: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class FoundConfiguration:
    """What is known about a client on this machine.

    Args:
        client: its name on the command line.
        title: its full name.
        path: where its configuration file is, or would be.
        exists: whether the file exists.
        entries: the entries that run alcf-mcp.
        problem: why the file can't be read, if it can't.
    """

    client: str
    title: str
    path: Path
    exists: bool
    entries: tuple[FoundEntry, ...] = ()
    problem: str | None = None


def found_configurations(machine: ThisComputer | None = None) -> list[FoundConfiguration]:
    """Read the configuration file of every client that has a place for one.

    Args:
        machine: where to look; by default on this machine.
    """
    machine = machine or ThisComputer()
    return [_look(client, client.place(machine)) for client in CLIENTS if client is not GENERIC]


def _look(client: Client, path: Path) -> FoundConfiguration:
    try:
        content = ConfigurationFile(path).read()
        values = client.format.read(content.text)
    except ClientError as error:
        return FoundConfiguration(client.name, client.title, path, exists=True, problem=str(error))
    except SyntaxProblem as problem:
        place = f"line {problem.line}, column {problem.column}"
        said = (
            f"It is not {client.format.name} that {client.title} can read: {place}: {problem}. Fix it there."
        )
        return FoundConfiguration(client.name, client.title, path, exists=True, problem=said)
    except ShapeProblem as problem:
        said = f"{str(problem).capitalize()}. Fix it."
        return FoundConfiguration(client.name, client.title, path, exists=True, problem=said)
    entries = tuple(_entries(client, values))
    return FoundConfiguration(client.name, client.title, path, content.raw is not None, entries)


def _entries(client: Client, values: dict[str, Any]) -> Iterator[FoundEntry]:
    for below in (client.servers, *client.also):
        for place, servers in _at(values, below):
            for name, value in servers.items() if isinstance(servers, dict) else ():
                entry = ServerEntry.of(value)
                if entry and entry.runs_alcf_mcp:
                    shown = f"{name} ({place})" if place else name
                    yield FoundEntry(shown, entry.words, entry.facility, tuple(_problems(client, entry)))


def _at(values: Any, path: tuple[str, ...], place: str = "") -> Iterator[tuple[str, Any]]:
    """The values at a path in which ``*`` matches any name, each with the name that it matched."""
    if not path:
        yield place, values
    elif isinstance(values, dict):
        for key in values if path[0] == "*" else [path[0]]:
            if key in values:
                yield from _at(values[key], path[1:], key if path[0] == "*" else place)


def _problems(client: Client, entry: ServerEntry) -> Iterator[str]:
    command = entry.words[0]
    if "$" not in command and shutil.which(command) is None:
        there = "is not an executable program" if os.path.exists(command) else "does not exist"  # noqa: PTH110
        yield f"The command {command} {there}. Run this again: alcf-mcp install {client.name}."
    if entry.holds_token:
        yield (
            "It contains an access token, which every program of yours can read. Remove it, and sign in "
            "with alcf-mcp login."
        )
