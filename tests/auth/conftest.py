"""A user with a home directory, a Globus Auth on this machine, and a check that no token is ever shown."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from alcf_mcp.auth import Auth, SignedIn, TokenStore
from alcf_mcp.auth.clients import ALCF, RESOURCE_SERVER, GlobusClient
from alcf_mcp.auth.globus import Attempt
from alcf_mcp.auth.storage import WholeFileStorage
from alcf_mcp.cli import app
from alcf_mcp.config import Settings, load_settings
from tests.auth.globus_auth import GlobusAuth, Site, serving
from tests.conftest import Answered


@dataclass
class Seen:
    """Everything that a test showed to anyone: results, output, transcripts."""

    texts: list[str] = field(default_factory=list)

    def add(self, *texts: Any) -> None:
        self.texts += [str(text) for text in texts]

    def answer(self, answered: Answered) -> Answered:
        self.add(answered.text, answered.facts)
        return answered


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without any sign-in."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def globus(
    home: Path, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, seen: Seen
) -> Iterator[GlobusAuth]:
    """Globus Auth; at the end, none of its tokens may be in any log or in anything that was shown."""
    caplog.set_level(logging.DEBUG)
    globus = GlobusAuth(site.url)
    site.app = globus.app()
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", globus.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield globus
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    said = [logging.Formatter().format(record) for record in records] + seen.texts
    assert not [text for text in said for secret in globus.secrets if secret in text]
    assert globus.unexpected == []


@pytest.fixture
def store(home: Path) -> TokenStore:
    return TokenStore(ALCF)


def sign_in(globus: GlobusAuth, client: GlobusClient = ALCF, *, replace: bool = False) -> SignedIn:
    """Sign the user in with the code that a browser would show."""
    attempt = Attempt(client)
    return attempt.finish(SecretStr(globus.approve(attempt.url)), TokenStore(client), replace=replace)


@pytest.fixture
def signed_in(globus: GlobusAuth, store: TokenStore) -> SignedIn:
    return sign_in(globus)


def age(store: TokenStore, left: float = 0.0) -> None:
    """Set how many seconds the stored access token has left, according to its file."""
    storage = WholeFileStorage(store.path)
    entry = storage.get_token_data(RESOURCE_SERVER)
    assert entry is not None
    entry.expires_at_seconds = int(time.time() + left)
    storage.store_token_data_by_resource_server({RESOURCE_SERVER: entry})


def auth() -> Auth:
    """The sign-in of a process that has just started."""
    return Auth.of(load_settings())


@pytest.fixture
def at_facility(globus: GlobusAuth, tmp_path: Path) -> Settings:
    """The settings of a server that uses the facility on this machine, with the user's consent."""
    return load_settings(api_url=f"{globus.url}/api/v1", trusted_hosts="127.0.0.1", state_dir=tmp_path)


def run(*arguments: str, seen: Seen | None = None, **environment: str) -> Result:
    """Run a command as a script does: without a terminal."""
    done = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    if seen:
        seen.add(done.stdout, done.stderr)
    return done
