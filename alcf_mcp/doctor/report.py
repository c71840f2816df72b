"""A report for bug reports, in Markdown, with nothing secret or personal in it.

The values of settings appear only where they can't identify anybody: choices, numbers and switches. In what
the checks say, everything that is the user's own has a placeholder: the token, the identity, the names of the
user, the machine and the projects, addresses, and each path in the home directory.
"""

from __future__ import annotations

import getpass
import platform
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from alcf_mcp import __version__
from alcf_mcp.config import Settings, config_file
from alcf_mcp.doctor.check import Check

LIBRARIES = ("mcp", "httpx", "globus-sdk", "pydantic", "pydantic-settings", "anyio", "typer", "uvicorn")
NOBODY = frozenset({"", "alcf", "home", "local", "localhost", "root", "user"})
"""Names of users and machines that identify nobody, and that the report needs as words."""

_IDENTITY = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_REST_OF_PATH = r"[^\s'\"`(),:;|]*"
_IN_ANY_HOME = re.compile(rf"(?:/(?:home|Users)/|[A-Za-z]:\\Users\\|~[\w.-]*[/\\]){_REST_OF_PATH}")


def report(settings: Settings, checks: Sequence[Check]) -> str:
    """Write the report about these settings and these results of checks."""
    private = _private(settings, checks)
    rows = [
        *_versions(),
        "",
        "| setting | |",
        "|---|---|",
        *_settings(settings),
        "",
        "| check | | |",
        "|---|---|---|",
        *(_row(check.name, check.verdict.value, _public(check.seen, settings, private)) for check in checks),
    ]
    return "\n".join(rows) + "\n"


def _versions() -> Iterator[str]:
    yield from ("### `alcf-mcp doctor --report`", "", "| | |", "|---|---|")
    yield _row("alcf-mcp", __version__)
    yield _row("Python", f"{platform.python_version()} ({platform.python_implementation()})")
    yield _row("platform", f"{platform.system()} {platform.release()}, {platform.machine()}")
    for name in LIBRARIES:
        yield _row(name, _version(name))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _settings(settings: Settings) -> Iterator[str]:
    """Settings that differ from their defaults."""
    changed = {
        name: getattr(settings, name)
        for name, field in Settings.model_fields.items()
        if getattr(settings, name) != field.get_default(call_default_factory=True)
    }
    for name, value in changed.items():
        yield _row(f"`{name}`", _told(name, value))
    if not changed:
        yield _row("all", "as by default")


def _told(name: str, value: Any) -> str:
    if isinstance(value, bool | int | float):
        return f"`{value}`"
    if name == "toolsets":
        return f"`{','.join(value)}`"
    if name in _choices():
        return f"`{value}`"
    return "set"


def _choices() -> frozenset[str]:
    """Settings whose values come from a list of ours."""
    schema = Settings.model_json_schema()["properties"]
    return frozenset(name for name, described in schema.items() if "enum" in described)


def _private(settings: Settings, checks: Sequence[Check]) -> dict[str, str]:
    """What must not be shown, and its placeholder."""
    words = {word: placeholder for check in checks for word, placeholder in check.private.items()}
    words |= _of_this_machine()
    words |= {word: f"<{name}>" for name, word in _given(settings)}
    return {word: placeholder for word, placeholder in words.items() if word.lower() not in NOBODY}


def _of_this_machine() -> dict[str, str]:
    words = {
        Path.home().name: "<user>",
        sys.executable: "<python>",
        str(config_file()): "<configuration file>",
    }
    words |= dict.fromkeys((socket.gethostname(), socket.gethostname().partition(".")[0]), "<machine>")
    with suppress(OSError, KeyError, ImportError):  # a container's user may have no name
        words[getpass.getuser()] = "<user>"
    return words


def _given(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each name, path and address that the user set, with the setting's name."""
    yield "state_dir", str(settings.state_dir)
    harmless = {*_choices(), "toolsets", "access_token"}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name in harmless or value == field.default:
            continue
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        for word in value if isinstance(value, tuple) else (value,):
            if isinstance(word, str | Path):
                yield name, str(word)
        if name.endswith("_url"):
            with suppress(ValueError):  # it was never looked into
                yield name, urlsplit(value).netloc
                yield name, urlsplit(value).hostname or ""


def _public(text: str, settings: Settings, private: dict[str, str]) -> str:
    if settings.access_token:
        text = text.replace(settings.access_token.get_secret_value(), "<token>")
    # A path goes before the names in it, a longer word before the words in it.
    paths = [word for word in private if "/" in word or "\\" in word]
    text = _replaced(text, {word: private[word] for word in paths})
    home = rf"{re.escape(str(Path.home()))}(?![A-Za-z0-9]){_REST_OF_PATH}"
    text = _IN_ANY_HOME.sub("<home>", re.sub(home, "<home>", text))
    text = _ID.sub("<id>", _IDENTITY.sub("<identity>", text))
    return _replaced(text, private)


def _replaced(text: str, placeholders: dict[str, str]) -> str:
    for word in sorted(placeholders, key=len, reverse=True):
        whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", re.IGNORECASE)
        text = whole.sub(placeholders[word].replace("\\", r"\\"), text)
    return text


def _row(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', '¦').split()) for cell in cells)} |"
