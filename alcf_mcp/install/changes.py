"""Plan a change of a client's configuration, show it, and carry it out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alcf_mcp.install.entries import ServerEntry, wanted
from alcf_mcp.install.errors import ClientError, EditProblem, ShapeProblem, SyntaxProblem
from alcf_mcp.install.files import ConfigurationFile, Content
from alcf_mcp.install.known import Client
from alcf_mcp.install.launcher import Launcher
from alcf_mcp.install.machine import ThisComputer
from alcf_mcp.install.values import lookup, says_only

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HIDDEN = "(kept as it is)"


@dataclass(frozen=True)
class Change:
    """A planned change that has not been carried out.

    Args:
        client: the client that the configuration belongs to.
        path: the file.
        name: the entry's name.
        before: the file's content so far.
        existed: whether the entry was there before.
        text: the file's text afterwards.
        values: the entry's values afterwards; ``None`` if it is removed.
    """

    client: Client
    path: Path
    name: str
    before: Content
    existed: bool
    text: str
    values: dict[str, Any] | None

    @property
    def changes_something(self) -> bool:
        """Whether the change makes a difference to the file."""
        return self.text != self.before.text

    @property
    def holds_token(self) -> bool:
        """Whether the entry contains an access token that the user put there."""
        entry = ServerEntry.of(self.values)
        return entry is not None and entry.holds_token

    def snippet(self) -> str:
        """The entry in the format of the client's file, without the values of environment variables."""
        return "" if self.values is None else _snippet(self.client, self.name, self.values)

    def apply(self) -> Path | None:
        """Carry it out, and return where the file's old content is kept, if there was a file.

        Raises:
            ClientError: the file can't be written, and is unchanged.
        """
        return ConfigurationFile(self.path).replace(self.before, self.text)


def installation(
    client: Client, launcher: Launcher, *, name: str = "alcf", local: bool = False, path: Path | None = None
) -> Change:
    """Plan to add this program to a client, or to bring its entry up to date.

    The rest of the entry is kept, such as its environment variables and the flags of ``alcf-mcp serve``.

    Args:
        client: the client.
        launcher: how to start this program.
        name: the name of the entry.
        local: use the embedded local facility.
        path: a file other than the client's own.

    Raises:
        ClientError: the file can't be read or understood, or the name belongs to another server.
    """
    _check_name(name)

    def change(text: str, place: tuple[str, ...], existing: Any) -> tuple[str, dict[str, Any]]:
        values = _entry(client, launcher, local=local, before=ServerEntry.of(existing))
        return client.format.with_entry(text, place, values), (existing or {}) | values

    return _planned(client, name, path, change)


def removal(client: Client, *, name: str = "alcf", path: Path | None = None) -> Change:
    """Plan to remove this program from a client.

    Args:
        client: the client.
        name: the name of the entry.
        path: a file other than the client's own.

    Raises:
        ClientError: the file can't be read or understood, or the name belongs to another server.
    """

    def change(text: str, place: tuple[str, ...], existing: Any) -> tuple[str, None]:
        return (text if existing is None else client.format.without_entry(text, place)), None

    return _planned(client, name, path, change)


def by_hand(client: Client, launcher: Launcher, *, name: str = "alcf", local: bool = False) -> str:
    """What :func:`installation` would write into an empty file.

    Raises:
        ClientError: the name is not one that all clients accept.
    """
    _check_name(name)
    return _snippet(client, name, new_entry(client, launcher, local=local))


def new_entry(client: Client, launcher: Launcher, *, local: bool = False) -> dict[str, Any]:
    """The entry that :func:`installation` would write into an empty file."""
    return _entry(client, launcher, local=local, before=None)


def _entry(client: Client, launcher: Launcher, *, local: bool, before: ServerEntry | None) -> dict[str, Any]:
    return dict(client.always) | wanted(launcher, local=local, before=before)


def _snippet(client: Client, name: str, values: dict[str, Any]) -> str:
    shown = dict(values)
    if isinstance(shown.get("env"), dict):
        shown["env"] = dict.fromkeys(shown["env"], _HIDDEN)
    return client.format.with_entry("", (*client.servers, name), shown)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ClientError(
            f"{name!r} is not a name that all clients accept. Use letters, digits, - and _, 64 at most."
        )


_Edit = Callable[[str, tuple[str, ...], Any], tuple[str, dict[str, Any] | None]]


def _planned(client: Client, name: str, path: Path | None, edit: _Edit) -> Change:
    own = client.place(ThisComputer())
    path = (path or own).absolute()
    if os.path.isdir(path):  # noqa: PTH112 - never raises
        path /= own.name
    before = ConfigurationFile(path).read()
    place = (*client.servers, name)
    with _told(client, path):
        values = client.format.read(before.text)
        existing = lookup(values, place)
        _check_ours(path, name, existing)
        text, entry = edit(before.text, place, existing)
        if text != before.text:
            _check_result(client, text, values, place, entry)
    return Change(client, path, name, before, existing is not None, text, entry)


@contextmanager
def _told(client: Client, path: Path) -> Iterator[None]:
    """Report which file has a problem, and what to do."""
    try:
        yield
    except SyntaxProblem as problem:
        raise ClientError(
            f"{path} is not {client.format.name} that {client.title} can read: line {problem.line}, column "
            f"{problem.column}: {problem}. It was left unchanged. Fix it there, then run this again."
        ) from None
    except ShapeProblem as problem:
        raise ClientError(
            f"In {path}, {problem}. It was left unchanged. Fix it, then run this again; --print shows what "
            "belongs there."
        ) from None
    except EditProblem:
        raise ClientError(
            f"{path} is written in a way that a program can't change safely. It was left unchanged. "
            "Change it by hand: --print shows the entry."
        ) from None


def _check_ours(path: Path, name: str, existing: Any) -> None:
    entry = ServerEntry.of(existing)
    if existing is not None and not (entry and entry.runs_alcf_mcp):
        raise ClientError(
            f"{name!r} in {path} is another server, which does not run alcf-mcp. It was left unchanged. "
            "Choose another name for this one with --name."
        )


def _check_result(
    client: Client,
    text: str,
    values: dict[str, Any],
    place: tuple[str, ...],
    entry: dict[str, Any] | None,
) -> None:
    """Make sure that the new text says what it should, however strangely the old one was written."""
    try:
        right = says_only(values, client.format.read(text), place, entry)
    except (SyntaxProblem, ShapeProblem) as problem:
        raise EditProblem(str(problem)) from None
    if not right:
        raise EditProblem("something else would change")
