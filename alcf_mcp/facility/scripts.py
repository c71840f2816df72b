"""How a script reaches the node unharmed.

ALCF's gateway pastes strings unescaped into GraphQL: a double quote or a line end makes the request fail, and
a backslash may change what follows it without a word (ALCF's deployment of the API, 2026-08). So a script
travels plain only if it holds none of them, and else as base64, which is right with and without that fault.
"""

from __future__ import annotations

import base64
import re
import shlex

from alcf_mcp.iri.errors import InvalidCall

HARMED = '"\\\r\n'
"""The characters that the gateway breaks or changes."""

LONGEST = 90_000
"""Bytes; the kernel takes no argument beyond 128 KiB, and base64 adds a third."""

_SHELL_SHEBANG = re.compile(r"#!\s*(/usr/bin/env\s+)?(\S*/)?(ba)?sh(\s+-l)?\s*(\n|\Z)")
"""A line that asks for no more than a shell; one with options is run by what it names, options and all."""


def is_safe(text: str) -> bool:
    """Whether the gateway leaves a string as it is."""
    return not any(char in HARMED for char in text)


def refuse_harmed(what: str, text: str | None) -> None:
    """Refuse a field that would arrive changed.

    Raises:
        InvalidCall: it holds a character that the facility's gateway breaks.
    """
    if text is not None and not is_safe(text):
        raise InvalidCall(
            f"The {what} {text!r} has a double quote, a backslash or a line end, "
            "which the facility's gateway breaks or changes",
            hint="Leave those characters out here; inside a script they are fine.",
        )


def launch(script: str) -> tuple[str, list[str]]:
    """The executable and arguments that run a script on the node, in a login shell.

    A script that begins with ``#!`` and names no shell is run by what it names.

    Raises:
        InvalidCall: the script is empty, too long, or no text.
    """
    encoded = script.encode(errors="surrogatepass")
    if not script.strip():
        raise InvalidCall("The script is empty", hint="Give the lines that the job is to run.")
    if "\0" in script:
        raise InvalidCall("The script has a NUL byte in it", hint="A script is text.")
    if len(encoded) > LONGEST:
        raise InvalidCall(
            f"The script has {len(encoded)} bytes; at most {LONGEST} can travel with a job",
            hint="Put the long part into a file on the filesystem and call it from a short script.",
        )
    if script.startswith("#!") and not _SHELL_SHEBANG.match(script):
        return _bash(_run_by_its_interpreter(encoded))
    return _bash(script if is_safe(script) else f". <(echo {_base64(encoded)} | base64 -d)")


def launch_program(executable: str, arguments: list[str]) -> tuple[str, list[str]]:
    """The same for a program with arguments: as it is where that is safe, through a script otherwise."""
    if all(is_safe(text) for text in (executable, *arguments)):
        return executable, arguments
    return launch("exec " + shlex.join([executable, *arguments]))


def remarks(script: str) -> list[str]:
    """What a careful colleague would say about a script."""
    said = []
    if re.search(r"^#PBS\b", script, re.MULTILINE):
        said.append(
            "#PBS lines are only comments here: nodes, walltime, queue and account come from the arguments."
        )
    if "\r\n" in script:
        said.append("The script has Windows line ends, which bash does not understand.")
    return said


def _bash(command: str) -> tuple[str, list[str]]:
    # A login shell: without it there is no `module` command on ALCF's nodes.
    return "/bin/bash", ["-lc", command]


def _run_by_its_interpreter(script: bytes) -> str:
    return (
        f"f=$(mktemp) && echo {_base64(script)} | base64 -d > $f && chmod 700 $f && "
        "{ $f; r=$?; rm -f $f; exit $r; }"
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
