"""Get a script to the node unchanged.

ALCF's gateway pastes strings unescaped into GraphQL: a double quote or a newline makes the request fail, and
a backslash may silently change what follows it (ALCF's deployment of the API, 2026-08). So a script is sent
as plain text only if it contains none of these. Otherwise it is sent as base64, which works with or without
that bug.
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
"""Bytes; the kernel accepts no argument longer than 128 KiB, and base64 adds a third."""

_SENT = re.compile(r"\. <\(echo ([A-Za-z0-9+/=]*) \| base64 -d\)")
"""How a script arrives that is not sent as plain text."""

_ENCODED = re.compile(r"(?<=echo )[A-Za-z0-9+/=]{100,}(?= \| base64 -d)")

_SHELL_SHEBANG = re.compile(r"#!\s*(/usr/bin/env\s+)?(\S*/)?(ba)?sh(\s+-l)?\s*(\n|\Z)")
"""A shebang that names a plain shell; with other options, the script runs under its own shebang."""


def is_safe(text: str) -> bool:
    """Whether the gateway leaves a string unchanged."""
    return not any(char in HARMED for char in text)


def refuse_harmed(what: str, text: str | None) -> None:
    """Refuse a field that would not arrive unchanged.

    Raises:
        InvalidCall: it contains a character that the facility's gateway breaks or changes.
    """
    if text is not None and not is_safe(text):
        raise InvalidCall(
            f"The {what} {text!r} contains a double quote, a backslash or a newline, "
            "which the facility's gateway breaks or changes",
            hint="Leave these characters out here; in a script they are fine.",
        )


def launch(script: str, environment: Mapping[str, str] | None = None) -> tuple[str, list[str]]:
    """The executable and arguments that run a script on the node, in a login shell.

    A script whose ``#!`` line asks for anything but a plain shell runs as that line says.

    Args:
        script: the script.
        environment: variables for the script; the facility passes none on (ALCF's API, 2026-08), so the
            shell that runs the script exports them.

    Raises:
        InvalidCall: the script is empty, too long, or not text.
    """
    exported = exports(environment or {})
    encoded = script.encode(errors="surrogatepass")
    if not script.strip():
        raise InvalidCall("The script is empty", hint="Give the lines that the job should run.")
    if "\0" in script:
        raise InvalidCall("The script contains a NUL byte", hint="A script must be text.")
    if len(encoded) + len(exported) > LONGEST:
        raise InvalidCall(
            f"The script has {len(encoded)} bytes; a job can carry at most {LONGEST}",
            hint="Put the long part into a file at the facility and call it from a short script.",
        )
    if not is_for_a_shell(script):
        return _bash(exported + _run_by_its_interpreter(encoded))
    return _bash(exported + script)


def is_for_a_shell(script: str) -> bool:
    """Whether a script runs in a plain shell, and not as its ``#!`` line says."""
    return not script.startswith("#!") or bool(_SHELL_SHEBANG.match(script))


def launched(executable: str | None, arguments: list[str] | None) -> str | None:
    """The script that ``launch`` made into an executable and arguments; ``None`` if they are not from it."""
    match executable, arguments:
        case "/bin/bash", ["-lc", command]:
            sent = _SENT.fullmatch(command)
            return base64.b64decode(sent[1]).decode(errors="surrogatepass") if sent else command
    return None


def abridged(arguments: list[str]) -> list[str]:
    """The arguments as they are sent, without the script in base64, of which only the size is told."""
    return [_ENCODED.sub(lambda found: f"[base64, {len(found[0]):,} bytes]", one) for one in arguments]


def launch_program(
    executable: str, arguments: list[str], environment: Mapping[str, str] | None = None
) -> tuple[str, list[str]]:
    """The executable and arguments that run a program: passed as they are if safe, else through a script."""
    if not environment and all(is_safe(text) for text in (executable, *arguments)):
        return executable, arguments
    return launch("exec " + shlex.join([executable, *arguments]), environment)


def exports(environment: Mapping[str, str]) -> str:
    """The script lines that export environment variables.

    Raises:
        InvalidCall: a name is not valid, or a value is not text.
    """
    for name, value in environment.items():
        if not _VARIABLE.fullmatch(name):
            raise InvalidCall(
                f"{name!r} is not a valid name for an environment variable",
                hint="Use letters, digits and '_', and no digit at the start: OMP_NUM_THREADS.",
            )
        if "\0" in value:
            raise InvalidCall(f"The value of {name} contains a NUL byte", hint="A value must be text.")
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())


def on_ranks(executable: str, arguments: list[str], *, nodes: int, ranks_per_node: int) -> list[str]:
    """The command that starts an MPI program on all nodes of a job (PALS, as on ALCF's machines)."""
    total = str(nodes * ranks_per_node)
    return ["mpiexec", "-n", total, "--ppn", str(ranks_per_node), executable, *arguments]


def remarks(script: str) -> list[str]:
    """Remarks on likely mistakes in a script."""
    said = []
    if re.search(r"^#PBS\b", script, re.MULTILINE):
        said.append(
            "#PBS lines are only comments here: nodes, walltime, queue and account come from the arguments."
        )
    if "\r\n" in script:
        said.append("The script has Windows line endings, which bash does not understand.")
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
