"""The server's secret keys: what is signed or encrypted with one replica's can be read by all."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alcf_mcp.config import SettingsError

FEWEST_CHARACTERS = 32


@dataclass(frozen=True, repr=False)
class ServerKeys:
    """The keys, newest first. The newest one signs and encrypts; the others still read what they wrote.

    To change a key, put the new one in front on every replica, and remove the old one after a week.
    """

    secrets: tuple[str, ...]

    @classmethod
    def parse(cls, value: str) -> ServerKeys:
        """Parse the setting: keys with commas or spaces between them.

        Raises:
            SettingsError: there is none, or one is too short to be safe.
        """
        secrets = tuple(filter(None, re.split(r"[\s,]+", value)))
        if not secrets or min(map(len, secrets)) < FEWEST_CHARACTERS:
            raise SettingsError.about(
                "server_keys",
                f"each needs at least {FEWEST_CHARACTERS} characters: make one with `openssl rand -hex 32`",
            )
        return cls(secrets)

    def signing(self) -> bytes:
        """The key that signs clients' tokens."""
        return self._derived("tokens")[0]

    def request_state(self) -> list[bytes]:
        """The keys that seal what a client carries from a question to its answer."""
        return self._derived("questions")

    def pages(self) -> bytes:
        """The key that signs the forms of the server's own pages."""
        return self._derived("pages")[0]

    def storage(self) -> MultiFernet:
        """What encrypts stored sign-ins."""
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self._derived("storage")])

    def _derived(self, purpose: str) -> list[bytes]:
        info = f"alcf-mcp {purpose}".encode()
        return [HKDF(SHA256(), 32, salt=None, info=info).derive(secret.encode()) for secret in self.secrets]
