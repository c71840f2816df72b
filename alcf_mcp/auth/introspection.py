"""What Globus Auth says about a token to the owners of the service that the token is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from alcf_mcp.auth.causes import NOT_ACTIVE, SESSION_OVER, WRONG_PROVIDER, Cause
from alcf_mcp.auth.clients import POLICY, SCOPE
from alcf_mcp.auth.errors import AuthError

ALCF_DOMAIN = "alcf.anl.gov"


class ServiceCredentials(BaseSettings):
    """The service's confidential client, from the environment or a ``.env`` file."""

    model_config = SettingsConfigDict(
        env_prefix="GLOBUS_SERVICE_API_", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)


def service_credentials(env_file: Path) -> ServiceCredentials:
    """Find the credentials.

    Raises:
        AuthError: they are not set anywhere.
    """
    try:
        return ServiceCredentials(_env_file=env_file)
    except (ValidationError, OSError, ValueError):
        raise AuthError(
            "Only the owners of the service's Globus client can introspect a token",
            hint="Set GLOBUS_SERVICE_API_CLIENT_ID and GLOBUS_SERVICE_API_CLIENT_SECRET in the environment, "
            f"or in {env_file}. Everyone else can use `alcf-mcp auth status`.",
        ) from None


def introspect(token: SecretStr, credentials: ServiceCredentials) -> dict[str, Any]:
    """Ask Globus Auth for everything that it knows about a token. Blocks.

    Raises:
        AuthError: Globus can't be reached, or refuses the credentials.
    """
    import globus_sdk  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.auth.globus import told  # noqa: PLC0415
    from alcf_mcp.auth.network import transport  # noqa: PLC0415

    refused = AuthError("Globus does not accept the service's credentials", hint="Check both of them.")
    secret = credentials.client_secret.get_secret_value()
    client = globus_sdk.ConfidentialAppAuthClient(credentials.client_id, secret, transport=transport())
    with told(refused), client as service:
        answer = service.post(
            "/v2/oauth2/token/introspect",
            data={
                "token": token.get_secret_value(),
                "include": "session_info,identity_set_detail",
                "authentication_policies": POLICY,
            },
            encoding="form",
        )
        return dict(answer.data)


def problems(found: dict[str, Any]) -> Iterator[Cause]:
    """Yield the known problems that a response shows."""
    if not found.get("active"):
        yield NOT_ACTIVE
        return
    if SCOPE not in str(found.get("scope", "")).split():
        yield Cause("wrong scope", f"The token is for another API: its scope lacks {SCOPE}.")
    if not any(name.endswith(f"@{ALCF_DOMAIN}") for name in _usernames(found)):
        yield WRONG_PROVIDER
    elif not _passes(found.get("policy_evaluations", {}).get(POLICY)):
        yield SESSION_OVER


def _usernames(found: dict[str, Any]) -> Iterator[str]:
    yield str(found.get("username", ""))
    for identity in found.get("identity_set_detail") or []:
        yield str(identity.get("username", ""))


def _passes(evaluation: Any) -> bool:
    return evaluation.get("evaluation") is True if isinstance(evaluation, dict) else evaluation is True
