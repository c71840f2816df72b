"""How commands report errors and exit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def explained(command: str) -> Iterator[None]:
    """Turn an expected error into one sentence on stderr and exit status 1.

    An unusable journal is left to ``main``.
    """
    from alcf_mcp.iri.errors import IRIError  # noqa: PLC0415 - loaded where it is used

    try:
        yield
    except (IRIError, TimeoutError) as error:
        sys.stderr.write(f"alcf-mcp {command}: {sentence(error)}\n")
        raise typer.Exit(1) from None
    except (EOFError, KeyboardInterrupt):
        sys.stderr.write(f"\nalcf-mcp {command}: stopped.\n")
        raise typer.Exit(1) from None


def sentence(error: Exception) -> str:
    """Say what went wrong and what to do next, in a command's words."""
    from alcf_mcp.cli.next_steps import next_step  # noqa: PLC0415 - loaded with the first error
    from alcf_mcp.cli.showing import plain  # noqa: PLC0415

    what = plain(_what(error), 2500).rstrip(".")
    return f"{what}. {next_step(error)}".rstrip()


def _what(error: Exception) -> str:
    from alcf_mcp.facility.alcf.words import is_pbs_refusal  # noqa: PLC0415 - loaded with the first error
    from alcf_mcp.iri.errors import APIError  # noqa: PLC0415

    if isinstance(error, TimeoutError):
        return "The facility did not answer in time"
    if isinstance(error, APIError) and is_pbs_refusal(error):
        return f"The scheduler refused it (HTTP {error.status}): {error.detail}"
    return str(error)
