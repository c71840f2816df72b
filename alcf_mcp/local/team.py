"""A local facility for several people, with the sign-in that tells them apart."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

from alcf_mcp.auth.clients import ALCF, RESOURCE_SERVER
from alcf_mcp.local.credentials import read_or_create_token
from alcf_mcp.local.settings import LocalSettings
from alcf_mcp.local.shared import SharedFacility
from alcf_mcp.local.sign_in import LocalGlobus, LocalIdentity, RegisteredClient
from alcf_mcp.local.sign_in.callers import callers_of
from alcf_mcp.private import make_private_directory

CLIENT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://auth.globus.org/scopes/local-server"))
"""The client of a server for many people, as Globus Auth on this computer knows it."""


class TeamFacility(SharedFacility):
    """A facility for several people, with Globus Auth at the same address.

    Known there are ALCF's own application for signing in, the facility's API, and one client for a server
    that serves these people.

    Args:
        settings: how each person's facility behaves; its root holds all of them.
        people: who can sign in.
        redirect_uris: where that server wants people sent back to.
        control: whether other processes may change what Globus Auth does.

    Attributes:
        globus: the sign-in service.
        client_secret: the secret of the server's client; it is in ``client_secret`` below the root, too.
        service_secret: the secret of the facility's API, which introspects tokens.
    """

    def __init__(
        self,
        settings: LocalSettings,
        people: Iterable[LocalIdentity],
        *,
        redirect_uris: Iterable[str] = (),
        control: bool = False,
    ) -> None:
        make_private_directory(settings.root)
        self.client_secret = read_or_create_token(settings.root / "client_secret")
        self.service_secret = read_or_create_token(settings.root / "service_secret")
        clients = (
            RegisteredClient(CLIENT_ID, tuple(redirect_uris), self.client_secret, "A server of yours"),
            RegisteredClient(RESOURCE_SERVER, secret=self.service_secret, name="The facility's API"),
            RegisteredClient(ALCF.client_id, name="alcf-mcp login"),
        )
        self.globus = LocalGlobus(people, clients, control=control)
        super().__init__(settings, callers_of(self.globus), self.globus.routes())

    def announcement(self, url: str) -> list[str]:
        """What to tell the user when the API is served at an address, as sentences and settings."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        names = " and ".join(person.username for person in self.globus.people)
        return [
            f"The local facility for {names} is at {url}",
            "Settings for a server or a command in front of it:",
            f"  ALCF_MCP_API_URL={url}",
            f"  ALCF_MCP_TRUSTED_HOSTS={parts.hostname}",
            f"  ALCF_MCP_ACTIVITY_URL={origin}",
            f"  GLOBUS_SDK_SERVICE_URL_AUTH={origin}",
            f"A server for many people has the client {CLIENT_ID} there; its secret is in"
            f" {self.settings.root / 'client_secret'}",
            *self.notes,
        ]
