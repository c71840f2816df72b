"""The ``alcf-mcp`` command."""

from __future__ import annotations

import gc
import sys

import typer

from alcf_mcp import __version__
from alcf_mcp.cli.admin import admin
from alcf_mcp.cli.approve import approve
from alcf_mcp.cli.auth import auth
from alcf_mcp.cli.changing import cancel, chmod
from alcf_mcp.cli.demo import demo
from alcf_mcp.cli.doctor import doctor
from alcf_mcp.cli.files import cat, ls, tail
from alcf_mcp.cli.history import history
from alcf_mcp.cli.install import install
from alcf_mcp.cli.introspect import introspect
from alcf_mcp.cli.job import job, wait
from alcf_mcp.cli.jobs import jobs
from alcf_mcp.cli.local import local
from alcf_mcp.cli.login import login
from alcf_mcp.cli.logout import logout
from alcf_mcp.cli.machine import machine
from alcf_mcp.cli.output import output
from alcf_mcp.cli.plans import plans
from alcf_mcp.cli.projects import projects
from alcf_mcp.cli.serve import serve
from alcf_mcp.cli.submit import submit
from alcf_mcp.cli.token import token
from alcf_mcp.config import SettingsError
from alcf_mcp.private import StateError

WRONG_SETTING = 2
"""Exit status for a wrong setting, and for server state that can't be read or written."""


app = typer.Typer(
    name="alcf-mcp",
    help="The MCP server of the Argonne Leadership Computing Facility.",
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(install)
app.command()(login)
app.command()(logout)
app.command()(token)
app.add_typer(auth, name="auth")
app.command()(machine)
app.command()(jobs)
app.command()(job)
app.command()(wait)
app.command()(output)
app.command()(submit)
app.command()(cancel)
app.add_typer(plans, name="plans")
app.command()(ls)
app.command()(cat)
app.command()(tail)
app.command()(chmod)
app.command()(projects)
app.command()(introspect)
app.command()(approve)
app.command()(history)
app.command()(doctor)
app.command()(local)
app.command()(demo)
app.add_typer(admin, name="admin")


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    """Serve MCP over stdio unless another command is given."""
    if context.invoked_subcommand not in (None, "serve"):
        gc.enable()
    if version:
        sys.stdout.write(f"alcf-mcp {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        serve()


def main() -> None:
    """Run the command; a wrong setting or an unusable state directory is one line on stderr."""
    # Nothing loaded at startup is garbage. Looking for it takes a sixth of the time that clients wait.
    gc.disable()
    try:
        app(prog_name="alcf-mcp")
    except (SettingsError, StateError) as error:
        sys.stderr.write(f"alcf-mcp: {error}\n")
        sys.exit(WRONG_SETTING)
