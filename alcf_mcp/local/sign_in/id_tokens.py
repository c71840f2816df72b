"""What Globus signs about somebody who has signed in."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from alcf_mcp.local.sign_in.tokens import SignInSession

_SECONDS = 3600 * 48


class Signer:
    """Signs id tokens, with a key of its own process."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "alg": "RS512", "use": "sig", "kid": "local"}]}

    def id_token(
        self,
        session: SignInSession,
        *,
        issuer: str,
        audience: str,
        access_token: str,
        nonce: str | None,
        now: float,
    ) -> str:
        """Return a signed id token."""
        digest = hashlib.sha512(access_token.encode()).digest()[:32]
        claims = session.identity.claims | {
            "iss": issuer,
            "aud": audience,
            "iat": int(now),
            "exp": int(now) + _SECONDS,
            "last_authentication": int(session.authenticated_at),
            "at_hash": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        }
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode(claims, self._key, algorithm="RS512", headers={"kid": "local"})
