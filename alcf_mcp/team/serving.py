"""Serve many people over HTTP until a signal comes."""

from __future__ import annotations

import secrets
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from alcf_mcp.config import Settings, SettingsError
from alcf_mcp.http.serving import web_server
from alcf_mcp.loopback import Address, listen_on, origin_of, parse_address
from alcf_mcp.private import StateError, make_private_directory, make_private_file
from alcf_mcp.team.admission import Admission
from alcf_mcp.team.application import team_application
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.people import People
from alcf_mcp.team.personal import PersonalServers
from alcf_mcp.team.sign_in import CALLBACK_PATH, MCP_PATH, GlobusSignIn
from alcf_mcp.team.storage import encrypted, in_files

ALL_REQUESTS = 64
"""Requests to the facility that one replica may have in progress at once, for everybody together."""

KEY_FILE = "server-key"


async def serve_team(settings: Settings) -> None:
    """Serve everybody who signs in.

    Raises:
        SettingsError: a setting is missing or wrong, or the port is taken.
        StateError: the state directory can't be used.
    """
    address = _address(settings)
    keys = keys_of(settings)
    try:
        listener = listen_on(address, settings.port)
    except OSError as error:
        raise SettingsError.about("port", f"{settings.port} can't be served on ({error.strerror})") from None
    with closing(listener):
        origin = origin_of_public_url(settings.public_url) or origin_of(address, listener)
        sign_in = globus_sign_in(settings, origin=origin, keys=keys)
        security = TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[urlsplit(origin).netloc],
            allowed_origins=[origin],
        )
        line = FairLine(ALL_REQUESTS, settings.max_requests)
        people = People(PersonalServers(settings, keys, sign_in.sign_in, security, line).build)
        web: uvicorn.Server
        app = team_application(
            sign_in, people, origin=origin, is_ready=lambda: web.started and not web.should_exit
        )
        web = web_server(app)
        sys.stderr.write(f"alcf-mcp serves MCP at {origin}{MCP_PATH}; people sign in through Globus\n")
        sys.stderr.flush()
        await web.serve(sockets=[listener])


def globus_sign_in(settings: Settings, *, origin: str, keys: ServerKeys) -> GlobusSignIn:
    """The sign-in that the settings ask for.

    Raises:
        SettingsError: the server's client at Globus is not set.
    """
    if not (settings.globus_client_id and settings.globus_client_secret):
        name = "globus_client_secret" if settings.globus_client_id else "globus_client_id"
        raise SettingsError.about(
            name,
            "it is missing: register a confidential client at https://app.globus.org/settings/developers, "
            f"with the redirect URL {origin}{CALLBACK_PATH}",
        )
    return GlobusSignIn(
        settings.globus_client_id,
        settings.globus_client_secret,
        origin=origin,
        keys=keys,
        storage=encrypted(in_files(settings.state_dir / "sign-ins"), keys),
        admission=Admission(settings.allowed_users, settings.allowed_groups),
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
    if settings.server_keys:
        return ServerKeys.parse(settings.server_keys.get_secret_value())
    return ServerKeys.parse(_own_key(settings.state_dir / KEY_FILE))


def _own_key(path: Path) -> str:
    try:
        make_private_directory(path.parent)
        make_private_file(path)
        kept = path.read_text(encoding="ascii").strip()
        if not kept:
            kept = secrets.token_hex(32)
            path.write_text(f"{kept}\n", encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"The server's key {path} can't be used ({error})") from None
    return kept


def _address(settings: Settings) -> Address:
    """Where to listen: elsewhere than on loopback only if clients come by TLS."""
    try:
        address = parse_address(settings.host)
    except ValueError:
        raise SettingsError.about("host", f"{settings.host!r} is no address; write 127.0.0.1") from None
    if not address.is_loopback and urlsplit(settings.public_url or "").scheme != "https":
        raise SettingsError.about(
            "host",
            f"other computers can reach {settings.host}, and tokens would go there unencrypted: put a proxy "
            "in front that ends TLS, and set ALCF_MCP_PUBLIC_URL to its https URL",
        )
    return address
