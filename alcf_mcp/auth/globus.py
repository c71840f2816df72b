"""Requests to Globus Auth: sign-in, renewal, sign-out. Everything here blocks: run it in a thread.

Importing this module loads globus_sdk, so the rest of the package imports it only where it is used.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import globus_sdk
import jwt
from globus_sdk.authorizers import RefreshTokenAuthorizer
from globus_sdk.globus_app import GlobusAppConfig, UserApp
from globus_sdk.token_storage import TokenValidationError
from globus_sdk.token_storage.validating_token_storage import IdentityMismatchError
from globus_sdk.transport import RetryConfig
from pydantic import SecretStr

from alcf_mcp.auth.clients import POLICY, RESOURCE_SERVER, SCOPE, GlobusClient
from alcf_mcp.auth.errors import (
    AuthError,
    CodeRefused,
    GlobusUnavailable,
    IdentityChanged,
    NotSignedIn,
    SignInOver,
    StoreClosed,
    StoreDamaged,
)
from alcf_mcp.auth.network import transport
from alcf_mcp.auth.storage import WholeFileStorage
from alcf_mcp.auth.store import SignedIn, TokenStore
from alcf_mcp.iri.certificates import WHERE_INSPECTED, why_distrusted
from alcf_mcp.iri.errors import WrongEnvironment

log = logging.getLogger(__name__)

# The session must satisfy the facility's policy; the profile gives the identity its name.
_SCOPES = ["openid", "profile", SCOPE]


class Attempt:
    """One sign-in, from its address to its tokens; it holds the secret half of its PKCE challenge.

    Args:
        client: the application to sign in with.
        again: let Globus ask for the password even if the browser is already signed in.
    """

    def __init__(self, client: GlobusClient, *, again: bool = False) -> None:
        self.client = client
        self._login = _login_client(client)
        self._login.oauth2_start_flow(
            _SCOPES, refresh_tokens=True, prefill_named_grant=f"alcf-mcp on {platform.node()}"
        )
        self.url = self._login.oauth2_get_authorize_url(
            session_required_policies=[POLICY], query_params={"prompt": "login"} if again else {}
        )

    def finish(self, code: SecretStr, store: TokenStore, *, replace: bool = False) -> SignedIn:
        """Exchange the code for tokens and keep them.

        Args:
            code: the code that Globus showed to the user.
            store: where the tokens go.
            replace: sign out whoever is signed in there, and move a damaged file aside.

        Raises:
            AuthError: the code is not valid, Globus can't be reached, or the tokens can't be kept.
        """
        try:
            with told(CodeRefused("Globus did not accept the authorization code")):
                answer = self._login.oauth2_exchange_code_for_tokens(code.get_secret_value().strip())
            with told(), store.locked():
                if replace:
                    _clear(store)
                store.read()  # a damaged file is reported as such, not as the SDK's error
                return self._keep(answer, store)
        except IdentityChanged:
            self._revoke(answer)
            raise
        finally:
            self._login.close()

    def _keep(self, answer: globus_sdk.OAuthAuthorizationCodeResponse, store: TokenStore) -> SignedIn:
        decoder = globus_sdk.IDTokenDecoder(self._login)
        claims: dict[str, Any] = decoder.decode(answer["id_token"])
        try:
            with _app(store, decoder) as app:
                app.token_storage.store_token_response(answer)
        except OSError as error:
            raise StoreClosed(f"{store.path} can't be written ({error.strerror})") from None
        store.note(claims.get("preferred_username"))
        signed_in = store.read()
        assert signed_in is not None  # noqa: S101 - it was just stored
        return signed_in

    def _revoke(self, answer: globus_sdk.OAuthAuthorizationCodeResponse) -> None:
        with suppress(globus_sdk.GlobusError), _login_client(self.client) as login:
            for tokens in answer.by_resource_server.values():
                _revoke(login, tokens["access_token"], tokens["refresh_token"])


def renew(store: TokenStore) -> SignedIn:
    """Get a new access token with the refresh token, and store it. The caller holds the store's lock.

    If the store can't be written, the token still works for this process.

    Raises:
        AuthError: see the hierarchy.
    """
    with told(SignInOver("Globus no longer renews the sign-in: it was revoked, or has expired")):
        with _app(store) as app:
            authorizer = app.get_authorizer(RESOURCE_SERVER)
            assert isinstance(authorizer, RefreshTokenAuthorizer)  # noqa: S101 - as the app is configured
            authorizer.handle_missing_authorization()  # whatever the stored time says
            try:
                authorizer.ensure_valid_token()
            except OSError as error:
                log.warning("The renewed token can't be kept in %s: %s", store.path, error.strerror)
                return _in_memory(authorizer, store)
        renewed = store.read()
    assert renewed is not None  # noqa: S101 - it was just stored
    log.info("Renewed the %s", store.client.name)
    return renewed


def sign_out(store: TokenStore) -> bool:
    """Revoke the tokens of a store and remove it; returns whether Globus confirmed the revocation.

    Raises:
        AuthError: the file can't be read or removed.
    """
    with told(), store.locked():
        store.read()  # nothing in a damaged file could be revoked: say so
        return _clear(store)


def _clear(store: TokenStore) -> bool:
    if store.put_aside() or not store.path.exists():
        return True
    entries = WholeFileStorage(store.path).get_token_data_by_resource_server().values()
    revoked = True
    with _login_client(store.client) as login:
        for entry in entries:
            try:
                _revoke(login, entry.access_token, entry.refresh_token)
            except globus_sdk.GlobusError as error:
                log.warning("A token could not be revoked: %s", type(error).__name__)
                revoked = False
    store.remove()
    return revoked


def _revoke(login: globus_sdk.AuthLoginClient, *tokens: str | None) -> None:
    for token in tokens:
        if token:
            login.oauth2_revoke_token(token)


def _in_memory(authorizer: RefreshTokenAuthorizer, store: TokenStore) -> SignedIn:
    before = store.read()
    assert before is not None  # noqa: S101 - there was a refresh token in it
    assert authorizer.access_token is not None  # noqa: S101 - it was just renewed
    return SignedIn(
        SecretStr(authorizer.access_token),
        expires_at=authorizer.expires_at or 0,
        identity_id=before.identity_id,
        username=before.username,
        signed_in_at=before.signed_in_at,
    )


def _login_client(client: GlobusClient) -> globus_sdk.NativeAppAuthClient:
    return globus_sdk.NativeAppAuthClient(
        client.client_id,
        app_name=client.app_name,
        transport=transport(),
        retry_config=RetryConfig(max_retries=1, max_sleep=1),
    )


@contextmanager
def _app(store: TokenStore, decoder: globus_sdk.IDTokenDecoder | None = None) -> Iterator[UserApp]:
    """The application with its storage; it validates what is read and written, and never prompts."""
    with ExitStack() as opened:
        login = opened.enter_context(_login_client(store.client))
        config = GlobusAppConfig(
            token_storage=WholeFileStorage(store.path),
            request_refresh_tokens=True,
            token_validation_error_handler=None,
            id_token_decoder=decoder or globus_sdk.IDTokenDecoder(login),
        )
        yield opened.enter_context(
            UserApp(
                store.client.app_name,
                login_client=login,
                scope_requirements={RESOURCE_SERVER: [SCOPE]},
                config=config,
            )
        )


@contextmanager
def told(refused: AuthError | None = None) -> Iterator[None]:
    """Turn the SDK's exceptions into our own errors; none of them quotes what was sent."""
    try:
        yield
    except AuthError:
        raise
    except WrongEnvironment as error:
        raise GlobusUnavailable(str(error), error.hint) from None
    except IdentityMismatchError as error:
        raise IdentityChanged(
            f"This identity ({error.new_id}) is not the one that was signed in before ({error.stored_id})"
        ) from None
    except TokenValidationError:
        raise NotSignedIn("The stored sign-in lacks what the facility's API needs") from None
    except globus_sdk.GlobusAPIError as error:
        if refused and error.http_status < 500 and error.http_status != 429:
            raise refused from None
        raise GlobusUnavailable(f"Globus failed (HTTP {error.http_status})") from None
    except globus_sdk.NetworkError as error:
        if distrust := why_distrusted(error):
            raise GlobusUnavailable(
                f"This machine does not trust Globus's certificate ({distrust})", hint=WHERE_INSPECTED
            ) from None
        raise GlobusUnavailable(f"Globus can't be reached ({type(error).__name__})") from None
    except jwt.PyJWTError as error:
        raise GlobusUnavailable(
            f"Globus's answer can't be verified ({type(error).__name__})",
            hint="Check that this machine's clock is right, then sign in again.",
        ) from None
    except OSError as error:
        raise StoreClosed(f"The token file can't be used ({error.strerror})") from None
    except (KeyError, TypeError, ValueError) as error:
        if "different identity_id" in str(error):
            raise StoreDamaged("The token file holds tokens of different identities") from None
        raise GlobusUnavailable(
            f"Globus sent a response that can't be understood ({type(error).__name__})"
        ) from None
