"""``alcf-mcp introspect``: what Globus reports about the token to the service's owners."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.failing import explained
from alcf_mcp.cli.showing import clock_of, plain
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.auth.causes import Cause

_FACTS = ("active", "username", "name", "email", "sub", "client_id", "aud", "scope")
_TIMES = ("iat", "nbf", "exp")


def introspect(
    env_file: Annotated[
        Path, typer.Option(help="File with the service's credentials, unless the environment has them.")
    ] = Path(".env"),
) -> None:
    """Ask Globus about the token in use. Exits with 1 if it shows a known problem."""
    settings = load_settings()
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.auth import Auth  # noqa: PLC0415
    from alcf_mcp.auth.introspection import introspect as ask  # noqa: PLC0415
    from alcf_mcp.auth.introspection import problems, service_credentials  # noqa: PLC0415

    with explained("introspect"):
        credentials = service_credentials(env_file)
        token = anyio.run(Auth(settings.access_token).tokens.token)
        found = ask(token, credentials)
    seen = list(problems(found))
    _show(found, seen)
    if seen:
        raise typer.Exit(1)


def _show(found: dict[str, Any], seen: list[Cause]) -> None:
    lines = [f"{name}: {plain(found[name])}" for name in _FACTS if name in found]
    lines += [f"{name}: {clock_of(float(found[name]))}" for name in _TIMES if name in found]
    session = found.get("session_info") or {}
    lines.append(f"session: {plain(session.get('session_id', 'none'))}")
    for identity, how in (session.get("authentications") or {}).items():
        when = clock_of(float(how["auth_time"])) if "auth_time" in how else "unknown time"
        lines.append(
            f"  {plain(identity)}: authenticated {when}, identity provider {plain(how.get('idp', 'unknown'))}"
        )
    lines += [
        f"identity: {plain(identity.get('username'))} ({plain(identity.get('status'))})"
        for identity in found.get("identity_set_detail") or []
    ]
    for policy, evaluation in (found.get("policy_evaluations") or {}).items():
        lines.append(f"policy {plain(policy)}: {plain(evaluation)}")
    lines += [f"PROBLEM: {cause.name}. {cause.cure}" for cause in seen] or ["No known problems."]
    sys.stdout.write("\n".join(lines) + "\n")
