"""The people who can sign in."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from alcf_mcp.auth.introspection import ALCF_DOMAIN

_NAMESPACE = uuid.UUID("0b8f5c0e-0f0f-4b57-9d8a-3f2f6f0c7d11")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}(@[a-z0-9.-]+)?")


@dataclass(frozen=True)
class LocalIdentity:
    """Somebody at an identity provider.

    Args:
        username: such as ``ada@alcf.anl.gov``; what follows the ``@`` is the provider.
    """

    username: str

    @classmethod
    def parse(cls, name: str) -> LocalIdentity:
        """Return who is named: ``ada`` is ``ada@alcf.anl.gov``.

        Raises:
            ValueError: it is no name.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no login name: use lower-case letters, digits, '-' and '_'")
        return cls(name if "@" in name else f"{name}@{ALCF_DOMAIN}")

    @property
    def id(self) -> str:
        """The identity's UUID, the same in every process."""
        return str(uuid.uuid5(_NAMESPACE, self.username))

    @property
    def login(self) -> str:
        """The login name at the facility."""
        return self.username.partition("@")[0]

    @property
    def provider(self) -> str:
        """The domain of the identity provider."""
        return self.username.partition("@")[2]

    @property
    def claims(self) -> dict[str, Any]:
        """What Globus tells of somebody to those who may know."""
        return {
            "sub": self.id,
            "preferred_username": self.username,
            "name": self.login.capitalize(),
            "email": self.username,
            "identity_provider": str(uuid.uuid5(_NAMESPACE, self.provider)),
            "identity_provider_display_name": self.provider,
        }
