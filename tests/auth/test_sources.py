"""Which token is used, and how it is kept valid."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from alcf_mcp.auth import Auth, HostNotTrusted, NotSignedIn, SignedIn, TokenStore, sources
from alcf_mcp.auth.clients import ALCF_TOKENS
from alcf_mcp.auth.errors import GlobusUnavailable, SignInOver, StoreDamaged
from alcf_mcp.auth.globus import renew, sign_out
from alcf_mcp.config import load_settings
from tests.auth.conftest import age, auth, sign_in
from tests.auth.globus_auth import BOB, GlobusAuth, stored


async def test_a_given_token_wins(globus: GlobusAuth, signed_in: SignedIn) -> None:
    given = Auth.of(load_settings(access_token="given"))
    assert (await given.tokens.token()).get_secret_value() == "given"
    assert given.status_in_files().source == "settings"


async def test_the_sign_in_of_alcf_tokens_is_used_if_there_is_no_other(globus: GlobusAuth) -> None:
    theirs = sign_in(globus, ALCF_TOKENS)
    assert await auth().tokens.token() == theirs.access_token
    assert auth().status_in_files().source == "alcf-tokens"
    ours = sign_in(globus)
    assert await auth().tokens.token() == ours.access_token
    assert auth().status_in_files().source == "Globus sign-in"


async def test_it_is_used_too_when_the_other_is_over(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.revoke_refresh_tokens()
    theirs = sign_in(globus, ALCF_TOKENS)
    age(store)
    assert await auth().tokens.token() == theirs.access_token


async def test_a_valid_token_asks_nobody(
    globus: GlobusAuth, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", "http://127.0.0.1:9")
    assert await auth().tokens.token() == signed_in.access_token


@pytest.mark.parametrize("left", [-10, 0, sources.EARLY - 5])
async def test_it_is_renewed_before_its_end(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, left: float
) -> None:
    age(store, left)
    token = await auth().tokens.token()
    assert token != signed_in.access_token
    assert globus.tokens[token.get_secret_value()].valid


async def test_fifty_calls_at_the_end_of_a_token_make_one_renewal(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.slow = 0.05
    age(store)
    tokens = auth().tokens
    given: set[str] = set()

    async def call() -> None:
        given.add((await tokens.token()).get_secret_value())

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(call)
    assert globus.refreshes == 1
    assert len(given) == 1


async def test_the_event_loop_goes_on_meanwhile(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.slow = 0.2
    age(store)
    ticks = 0
    async with anyio.create_task_group() as group:
        group.start_soon(auth().tokens.token)
        while globus.refreshes == 0 or ticks < 5:
            await anyio.sleep(0.01)
            ticks += 1
    assert ticks >= 5


def test_two_processes_that_renew_at_once_both_end_with_a_valid_token(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.slow = 0.3
    age(store)
    command = [sys.executable, "-m", "alcf_mcp", "token"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [process.communicate(timeout=30)[0].strip() for process in both]
    assert all(globus.tokens[token].valid for token in printed)
    assert globus.refreshes == 1
    assert stored(store.path)


async def test_a_renewal_that_was_called_off_is_still_kept(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.slow = 0.1
    age(store)
    with anyio.move_on_after(0.05):
        await auth().tokens.token()
    renewed = store.read()
    assert renewed is not None
    assert renewed.access_token != signed_in.access_token


async def test_a_sign_in_elsewhere_counts_at_once(globus: GlobusAuth, store: TokenStore) -> None:
    tokens = auth().tokens
    with pytest.raises(NotSignedIn):
        await tokens.token()
    signed_in = sign_in(globus)
    assert await tokens.token() == signed_in.access_token
    sign_out(store)
    with pytest.raises(NotSignedIn):
        await tokens.token()


async def test_so_does_one_after_the_refresh_token_was_revoked(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    tokens = auth().tokens
    globus.revoke_refresh_tokens()
    age(store)
    for _ in range(3):
        with pytest.raises(SignInOver) as caught:
            await tokens.token()
    assert "alcf-mcp login" in caught.value.hint
    assert globus.refreshes == 1  # Globus is not asked again and again
    again = sign_in(globus)
    assert await tokens.token() == again.access_token


async def test_globus_is_down_and_the_token_still_valid(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    age(store, 60)
    globus.failing = True
    tokens = auth().tokens
    assert await tokens.token() == signed_in.access_token
    assert await tokens.token() == signed_in.access_token


async def test_globus_is_down_and_the_token_is_not(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    age(store)
    globus.failing = True
    kept = store.path.read_bytes()
    with pytest.raises(GlobusUnavailable, match="HTTP 503"):
        await auth().tokens.token()
    assert store.path.read_bytes() == kept


async def test_a_damaged_store_is_told(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    store.path.write_text("{")
    with pytest.raises(StoreDamaged):
        await auth().tokens.token()
    status = auth().status_in_files()
    assert not status.has_token
    assert isinstance(status.problem, StoreDamaged)


@contextmanager
def nothing_writable_below(directory: Path) -> Iterator[None]:
    """Make nothing below a directory writable; root could still write, so it becomes another user."""
    places = [directory, *directory.rglob("*")]
    for place in places:
        place.chmod(0o444 if place.is_file() else 0o555)
    root = os.geteuid() == 0
    opened = [place for place in directory.parents if root and not place.stat().st_mode & 0o005]
    try:
        for place in opened:
            place.chmod(0o755)
        if root:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(os.getuid())
        for place in opened:
            place.chmod(0o700)
        for place in places:
            place.chmod(0o600 if place.is_file() else 0o700)


async def test_a_home_that_can_t_be_written(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, caplog: pytest.LogCaptureFixture
) -> None:
    renew(store)  # this loads what only root may read
    age(store)
    kept = store.path.read_bytes()
    store.path.with_name("alcf-mcp.lock").unlink()
    tokens = auth().tokens
    with nothing_writable_below(Path.home()):
        renewed = await tokens.token()
        assert await tokens.token() == renewed
    assert globus.tokens[renewed.get_secret_value()].valid
    assert globus.refreshes == 2
    assert store.path.read_bytes() == kept
    assert "can't be kept" in caplog.text


async def test_a_rejected_token_is_renewed_once(globus: GlobusAuth, signed_in: SignedIn) -> None:
    tokens = auth().tokens
    renewed: set[str] = set()

    async def rejected() -> None:
        if other := await tokens.renewed(signed_in.access_token):
            renewed.add(other.get_secret_value())

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(rejected)
    (new,) = renewed
    assert globus.refreshes == 1
    assert await tokens.renewed(SecretStr(new)) is None  # a new token did not help: asking for more would not
    assert globus.refreshes == 1
    again = sign_in(globus)
    assert await tokens.renewed(SecretStr(new)) == again.access_token


async def test_a_rejected_token_of_the_second_store_is_renewed_there(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    age(store)
    globus.revoke_refresh_tokens()
    theirs = sign_in(globus, ALCF_TOKENS)
    tokens = auth().tokens
    assert await tokens.token() == theirs.access_token
    renewed = await tokens.renewed(theirs.access_token)
    assert renewed is not None
    assert globus.tokens[renewed.get_secret_value()].client_id == ALCF_TOKENS.client_id


async def test_a_rejected_token_that_can_t_be_renewed(globus: GlobusAuth, signed_in: SignedIn) -> None:
    globus.revoke_refresh_tokens()
    assert await auth().tokens.renewed(signed_in.access_token) is None


async def test_a_token_of_somebody_else_is_not_kept_over_theirs(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    tokens = auth().tokens
    age(store)
    await tokens.token()
    globus.person, globus.lifetime = BOB, 3600
    bob = sign_in(globus, replace=True)
    assert await tokens.token() == bob.access_token


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, True),
        ({"api_url": "https://API.alcf.anl.gov/api/v2"}, True),
        ({"api_url": "https://api.alcf.anl.gov.example.org/api/v1"}, False),
        ({"api_url": "https://example.org/api.alcf.anl.gov"}, False),
        ({"api_url": "http://127.0.0.1:8765/api/v1"}, False),
        ({"api_url": "https://example.org/api/v1", "trusted_hosts": "other.org, Example.org"}, True),
        ({"api_url": "https://sub.example.org/api/v1", "trusted_hosts": "example.org"}, False),
    ],
)
async def test_a_globus_token_is_for_alcf_and_who_the_person_names(
    globus: GlobusAuth, signed_in: SignedIn, settings: dict[str, str], trusted: bool
) -> None:
    tokens = Auth.of(load_settings(**settings)).tokens
    if trusted:
        assert await tokens.token() == signed_in.access_token
    else:
        with pytest.raises(HostNotTrusted) as caught:
            await tokens.token()
        assert "ALCF_MCP_TRUSTED_HOSTS=" in caught.value.hint


def test_the_sdk_is_loaded_when_a_token_is_first_needed(home: Path) -> None:
    code = """
import sys, anyio
from mcp import Client
from alcf_mcp.config import load_settings
from alcf_mcp.server import build_server
async def main():
    async with Client(build_server(load_settings())) as client:
        await client.list_tools()
        await client.call_tool("auth_status", {})
    print([name for name in sys.modules if name.partition(".")[0] in ("globus_sdk", "requests", "jwt")])
anyio.run(main)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
