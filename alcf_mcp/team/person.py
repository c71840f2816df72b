"""Who uses the server: the only key to what belongs to somebody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in. Two are the same if issuer and subject are.

    Args:
        issuer: who vouches for them, such as ``https://auth.globus.org``.
        subject: their identity there; it never changes and is never given to anybody else.
        username: what they are called there, such as ``ada@alcf.anl.gov``; it may change.
    """

    issuer: str
    subject: str
    username: str = field(default="", compare=False)

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> Person:
        """Whom the claims of a token are about."""
        return cls(claims["iss"], claims["sub"], claims.get("preferred_username", ""))

    def claims(self) -> dict[str, str]:
        """What a token says about them."""
        return {"iss": self.issuer, "sub": self.subject, "preferred_username": self.username}

    @property
    def key(self) -> str:
        """Their key where something is stored: letters and digits, so that it can name a directory."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()[:40]

    def __str__(self) -> str:
        return self.username or self.subject
