"""Serve many people over HTTP until a signal comes."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from key_value.aio.protocols import AsyncKeyValue
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import SecretStr
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from alcf_mcp.config import Settings, SettingsError
from alcf_mcp.http.serving import address_of, listener_at, web_server
from alcf_mcp.logs import take_over
from alcf_mcp.loopback import Address, origin_of
from alcf_mcp.postgres.database import Database
from alcf_mcp.postgres.database import opened as opened_database
from alcf_mcp.postgres.members import Members
from alcf_mcp.postgres.nonces import Nonces
from alcf_mcp.private import StateError, kept_secret
from alcf_mcp.team.admission import Admission
from alcf_mcp.team.application import Work, team_application
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.housekeeping import Housekeeping, forget_in_database, forget_in_files
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.pages.approvals import ApprovalPages, approval_page
from alcf_mcp.team.pages.browser import CALLBACK_PATH as PAGES_CALLBACK_PATH
from alcf_mcp.team.pages.browser import BrowserSessions
from alcf_mcp.team.pages.views import ViewPages
from alcf_mcp.team.pages.visits import Visits
from alcf_mcp.team.people import People
from alcf_mcp.team.personal import PersonalServers
from alcf_mcp.team.sign_in import CALLBACK_PATH, MCP_PATH, GlobusSignIn
from alcf_mcp.team.state import PeoplesState
from alcf_mcp.team.storage import encrypted, in_database, in_files
from alcf_mcp.team.telemetry import telemetry_of
from alcf_mcp.tools.listed_tool import offered

if TYPE_CHECKING:
    from alcf_mcp.team.exporting import Telemetry

ALL_REQUESTS = 64
"""Requests to the facility that one replica may have in progress at once, for everybody together."""

KEY_FILE = "server-key"


async def serve_team(settings: Settings) -> None:
    """Serve everybody who signs in.

    Raises:
        SettingsError: a setting is missing or wrong, or a port is taken.
        StateError: the state directory or the database can't be used.
    """
    take_over("fastmcp")
    with ExitStack() as opened:
        database = (
            opened.enter_context(opened_database(settings.database_url)) if settings.database_url else None
        )
        address = _address(settings)
        listener = opened.enter_context(listener_at(address, settings.port))
        web: uvicorn.Server
        origin = origin_of_public_url(settings.public_url) or origin_of(address, listener)
        team = Team.of(settings, origin, database)
        telemetry = telemetry_of(settings)
        if telemetry:
            telemetry.watch(team.people, team.line, database)
        web = web_server(team.application(lambda: web.started and not web.should_exit, telemetry))
        sys.stderr.write(f"alcf-mcp serves MCP at {team.origin}{MCP_PATH}; people sign in through Globus\n")
        sys.stderr.flush()
        await web.serve(sockets=[listener])


@dataclass(frozen=True)
class Team:
    """All parts of one replica, put together.

    Attributes:
        origin: its public address, without a path.
    """

    origin: str
    sign_in: GlobusSignIn
    people: People
    line: FairLine
    pages: Sequence[BaseRoute]
    members: Members | None
    work: Sequence[Work]

    @classmethod
    def of(cls, settings: Settings, origin: str, database: Database | None) -> Team:
        """Build what the settings ask for.

        Raises:
            SettingsError: the server's client at Globus is not set, or a key is unusable.
        """
        client_id, secret = _globus_client(settings, origin)
        keys = keys_of(settings)
        members = Members(database) if database else None
        admission = Admission(settings.allowed_users, settings.allowed_groups, members)
        kept, forget = _storage(settings, database)
        sign_in = GlobusSignIn(
            client_id,
            secret,
            origin=origin,
            keys=keys,
            storage=encrypted(kept, keys),
            admission=admission,
            nonces=Nonces(database) if database else None,
        )
        state = PeoplesState(settings, database)
        line = FairLine(ALL_REQUESTS, settings.max_requests)
        servers = PersonalServers(
            state,
            keys,
            sign_in.sign_in,
            _allowed(origin),
            line,
            approval_page(origin),
        )
        people = People(servers.build)
        work = [Housekeeping(members, people).go_on, forget] if members else [forget]
        visits = Visits(client_id, secret, f"{origin}{PAGES_CALLBACK_PATH}", sign_in)
        browsers = BrowserSessions(visits, origin, keys.pages())
        pages = _pages(settings, browsers, state, people, members)
        return cls(origin, sign_in, people, line, pages, members, work)

    def application(self, is_ready: Callable[[], bool], telemetry: Telemetry | None = None) -> ASGIApp:
        """The web application."""
        exporting = [telemetry.until_the_end] if telemetry else []
        return team_application(
            self.sign_in,
            self.people,
            origin=self.origin,
            is_ready=is_ready,
            pages=self.pages,
            work=[*self.work, *exporting],
            members=self.members,
        )


def _storage(settings: Settings, database: Database | None) -> tuple[AsyncKeyValue, Work]:
    """Where sign-ins are kept, and what forgets those that have expired."""
    if database:
        return in_database(database.url), partial(forget_in_database, database)
    files = in_files(settings.state_dir / "sign-ins")
    return files, partial(forget_in_files, files)


def _pages(
    settings: Settings,
    browsers: BrowserSessions,
    state: PeoplesState,
    people: People,
    members: Members | None,
) -> list[BaseRoute]:
    """The pages for people's browsers."""
    approvals = ApprovalPages(browsers, state).routes()
    tools = [] if settings.views == "none" else offered(settings)
    views = ViewPages(browsers, people, tools, settings.tool_prefix, members)
    return [*browsers.routes(), *approvals, *views.routes()]


def _allowed(origin: str) -> TransportSecuritySettings:
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[urlsplit(origin).netloc],
        allowed_origins=[origin],
    )


def _globus_client(settings: Settings, origin: str) -> tuple[str, SecretStr]:
    """The server's client at Globus.

    Raises:
        SettingsError: it is not set.
    """
    if settings.globus_client_id and settings.globus_client_secret:
        return settings.globus_client_id, settings.globus_client_secret
    name = "globus_client_secret" if settings.globus_client_id else "globus_client_id"
    raise SettingsError.about(
        name,
        "it is missing: register a confidential client at https://app.globus.org/settings/developers, with "
        f"the redirect URLs {origin}{CALLBACK_PATH} and {origin}{PAGES_CALLBACK_PATH}",
    )


def origin_of_public_url(url: str | None) -> str | None:
    """The origin of the public URL, which is that of MCP.

    Raises:
        SettingsError: it has another path.
    """
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.path not in ("", "/", MCP_PATH):
        raise SettingsError.about("public_url", f"its path has to be {MCP_PATH}")
    return f"{parts.scheme}://{parts.netloc}"


def keys_of(settings: Settings) -> ServerKeys:
    """The server's keys: those that the operator set, or one of its own in a private file.

    Raises:
        SettingsError: they are unusable.
        StateError: the file can't be used.
    """
    if settings.server_keys is None and settings.database_url:
        raise SettingsError.about("server_keys", "it is missing: all replicas need the same keys")
    if settings.server_keys:
        return ServerKeys.parse(settings.server_keys.get_secret_value())
    return ServerKeys.parse(_own_key(settings.state_dir / KEY_FILE))


def _own_key(path: Path) -> str:
    try:
        return kept_secret(path, lambda: secrets.token_hex(32))[0]
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"The server's key {path} can't be used ({error})") from None


def _address(settings: Settings) -> Address:
    """Where to listen: elsewhere than on loopback only if clients come by TLS."""
    address = address_of(settings.host)
    if not address.is_loopback and urlsplit(settings.public_url or "").scheme != "https":
        raise SettingsError.about(
            "host",
            f"other computers can reach {settings.host}, and tokens would go there unencrypted: put a proxy "
            "in front that ends TLS, and set ALCF_MCP_PUBLIC_URL to its https URL",
        )
    return address
