"""``alcf-mcp local``: serve the embedded local facility on a local port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import anyio
import typer

from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.local import LocalSettings
    from alcf_mcp.local.team import TeamFacility


DEFAULT_REDIRECT = "http://127.0.0.1:8000/auth/callback"
"""Where a server for many people that runs on this computer, on its usual port, wants them back."""


def local(
    port: Annotated[
        int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.", min=0, max=65535)
    ] = 8765,
    profile: Annotated[
        str | None,
        typer.Option(help="Offer what ALCF offers today, or the whole standard.", metavar="alcf|full"),
    ] = None,
    state_dir: Annotated[
        str | None, typer.Option(help="Directory for the facility's files and jobs.")
    ] = None,
    people: Annotated[
        str | None,
        typer.Option(
            help="Serve several people, each on their own, and a Globus Auth where they sign in.",
            metavar="NAME,NAME",
        ),
    ] = None,
    redirect_url: Annotated[
        list[str] | None,
        typer.Option(help="With --people: where a server of yours wants people back; repeatable."),
    ] = None,
) -> None:
    """Run the local facility on loopback: the same API, a small real scheduler, your own processes."""
    settings = load_settings(facility="local", local_profile=profile, state_dir=state_dir)
    from alcf_mcp.local import LocalFacility, LocalSettings, serve  # noqa: PLC0415 - loaded where it is used

    if redirect_url and people is None:
        raise typer.BadParameter(
            "Add --people: only they are sent back anywhere.", param_hint="--redirect-url"
        )
    if people is None:
        mine = LocalSettings(root=settings.state_dir / "local", profile=settings.local_profile)
        facility: LocalFacility | TeamFacility = LocalFacility(mine)
    else:
        shared = LocalSettings(root=settings.state_dir / "local-people", profile=settings.local_profile)
        facility = _for_people(shared, people, redirect_url or [DEFAULT_REDIRECT])
    anyio.run(lambda: serve(facility, port=port))


def _for_people(settings: LocalSettings, people: str, redirect_uris: list[str]) -> TeamFacility:
    from alcf_mcp.local.sign_in import LocalIdentity  # noqa: PLC0415
    from alcf_mcp.local.team import TeamFacility  # noqa: PLC0415

    try:
        named = [LocalIdentity.parse(name.strip()) for name in people.split(",") if name.strip()]
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--people") from None
    if not named or len({person.username for person in named}) < len(named):
        raise typer.BadParameter("Name each person once, such as ada,bob.", param_hint="--people")
    return TeamFacility(settings, named, redirect_uris=redirect_uris)
