"""What the service says about a token to those who may ask."""

from __future__ import annotations

from typing import Any

from alcf_mcp.local.sign_in.tokens import IssuedToken


def introspected(
    token: IssuedToken, *, issuer: str, include: str, policies: str, passes: bool
) -> dict[str, Any]:
    """Describe a valid token.

    Args:
        token: the token.
        issuer: the service's address.
        include: what else is asked for: ``session_info``, ``identity_set_detail``, or both.
        policies: ids of the policies to evaluate.
        passes: whether the sign-in satisfies them.
    """
    identity = token.session.identity
    found: dict[str, Any] = {
        "active": True,
        "token_type": "Bearer",
        "iss": issuer,
        "sub": identity.id,
        "username": identity.username,
        "name": identity.claims["name"],
        "email": identity.claims["email"],
        "client_id": token.client_id,
        "aud": [token.resource_server],
        "scope": token.scope,
        "iat": int(token.issued_at),
        "nbf": int(token.issued_at),
        "exp": int(token.expires_at),
    }
    wanted = {name.strip() for name in include.split(",")}
    if "session_info" in wanted:
        authentication = {
            "auth_time": int(token.session.authenticated_at),
            "idp": identity.claims["identity_provider"],
        }
        found["session_info"] = {
            "session_id": token.session.id,
            "authentications": {identity.id: authentication},
        }
    if "identity_set_detail" in wanted:
        found["identity_set_detail"] = [identity.claims | {"username": identity.username, "status": "used"}]
    if asked := [name.strip() for name in policies.split(",") if name.strip()]:
        found["policy_evaluations"] = {policy: {"evaluation": passes} for policy in asked}
    return found
