"""Signing in, renewing and signing out, with the real SDK and a Globus Auth on this machine."""

import json
import stat
from pathlib import Path

import pytest
from globus_sdk.globus_app import GlobusAppConfig, UserApp
from globus_sdk.token_storage import JSONTokenStorage
from pydantic import SecretStr

from alcf_mcp.auth import SignedIn, TokenStore
from alcf_mcp.auth.clients import ALCF, CLIENTS, POLICY, RESOURCE_SERVER, SCOPE, GlobusClient
from alcf_mcp.auth.errors import (
    CodeRefused,
    GlobusUnavailable,
    IdentityChanged,
    NotSignedIn,
    SignInOver,
    StoreClosed,
    StoreDamaged,
)
from alcf_mcp.auth.globus import Attempt, renew, sign_out
from tests.auth.conftest import age, auth, sign_in
from tests.auth.globus_auth import ADA, BOB, GlobusAuth, query_of, stored


def alcf_script() -> UserApp:
    """The application as ALCF's own script sets it up."""
    return UserApp(
        "alcf_facility_api_app",
        client_id=ALCF.client_id,
        scope_requirements={RESOURCE_SERVER: [SCOPE]},
        config=GlobusAppConfig(request_refresh_tokens=True),
    )


async def test_the_first_sign_in(globus: GlobusAuth, store: TokenStore) -> None:
    with pytest.raises(NotSignedIn):
        await auth().tokens.token()
    signed_in = sign_in(globus)
    assert signed_in.identity == ADA.username
    assert signed_in.identity_id == ADA.id
    token = await auth().tokens.token()
    assert globus.tokens[token.get_secret_value()].scope == SCOPE
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_address_asks_for_what_the_facility_wants(globus: GlobusAuth) -> None:
    asked = query_of(Attempt(ALCF).url)
    assert asked["client_id"] == ALCF.client_id
    assert set(asked["scope"].split()) == {"openid", "profile", SCOPE}
    assert asked["session_required_policies"] == POLICY
    assert asked["access_type"] == "offline"
    assert "prompt" not in asked
    assert query_of(Attempt(ALCF, again=True).url)["prompt"] == "login"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("environment", ["production", "preview"])
def test_the_store_is_where_the_sdk_keeps_it(
    globus: GlobusAuth, monkeypatch: pytest.MonkeyPatch, client: GlobusClient, environment: str
) -> None:
    monkeypatch.setenv("GLOBUS_SDK_ENVIRONMENT", environment)
    config = GlobusAppConfig(request_refresh_tokens=True)
    with UserApp(client.app_name, client_id=client.client_id, config=config) as app:
        storage = app.token_storage.token_storage
        assert isinstance(storage, JSONTokenStorage)
        assert storage.filepath == str(client.store_path)


async def test_signed_in_here_is_signed_in_there(globus: GlobusAuth, signed_in: SignedIn) -> None:
    with alcf_script() as app:
        assert not app.login_required()
        header = app.get_authorizer(RESOURCE_SERVER).get_authorization_header()
    assert header == f"Bearer {(await auth().tokens.token()).get_secret_value()}"


async def test_renewed_there_is_renewed_here(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    age(store)
    with alcf_script() as app:
        header = app.get_authorizer(RESOURCE_SERVER).get_authorization_header()
    assert header == f"Bearer {(await auth().tokens.token()).get_secret_value()}"
    assert globus.refreshes == 1
    found = store.read()
    assert found is not None
    assert found.again_by == signed_in.again_by


def test_a_sign_in_by_the_script_tells_when_the_seven_days_end(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    store.path.with_name("alcf-mcp.json").unlink()
    found = TokenStore(ALCF).read()
    assert found is not None
    assert found.identity == ADA.id
    assert found.again_by == pytest.approx(signed_in.again_by, abs=5)


def test_a_renewal_changes_the_facility_s_token_alone(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    before = stored(store.path)
    renewed = renew(store)
    after = stored(store.path)
    assert renewed.access_token != signed_in.access_token
    assert renewed.username == ADA.username
    assert after["auth.globus.org"] == before["auth.globus.org"]
    assert after[RESOURCE_SERVER]["refresh_token"] == before[RESOURCE_SERVER]["refresh_token"]
    assert after[RESOURCE_SERVER]["identity_id"] == ADA.id


def test_a_revoked_refresh_token(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    globus.revoke_refresh_tokens()
    with pytest.raises(SignInOver, match="no longer renews"):
        renew(store)


def test_a_code_fits_its_own_attempt_alone(globus: GlobusAuth, store: TokenStore) -> None:
    code = SecretStr(globus.approve(Attempt(ALCF).url))
    with pytest.raises(CodeRefused):
        Attempt(ALCF).finish(code, store)
    assert not store.path.exists()


def test_a_code_is_worth_one_sign_in(globus: GlobusAuth, store: TokenStore) -> None:
    attempt = Attempt(ALCF)
    code = SecretStr(globus.approve(attempt.url))
    attempt.finish(code, store)
    with pytest.raises(CodeRefused):
        attempt.finish(code, store)


def test_another_identity_is_told_and_replaces_the_first_only_on_purpose(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.person = BOB
    kept = store.path.read_bytes()
    with pytest.raises(IdentityChanged) as caught:
        sign_in(globus)
    assert "--force" in caught.value.hint
    assert BOB.id in str(caught.value)
    assert store.path.read_bytes() == kept
    assert [token.identity for token in globus.tokens.values() if token.valid] == [ADA, ADA]

    assert sign_in(globus, replace=True).identity == BOB.username
    assert {token.identity for token in globus.refresh_tokens.values() if token.valid} == {BOB}


@pytest.mark.parametrize("content", ["", '{"data": {"DEF', "[]", '{"format_version": "9.0", "data": {}}'])
def test_a_damaged_file_is_told_and_left_as_it_is(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, content: str
) -> None:
    store.path.write_text(content)
    with pytest.raises(StoreDamaged) as caught:
        store.read()
    assert str(store.path) in str(caught.value)
    with pytest.raises(StoreDamaged):
        sign_in(globus)
    assert store.path.read_text() == content

    assert sign_in(globus, replace=True).identity == ADA.username
    (aside,) = store.path.parent.glob("*.damaged-*")
    assert aside.read_text() == content


def test_a_file_that_is_written_right_now_is_looked_at_again(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    import threading  # noqa: PLC0415

    whole = store.path.read_text()
    store.path.write_text(whole[:40])
    later = threading.Timer(0.06, lambda: store.path.write_text(whole))
    later.start()
    found = store.read()
    later.join()
    assert found is not None
    assert found.access_token == signed_in.access_token


def test_a_home_that_can_t_be_written_is_told_before_the_trouble(home: Path, store: TokenStore) -> None:
    (home / ".globus").write_text("in the way")
    with pytest.raises(StoreClosed):
        store.check_writable()
    assert store.read() is None


def test_signing_out_revokes_and_removes(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    assert sign_out(store)
    assert not [token for token in [*globus.tokens.values(), *globus.refresh_tokens.values()] if token.valid]
    assert not store.path.exists()
    assert store.read() is None


def test_signing_out_of_a_damaged_file_is_refused(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    store.path.write_text("{")
    with pytest.raises(StoreDamaged):
        sign_out(store)
    assert store.path.read_text() == "{"


def test_signing_out_without_globus_still_removes(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    globus.failing = True
    assert not sign_out(store)
    assert not store.path.exists()


def test_globus_is_away(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", "http://127.0.0.1:9")
    with pytest.raises(GlobusUnavailable, match="can't be reached"):
        renew(store)


def test_a_file_that_others_can_read_is_reported_and_made_private_by_the_next_renewal(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore
) -> None:
    store.path.chmod(0o644)
    assert "chmod 600" in auth().status_in_files().remarks[0]
    renew(store)
    assert auth().status_in_files().remarks == []


def test_a_linked_file_stays_a_link(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    elsewhere = store.path.rename(store.path.with_name("elsewhere.json"))
    store.path.symlink_to(elsewhere)
    renew(store)
    assert store.path.is_symlink()
    assert json.loads(elsewhere.read_text())["format_version"] == "2.0"
    assert list(store.path.parent.glob(".tokens-*")) == []


def test_nothing_shows_a_token(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    shown = (
        f"{signed_in!r} {store!r} {auth()!r} {auth().tokens!r} {auth().status_in_files()!r} {Attempt(ALCF)!r}"
    )
    assert not [secret for secret in globus.secrets if secret in shown]
