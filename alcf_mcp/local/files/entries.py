"""Directory entries as the API reports them."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFBLK: "block device",
    stat.S_IFCHR: "character device",
}


def entry(place: Path, name: str, *, numeric: bool = False) -> dict[str, Any]:
    """Describe the entry at a place, without following a link.

    Args:
        place: where it is on this computer.
        name: the name to report.
        numeric: report ids of user and group instead of names.

    Returns:
        The API's ``File``: ``size`` is a string, in bytes; ``permissions`` has nine characters.
    """
    status = place.lstat()
    user = partial(str, status.st_uid) if numeric else partial(user_name, status.st_uid)
    group = partial(str, status.st_gid) if numeric else partial(group_name, status.st_gid)
    return {
        "name": name,
        "type": _KINDS.get(stat.S_IFMT(status.st_mode), "unknown"),
        "link_target": os.fspath(place.readlink()) if stat.S_ISLNK(status.st_mode) else None,
        "user": user(),
        "group": group(),
        "permissions": stat.filemode(status.st_mode)[1:],
        "last_modified": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
        "size": str(status.st_size),
    }


def user_name(uid: int) -> str:
    """The user's name, or the number if there is no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """The group's name, or the number if there is no name for it."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
