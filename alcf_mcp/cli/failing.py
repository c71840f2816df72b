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
    from alcf_mcp.auth import NotSignedIn  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.iri.errors import InvalidCall, IRIError  # noqa: PLC0415

    try:
        yield
    except InvalidCall as error:
        hint = "Run `alcf-mcp login` in a terminal." if isinstance(error, NotSignedIn) else error.hint
        sys.stderr.write(f"alcf-mcp {command}: {str(error).rstrip('.')}. {hint}".rstrip() + "\n")
        raise typer.Exit(1) from None
    except IRIError as error:
        from alcf_mcp.tools.failures import told  # noqa: PLC0415 - loads the MCP SDK

        message, next_step = told(error, reads=False, seconds=0.0)
        sys.stderr.write(f"alcf-mcp {command}: {message.rstrip('.')}. {next_step}".rstrip() + "\n")
        raise typer.Exit(1) from None
    except (EOFError, KeyboardInterrupt):
        sys.stderr.write(f"\nalcf-mcp {command}: stopped.\n")
        raise typer.Exit(1) from None
