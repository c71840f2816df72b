"""The last answer of each feed, shared by a user's processes, so that together they ask once a minute."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alcf_mcp.private import make_private_directory
from alcf_mcp.system import try_lock

KEPT_SECONDS = 60.0
"""The feed is written anew about once a minute, so asking more often tells nothing new."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What came of asking for a feed.

    Attributes:
        asked_at: when it was asked for, in seconds since the epoch.
        reason: why the activity is not known; empty if it is.
        content: the feed as it was served; empty if the activity is not known.
    """

    asked_at: float
    reason: str = ""
    content: bytes = b""

    def is_fresh(self, now: float) -> bool:
        """Whether it is too early to ask again. A clock that was set back does not prolong that."""
        return 0 <= now - self.asked_at < KEPT_SECONDS


@dataclass(frozen=True, slots=True)
class FeedCache:
    """Answers of feeds in a directory that only the user can enter, one file for each."""

    directory: Path

    def read(self, name: str) -> KeptAnswer | None:
        """Return what is kept under a name, if anything can be read there."""
        try:
            head, _, content = (self.directory / f"{name}.json").read_bytes().partition(b"\n")
            kept = KeptAnswer(**json.loads(head), content=content)
            return kept if isinstance(kept.asked_at, float) and isinstance(kept.reason, str) else None
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def write(self, name: str, answer: KeptAnswer) -> None:
        """Keep an answer under a name.

        Raises:
            OSError: it can't be written.
        """
        make_private_directory(self.directory)
        head = json.dumps({"asked_at": answer.asked_at, "reason": answer.reason}).encode()
        written = self.directory / f"{name}.{os.getpid()}"
        try:
            with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
                file.write(head + b"\n" + answer.content)
            written.replace(self.directory / f"{name}.json")
        except OSError:
            written.unlink(missing_ok=True)
            raise

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Take the turn to ask for a feed, unless another process has it.

        Returns:
            Whether this process has it. Where there can be no lock, nobody waits for another.
        """
        descriptor = self._lock_file(name)
        if descriptor is None:
            yield True
            return
        try:
            yield _locked(descriptor)
        finally:
            os.close(descriptor)  # which releases the lock

    def _lock_file(self, name: str) -> int | None:
        try:
            make_private_directory(self.directory)
            return os.open(self.directory / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None


def _locked(descriptor: int) -> bool:
    try:
        try_lock(descriptor)
    except BlockingIOError:
        return False
    except OSError:  # a filesystem without locks
        return True
    return True
