"""A token store on disk: who is signed in there, until when, and whether the file is in order."""

from __future__ import annotations

import json
import os
import stat
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from alcf_mcp.auth.clients import ACCESS_TOKEN_SECONDS, RESOURCE_SERVER, SESSION_SECONDS, GlobusClient
from alcf_mcp.auth.errors import StoreClosed, StoreDamaged
from alcf_mcp.auth.locking import only_one

if TYPE_CHECKING:
    from globus_sdk.token_storage import TokenStorageData

_OPENID = "auth.globus.org"
_LOOKS = 4
_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class SignedIn:
    """A sign-in as its store records it.

    Args:
        access_token: the token for the facility.
        expires_at: when that token expires, in seconds since 1970.
        identity_id: whose sign-in it is.
        username: the identity's name, if this program made the sign-in.
        signed_in_at: when the user signed in, as far as is known.
    """

    access_token: SecretStr
    expires_at: float
    identity_id: str | None = None
    username: str | None = None
    signed_in_at: float | None = None

    @property
    def identity(self) -> str | None:
        """The identity's name, or else its id."""
        return self.username or self.identity_id

    @property
    def again_by(self) -> float | None:
        """When the facility requires the user to sign in again."""
        return None if self.signed_in_at is None else self.signed_in_at + SESSION_SECONDS

    def lasts(self, seconds: float) -> bool:
        """Whether the token will still be valid after that many seconds."""
        return self.expires_at > time.time() + seconds


class TokenStore:
    """The store of one Globus application.

    Args:
        client: the application.
    """

    def __init__(self, client: GlobusClient) -> None:
        self.client = client
        self.path = client.store_path
        self._note = self.path.with_name("alcf-mcp.json")
        self._seen: tuple[object, SignedIn | None] | None = None

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes of this program from changing the store in the meantime."""
        return only_one(self.path.with_name("alcf-mcp.lock"))

    def read(self) -> SignedIn | None:
        """Return who is signed in, ``None`` for nobody. The file is read again only if it has changed.

        Raises:
            StoreDamaged: the file contains something other than tokens.
            StoreClosed: the file can't be read.
        """
        try:
            now = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._closed(error) from None
        signature = (now.st_mtime_ns, now.st_size, now.st_ino)
        if self._seen is None or self._seen[0] != signature:
            self._seen = (signature, self._signed_in(self._entries()))
        return self._seen[1]

    def note(self, username: str | None) -> None:
        """Record whose new sign-in this is, and when it was made; for display only."""
        openid = self._entries().get(_OPENID)
        note = {
            "username": username,
            "signed_in_at": time.time(),
            "openid_expires_at": openid.expires_at_seconds if openid else None,
        }
        with suppress(OSError):  # the sign-in works without it
            self._note.write_text(json.dumps(note), encoding="utf-8")
        self._seen = None

    def put_aside(self) -> Path | None:
        """Rename a damaged file, so that a new one can be written; returns its new path."""
        try:
            self.read()
        except StoreDamaged:
            aside = self.path.with_name(f"{self.path.name}.damaged-{int(time.time())}")
            self.path.rename(aside)
            return aside
        return None

    def remove(self) -> None:
        """Delete the store."""
        for path in (self.path, self._note):
            path.unlink(missing_ok=True)

    def check_writable(self) -> None:
        """Check before a sign-in that its tokens can be stored.

        Raises:
            StoreClosed: they can't be stored.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._closed(error) from None
        if not os.access(self.path.parent, os.W_OK | os.X_OK):
            raise StoreClosed(f"{self.path.parent} can't be written, so a sign-in could not be stored")

    def exposure(self) -> str | None:
        """Return what is wrong with the file's permissions, if others can read or change it."""
        with suppress(OSError):
            mode = stat.S_IMODE(self.path.stat().st_mode)
            if mode & 0o077:
                return f"Others on this machine can open {self.path} (mode {mode:o}): run chmod 600 on it."
        return None

    def _entries(self) -> dict[str, TokenStorageData]:
        from alcf_mcp.auth.storage import WholeFileStorage  # noqa: PLC0415 - loads globus_sdk

        for look in range(_LOOKS):
            try:
                return WholeFileStorage(self.path).get_token_data_by_resource_server()
            except OSError as error:
                raise self._closed(error) from None
            except (ValueError, TypeError, AttributeError, KeyError):
                # ALCF's script truncates the file and rewrites it: read again before calling it damaged.
                if look + 1 < _LOOKS:
                    time.sleep(_BETWEEN_LOOKS)
        raise StoreDamaged(f"The token file {self.path} is damaged: it can't be parsed")

    def _signed_in(self, entries: dict[str, TokenStorageData]) -> SignedIn | None:
        entry = entries.get(RESOURCE_SERVER)
        if entry is None:
            return None
        openid = entries.get(_OPENID)
        username, signed_in_at = self._noted(openid)
        if signed_in_at is None and openid is not None:
            # This token is never renewed, so it still shows when it was issued.
            signed_in_at = openid.expires_at_seconds - ACCESS_TOKEN_SECONDS
        return SignedIn(
            SecretStr(entry.access_token),
            expires_at=entry.expires_at_seconds,
            identity_id=entry.identity_id,
            username=username,
            signed_in_at=signed_in_at,
        )

    def _noted(self, openid: TokenStorageData | None) -> tuple[str | None, float | None]:
        """Return the note, if it is about this sign-in and not about an earlier one."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            if openid is not None and note["openid_expires_at"] == openid.expires_at_seconds:
                return note["username"], float(note["signed_in_at"])
        except (OSError, ValueError, TypeError, KeyError):
            pass
        return None, None

    def _closed(self, error: OSError) -> StoreClosed:
        return StoreClosed(f"The token file {self.path} can't be used ({error.strerror})")
