"""How a script reaches the node unharmed.

ALCF's gateway pastes strings unescaped into GraphQL: a double quote or a line end makes the request fail, and
a backslash may change what follows it without a word (ALCF's deployment of the API, 2026-08). So a script
travels plain only if it holds none of them, and else as base64, which is right with and without that fault.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Mapping

from alcf_mcp.iri.errors import InvalidCall

HARMED = '"\\\r\n'
"""The characters that the gateway breaks or changes."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

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


def launch(script: str, environment: Mapping[str, str] | None = None) -> tuple[str, list[str]]:
    """The executable and arguments that run a script on the node, in a login shell.

    A script that begins with ``#!`` and names no shell is run by what it names.

    Args:
        script: the script.
        environment: variables that it finds; the facility passes none on (ALCF's API, 2026-08), so they
            are exported by the shell that runs it.

    Raises:
        InvalidCall: the script is empty, too long, or no text.
    """
    exported = exports(environment or {})
    encoded = script.encode(errors="surrogatepass")
    if not script.strip():
        raise InvalidCall("The script is empty", hint="Give the lines that the job is to run.")
    if "\0" in script:
        raise InvalidCall("The script has a NUL byte in it", hint="A script is text.")
    if len(encoded) + len(exported) > LONGEST:
        raise InvalidCall(
            f"The script has {len(encoded)} bytes; at most {LONGEST} can travel with a job",
            hint="Put the long part into a file on the filesystem and call it from a short script.",
        )
    if script.startswith("#!") and not _SHELL_SHEBANG.match(script):
        return _bash(exported + _run_by_its_interpreter(encoded))
    return _bash(exported + script)


def launch_program(
    executable: str, arguments: list[str], environment: Mapping[str, str] | None = None
) -> tuple[str, list[str]]:
    """The same for a program with arguments: as it is where that is safe, through a script otherwise."""
    if not environment and all(is_safe(text) for text in (executable, *arguments)):
        return executable, arguments
    return launch("exec " + shlex.join([executable, *arguments]), environment)


def exports(environment: Mapping[str, str]) -> str:
    """The lines that set variables.

    Raises:
        InvalidCall: a name is none, or a value is no text.
    """
    for name, value in environment.items():
        if not _VARIABLE.fullmatch(name):
            raise InvalidCall(
                f"{name!r} is no name of an environment variable",
                hint="Letters, digits and '_', no digit in front: OMP_NUM_THREADS.",
            )
        if "\0" in value:
            raise InvalidCall(f"The value of {name} has a NUL byte in it", hint="A value is text.")
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())


def on_ranks(executable: str, arguments: list[str], *, nodes: int, ranks_per_node: int) -> list[str]:
    """The command that starts an MPI program on all nodes of a job (PALS, as on ALCF's machines)."""
    total = str(nodes * ranks_per_node)
    return ["mpiexec", "-n", total, "--ppn", str(ranks_per_node), executable, *arguments]


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
    safe = (
        command
        if is_safe(command)
        else f". <(echo {_base64(command.encode(errors='surrogatepass'))} | base64 -d)"
    )
    return "/bin/bash", ["-lc", safe]


def _run_by_its_interpreter(script: bytes) -> str:
    return (
        f"f=$(mktemp) && echo {_base64(script)} | base64 -d > $f && chmod 700 $f && "
        "{ $f; r=$?; rm -f $f; exit $r; }"
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
