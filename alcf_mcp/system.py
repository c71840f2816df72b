"""What differs between operating systems, in one place: locks, processes, owners, signals.

On Windows the server, the sign-in, the journal and the installation work. The local facility does not: its
jobs are POSIX processes.
"""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import suppress
from importlib import import_module

IS_POSIX = os.name == "posix"

_OF_THE_MACHINE = 0xEFFFFFFC
"""The namespace of the processes that Linux starts with."""


def try_lock(descriptor: int) -> None:
    """Lock an open file for this process until the file is closed, without waiting.

    Raises:
        BlockingIOError: another process has locked it.
        OSError: the file can't be locked, because its filesystem or this system has no locks.
    """
    with suppress(ImportError):
        fcntl = import_module("fcntl")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    try:
        msvcrt = import_module("msvcrt")  # Windows
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except ImportError:
        raise OSError("This system has no file locks") from None
    except PermissionError as error:
        raise BlockingIOError(str(error)) from None


def is_running(process: int) -> bool | None:
    """Whether there is a process of this number; ``None`` if that can't be told, as on Windows."""
    if not IS_POSIX:  # where this signal would end the process
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def numbered_by() -> str:
    """What gives processes their numbers: this machine, or a container on it that has numbers of its own."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 - what the link leads to has no path
    except OSError:  # not Linux
        namespace = _OF_THE_MACHINE
    of_container = "" if namespace == _OF_THE_MACHINE else f"#{namespace}"
    return f"{socket.gethostname()}{of_container}"


def is_open_to_others(status: os.stat_result) -> bool:
    """Whether a file or directory is the user's and others have any access to it.

    On Windows it inherits the access rights of the user's own directory.
    """
    return IS_POSIX and status.st_uid == os.getuid() and bool(status.st_mode & 0o077)


def account_name() -> str:
    """The user's account name on this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return f"user {os.getuid()}" if IS_POSIX else "the user"
