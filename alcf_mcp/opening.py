"""Open the facility that the settings name, for a server or for one command."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from alcf_mcp.activity.cache import FeedCache
from alcf_mcp.activity.feed import ActivityFeed
from alcf_mcp.activity.known import machines_with_feed
from alcf_mcp.auth import Auth
from alcf_mcp.config import ALCF_ACTIVITY_URL, Settings, SettingsError
from alcf_mcp.facility import Facility, Limits, ProcessState, Wait
from alcf_mcp.facility.jobs.defaults import ConfiguredDefaults
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.walltime import parse_walltime
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.connection import Slots
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.journal import Journal
from alcf_mcp.private import make_private_file
from alcf_mcp.store import Store
from alcf_mcp.store.sqlite import SQLiteStore

LOCAL_ORIGIN = "http://local"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Facility]:
    """Open the facility named in the settings, for one command."""
    async with connect_to(settings) as iri:
        yield Facility(shared_by_calls(settings, iri), Wait(settings.timeout))


def shared_by_calls(settings: Settings, iri: IRIClient, store: Store | None = None) -> ProcessState:
    """The state that all calls of a process share.

    Args:
        settings: the user's settings.
        iri: the connection to the facility.
        store: where the journal is kept, in place of the file from the settings.

    Raises:
        SettingsError: one of the user's limits can't be parsed.
    """
    return ProcessState(
        iri,
        Journal(store or SQLiteStore(settings.journal_path)),
        limits=limits_of(settings),
        defaults=ConfiguredDefaults(
            settings.default_account, settings.default_queue, settings.default_directory
        ),
        has_alcf_queues=settings.facility != "local",  # the local facility's machines are small
        activity=_activity(settings, iri),
    )


def _activity(settings: Settings, iri: IRIClient) -> ActivityFeed:
    """The feed of the facility's activity: the one that the user set, or the facility's own."""
    cache = FeedCache(settings.state_dir / "activity")
    chosen = settings.chosen_activity_url
    if chosen is not None and chosen != ALCF_ACTIVITY_URL:
        return ActivityFeed(chosen or None, cache=cache)
    if chosen is None and settings.facility == "local":
        return _local_activity(iri)
    if chosen is None and not settings.has_alcf_activity:
        return ActivityFeed()
    return ActivityFeed(settings.activity_url, machines_with_feed(), cache)


def _local_activity(iri: IRIClient) -> ActivityFeed:
    """The embedded facility's feed, which is not kept: asking for it costs nothing."""
    from alcf_mcp.local.catalog import MACHINES  # noqa: PLC0415 - loaded only if used

    machines = {machine.name.lower() for machine in MACHINES}
    return ActivityFeed(LOCAL_ORIGIN, machines, beside=iri.transport.connection)


def limits_of(settings: Settings) -> Limits:
    """The limits that the user set.

    Raises:
        SettingsError: one of them can't be parsed.
    """
    name = "max_walltime"
    try:
        walltime = None if settings.max_walltime is None else parse_walltime(settings.max_walltime)
        name = "allowed_paths"
        paths = tuple(RemotePath.parse(path) for path in settings.allowed_paths)
    except InvalidCall as error:
        raise SettingsError.about(name, f"{error}. {error.hint}") from None
    return Limits(
        unasked_node_hours=settings.ask_node_hours,
        node_hours=settings.max_node_hours,
        node_hours_per_day=settings.max_node_hours_per_day,
        nodes=settings.max_nodes,
        walltime=walltime,
        accounts=settings.allowed_accounts,
        paths=paths,
    )


def connect_to(
    settings: Settings, auth: Auth | None = None, slots: Slots | None = None
) -> AbstractAsyncContextManager[IRIClient]:
    """Open the connection to the facility named in the settings.

    Args:
        settings: the user's settings.
        auth: the process's sign-in, if it has one already.
        slots: places for requests that it shares with other connections.
    """
    if settings.facility == "local":
        return _local(settings)
    return _remote(settings, auth or Auth.of(settings), slots)


@asynccontextmanager
async def _remote(settings: Settings, auth: Auth, slots: Slots | None) -> AsyncIterator[IRIClient]:
    async with IRIClient(
        settings.api_url, token=auth.tokens, max_requests=settings.max_requests, slots=slots
    ) as iri:
        yield iri


@asynccontextmanager
async def _local(settings: Settings) -> AsyncIterator[IRIClient]:
    import httpx  # noqa: PLC0415 - the local facility and its dependencies are loaded only if used

    from alcf_mcp.local import LocalFacility, LocalSettings  # noqa: PLC0415

    local = LocalFacility(LocalSettings(root=settings.state_dir / "local", profile=settings.local_profile))
    asgi = httpx.ASGITransport(local.app)
    _tell_once(local.notes, local.settings.root / "notes-told")
    async with local.running(), IRIClient(f"{LOCAL_ORIGIN}/api/v1", token=local.token, http=asgi) as iri:
        yield iri


def _tell_once(notes: list[str], told: Path) -> None:
    """Warn of what the user should know about the local facility, unless they were told before."""
    text = "\n".join(notes)
    with suppress(OSError, UnicodeDecodeError):
        if told.exists() and told.read_text(encoding="utf-8") == text:
            return
        make_private_file(told)
        told.write_text(text, encoding="utf-8")
    for note in notes:
        logger.warning("%s", note)
