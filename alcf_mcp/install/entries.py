"""A server's entry in a client's configuration: what it says, and whether it runs this program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alcf_mcp.install.launcher import NAME, Launcher

_PROGRAM = re.compile(rf"{NAME}(\.exe)?([@=<>~!\[].*)?", re.IGNORECASE)
_TOKEN = "ALCF_MCP_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
# VS Code's ${input:…}, Cursor's ${env:…}, Gemini's $NAME: these say where a token is, and are not tokens.
_REFERENCE = re.compile(r"\$\{[^}]+\}|\$\w+")


@dataclass(frozen=True)
class ServerEntry:
    """An entry, without what its client adds to it.

    Args:
        words: the command and its arguments.
        variables: the environment variables that it sets.
    """

    words: tuple[str, ...]
    variables: Mapping[str, str]

    @classmethod
    def of(cls, value: Any) -> ServerEntry | None:
        """Read the entry from a configuration value; ``None`` if it starts no program."""
        if not isinstance(value, dict):
            return None
        command = value.get("command")
        if isinstance(command, dict):  # as Zed had it until 2025
            return cls.of({**value, "command": command.get("path"), "args": command.get("args")})
        if not isinstance(command, str):
            return None
        arguments, variables = value.get("args"), value.get("env")
        return cls(
            (command, *(str(word) for word in (arguments if isinstance(arguments, list) else []))),
            {str(k): str(v) for k, v in variables.items()} if isinstance(variables, dict) else {},
        )

    @property
    def runs_alcf_mcp(self) -> bool:
        """Whether it starts this program, by whatever means."""
        return self._program() is not None

    @property
    def flags(self) -> tuple[str, ...]:
        """The program's arguments after ``serve``."""
        program = self._program()
        given = self.words[program + 1 :] if program is not None else ()
        return given[1:] if given[:1] == ("serve",) else given

    @property
    def facility(self) -> str | None:
        """The facility that it uses; ``None`` if it leaves that to this program's configuration file."""
        chosen: str | None = self.variables.get("ALCF_MCP_FACILITY")
        for number, flag in enumerate(self.flags):
            if flag.startswith("--facility="):
                chosen = flag.partition("=")[2]
            elif flag == "--facility":
                chosen = "".join(self.flags[number + 1 : number + 2])
        return chosen.lower() if chosen else None

    @property
    def holds_token(self) -> bool:
        """Whether it contains an access token, and not just a reference to one."""
        token = self.variables.get(_TOKEN, "").strip()
        return bool(token) and not _REFERENCE.fullmatch(token)

    def _program(self) -> int | None:
        """Find the word that is this program. A directory may have the same name."""
        found = [number for number in range(len(self.words)) if self._is_program(number)]
        serving = [number for number in found if self.words[number + 1 : number + 2] == ("serve",)]
        return serving[0] if serving else found[-1] if found else None

    def _is_program(self, number: int) -> bool:
        word = self.words[number]
        if word == "alcf_mcp":
            return self.words[number - 1 : number] == ("-m",)
        return _PROGRAM.fullmatch(re.split(r"[/\\]", word)[-1]) is not None


def wanted(launcher: Launcher, *, local: bool, before: ServerEntry | None) -> dict[str, Any]:
    """The values that an entry needs.

    Args:
        launcher: how to start this program.
        local: whether to use the embedded local facility.
        before: the entry so far, whose other flags are kept.
    """
    facility = ["--facility", "local"] if local else []
    kept = _without_facility(before.flags) if before else []
    return {"command": launcher.command, "args": [*launcher.arguments, "serve", *facility, *kept]}


def _without_facility(flags: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    rest = iter(flags)
    for flag in rest:
        if flag == "--facility":
            next(rest, None)
        elif not flag.startswith("--facility="):
            kept.append(flag)
    return kept
