"""A client's configuration file on disk, which is read whole, replaced whole and never lost."""

from __future__ import annotations

import glob
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alcf_mcp.install.errors import ClientError

_BOM = "\ufeff"


@dataclass(frozen=True)
class Content:
    """The content of a file.

    Args:
        raw: its bytes; ``None`` if there is no file.
        text: its text, without any byte order mark at its start.
    """

    raw: bytes | None
    text: str

    def encoded(self, text: str) -> bytes:
        """Encode another text for the same file."""
        mark = _BOM if self.raw and self.raw.startswith(_BOM.encode()) else ""
        return (mark + text).encode()


@dataclass(frozen=True)
class ConfigurationFile:
    """The file at ``path``; if that is a symbolic link, the file that it leads to."""

    path: Path

    def read(self) -> Content:
        """Read it.

        Raises:
            ClientError: it can't be read, or is not text.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Content(None, "")
        except OSError as error:
            raise ClientError(
                f"{self.path} can't be read ({error.strerror}). Make it readable, then run this again."
            ) from None
        try:
            return Content(raw, raw.decode().removeprefix(_BOM))
        except UnicodeDecodeError:
            raise ClientError(
                f"{self.path} is not UTF-8 text, and was left unchanged. "
                "Save it as UTF-8, then run this again."
            ) from None

    def replace(self, before: Content, text: str) -> Path | None:
        """Write a new text in one step, and return where the old one is kept, if there was one.

        Args:
            before: what was read; if the file has changed since, nothing is written.
            text: the new text.

        Raises:
            ClientError: it can't be written, or another program has written it in the meantime.
        """
        target = Path(os.path.realpath(self.path))
        self._check_writable(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            backup = None if before.raw is None else self._keep(before.raw)
            self._put(target, before, before.encoded(text))
        except OSError as error:
            raise ClientError(
                f"{target} can't be written ({error.strerror}), and was left unchanged. "
                "Make its directory writable, or add the entry by hand: --print shows it."
            ) from None
        return backup

    def _check_writable(self, target: Path) -> None:
        # Check the mode too, because root may write anything, and because renaming needs no permission.
        if target.exists() and not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
            raise ClientError(
                f"{target} is read-only, and was left unchanged. Make it writable (chmod u+w) if it is yours "
                "to edit. If a tool generates it, add what --print shows to the tool's own configuration."
            )

    def _keep(self, raw: bytes) -> Path:
        """Copy the old content to a file beside it that only the user can read, unless a copy exists."""
        prefix = f"{self.path.name}.before-alcf-mcp-"
        for older in sorted(self.path.parent.glob(f"{glob.escape(prefix)}*")):
            if older.read_bytes() == raw:
                return older
        clock = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        backup = self.path.with_name(prefix + clock)
        with os.fdopen(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
        return backup

    def _put(self, target: Path, before: Content, raw: bytes) -> None:
        number, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            if before.raw is not None:
                _keep_permissions(target, Path(temporary))
            if self.read().raw != before.raw:
                raise ClientError(f"Another program changed {self.path} in the meantime. Run this again.")
            os.replace(temporary, target)  # noqa: PTH105 - both are names
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise


def _keep_permissions(old: Path, new: Path) -> None:
    """Give a new file the mode and, where possible, the owner of the old one."""
    known = old.stat()
    new.chmod(stat.S_IMODE(known.st_mode))
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, known.st_uid, known.st_gid)
