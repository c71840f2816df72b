"""A server for many people: replicas behind a balancer, PostgreSQL, and Globus Auth."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from alcf_mcp.local import LocalSettings
from alcf_mcp.local.serving import BreakableConnection
from alcf_mcp.local.sign_in import LocalIdentity
from alcf_mcp.local.team import CLIENT_ID, TeamFacility
from alcf_mcp.team.person import Person
from tests.local.conftest import QUICK
from tests.postgres import database_url, postgres  # noqa: F401 - fixtures
from tests.team.balancer import Balancer
from tests.team.browser import Browser
from tests.team.oauth_client import RETURN
from tests.threads import served

MOST_SECONDS = 40.0
KEYS = "a-key-of-the-tests-with-forty-characters-01"


@dataclass
class Replica:
    """One process of the server."""

    process: subprocess.Popen[bytes]
    origin: str
    log: Path

    @property
    def said(self) -> str:
        """All that it wrote to stderr."""
        return self.log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(MOST_SECONDS)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(MOST_SECONDS)


@dataclass
class MemoryStorage(TokenStorage):
    """What a client remembers of its sign-in."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class TeamServer:
    """Replicas behind a balancer, and the facility that they serve.

    Attributes:
        facility: the facility and its sign-in, in this process; in a thread of its own.
        origin: the address that people use.
        logins: how often somebody has signed in at Globus.
        module: what the replicas run.
    """

    facility: TeamFacility
    facility_url: str
    balancer: Balancer
    origin: str
    root: Path
    environment: dict[str, str]
    replicas: list[Replica] = field(default_factory=list)
    storages: dict[str, MemoryStorage] = field(default_factory=dict)
    logins: int = 0
    module: str = "alcf_mcp"

    @property
    def url(self) -> str:
        return f"{self.origin}/mcp"

    def start(self, **settings: str) -> Replica:
        """Start another replica, and wait until it serves."""
        number, port = len(self.replicas), free_port()
        log = self.root / f"replica-{number}.log"
        command = [sys.executable, "-m", self.module, "serve", "--transport", "http", "--auth", "globus"]
        command += ["--port", str(port), "--public-url", self.url]
        state = {"ALCF_MCP_STATE_DIR": str(self.root / f"state-{number}")}
        environment = os.environ | self.environment | state | settings
        with log.open("wb") as stderr:
            process = subprocess.Popen(command, env=environment, stderr=stderr, stdout=subprocess.DEVNULL)
        origin = f"http://127.0.0.1:{port}"
        replica = Replica(process, origin, log)
        self.replicas.append(replica)
        give_up = time.monotonic() + MOST_SECONDS
        while not _is_ready(origin):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.05)
        self.balancer.replicas.append(origin)
        return replica

    def provider(self, login: str, storage: MemoryStorage | None = None) -> OAuthClientProvider:
        """The SDK's own OAuth client for somebody; it remembers them, unless given another storage."""
        came_back = dict[str, str]()
        kept = storage or self.storages.setdefault(login, MemoryStorage())

        async def open_browser(url: str) -> None:
            self.logins += 1
            async with Browser(login) as browser:
                answer = await browser.open(url, until=RETURN)
            assert answer.is_redirect, answer.text
            came_back.update(parse_qsl(urlsplit(answer.headers["Location"]).query))

        async def callback() -> AuthorizationCodeResult:
            return AuthorizationCodeResult(
                code=came_back["code"], state=came_back["state"], iss=came_back.get("iss")
            )

        metadata = OAuthClientMetadata(client_name="tests", redirect_uris=[RETURN])
        return OAuthClientProvider(
            self.url, metadata, kept, redirect_handler=open_browser, callback_handler=callback
        )

    @asynccontextmanager
    async def connected(self, login: str, mode: Any = "auto", **options: Any) -> AsyncIterator[Client]:
        """Connect somebody's client, which signs them in if need be."""
        async with httpx2.AsyncClient(auth=self.provider(login), timeout=MOST_SECONDS) as http:
            transport = streamable_http_client(self.url, http_client=http)
            async with Client(transport, mode=mode, **options) as client:
                yield client

    async def token_of(self, login: str) -> str:
        """Sign somebody in, and return their client's token."""
        async with self.connected(login) as client:
            await client.list_tools()
        tokens = self.storages[login].tokens
        assert tokens
        return tokens.access_token

    def person(self, login: str) -> Person:
        """Who somebody is to the server."""
        identity = next(one for one in self.facility.globus.people if one.login == login)
        return Person(self.environment["GLOBUS_SDK_SERVICE_URL_AUTH"], identity.id, identity.username)

    def stop(self) -> None:
        for replica in self.replicas:
            with suppress(ProcessLookupError):
                replica.process.kill()
            replica.process.wait(MOST_SECONDS)


def free_port() -> int:
    """A port of this computer that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(origin: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{origin}/readyz", trust_env=False, timeout=2).status_code == 200
    return False


def with_jobs(facility: TeamFacility) -> Starlette:
    """A facility whose jobs run while it is served."""

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        async with facility.running():
            yield
            await facility.end_jobs()

    return Starlette(routes=[Mount("/", facility.app)], lifespan=running)


PEOPLE = ("ada", "bob", "eve@example.org")


@contextmanager
def team_server(
    root: Path,
    database: SecretStr | None,
    *,
    people: Sequence[str] = PEOPLE,
    kind: type[TeamFacility] = TeamFacility,
    **facility_settings: Any,
) -> Iterator[TeamServer]:
    """A facility for Ada and Bob or others, Globus Auth, a balancer, and no replica yet."""
    port, facility_port = free_port(), free_port()
    origin, facility_origin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{facility_port}"
    identities = [LocalIdentity.parse(name) for name in people]
    redirects = [f"{origin}/auth/callback", f"{origin}/pages/callback"]
    settings = LocalSettings(root=root / "facility", **QUICK | facility_settings)
    facility = kind(settings, identities, redirect_uris=redirects, control=True)
    environment = {
        "ALCF_MCP_API_URL": f"{facility_origin}/api/v1",
        "ALCF_MCP_TRUSTED_HOSTS": "127.0.0.1",
        "ALCF_MCP_ACTIVITY_URL": facility_origin,
        "GLOBUS_SDK_SERVICE_URL_AUTH": facility_origin,
        "ALCF_MCP_GLOBUS_CLIENT_ID": CLIENT_ID,
        "ALCF_MCP_GLOBUS_CLIENT_SECRET": facility.client_secret.get_secret_value(),
        "ALCF_MCP_SERVER_KEYS": KEYS,
        "ALCF_MCP_LOG_LEVEL": "DEBUG",
    }
    if database:
        environment["ALCF_MCP_DATABASE_URL"] = database.get_secret_value()
    balancer = Balancer()
    with served(with_jobs(facility), facility_port, BreakableConnection), served(balancer.app, port):
        server = TeamServer(facility, f"{facility_origin}/api/v1", balancer, origin, root, environment)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def team(tmp_path: Path, database_url: SecretStr) -> Iterator[TeamServer]:  # noqa: F811 - the fixture
    """Two replicas that share a database."""
    with team_server(tmp_path, database_url) as server:
        server.start()
        server.start()
        yield server


@pytest.fixture
def one_replica(tmp_path: Path) -> Iterator[TeamServer]:
    """One replica, with its state in files."""
    with team_server(tmp_path, None) as server:
        server.start()
        yield server
