"""One process at a time may renew a token store."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alcf_mcp.auth.errors import StoreClosed
from alcf_mcp.system import try_lock

PATIENCE = 30.0
_INTERVAL = 0.02


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at this path. If it can't be made, nothing could be written either: go on without.

    Raises:
        StoreClosed: another process has held it for too long.
    """
    descriptor = _opened(path)
    if descriptor is None:
        yield
        return
    try:
        _acquire(descriptor, path)
        yield
    finally:
        os.close(descriptor)  # which releases the lock


def _opened(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def _acquire(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            try_lock(descriptor)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreClosed(
                    f"Another program has been renewing the sign-in for {PATIENCE:.0f} s ({path})",
                    hint="Try again in a minute.",
                ) from None
            time.sleep(_INTERVAL)
        except OSError:  # a filesystem or system without locks: atomic replacement still keeps the file whole
            return
