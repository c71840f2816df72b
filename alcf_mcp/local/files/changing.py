"""Operations that change the tree: mkdir, rm, chmod, chown, symlink, cp, mv, upload."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import shutil
from pathlib import Path
from typing import Any

from alcf_mcp.local.files import alcf_words
from alcf_mcp.local.files import arguments as args
from alcf_mcp.local.files.disk import Disk, OperationFailed
from alcf_mcp.local.files.entries import entry


def mkdir(disk: Disk, wanted: args.MkdirArguments) -> None:
    """Create a directory. It is an error if the directory exists, even with ``parent``."""
    disk.tree.locate(wanted.path).mkdir(parents=wanted.parent)


def rm(disk: Disk, wanted: args.Arguments) -> str:
    """Remove a file, or a directory with everything in it."""
    place = _movable(disk, wanted.path)
    if place.is_symlink() or not place.is_dir():
        place.unlink()
        return f"File {wanted.path} removed."
    shutil.rmtree(place)
    return f"Directory {wanted.path} removed."


def chmod(disk: Disk, wanted: args.ChmodArguments) -> dict[str, Any]:
    """Change a mode, and return the changed entry."""
    place = disk.locate(wanted.path)
    place.chmod(int(wanted.mode, 8))
    return entry(place, place.name)


def chown(disk: Disk, wanted: args.ChownArguments) -> dict[str, Any]:
    """Change owner, group or both, and return the changed entry."""
    place = disk.locate(wanted.path)
    try:
        uid = pwd.getpwnam(wanted.owner).pw_uid if wanted.owner else -1
    except KeyError:
        raise _unknown_owner(disk, "user", wanted.owner) from None
    try:
        gid = grp.getgrnam(wanted.group).gr_gid if wanted.group else -1
    except KeyError:
        raise _unknown_owner(disk, "group", wanted.group) from None
    os.chown(place, uid, gid)
    return entry(place, place.name)


def _unknown_owner(disk: Disk, kind: str, name: str) -> OperationFailed:
    return OperationFailed(f"chown: invalid {kind}: '{name}'" if disk.full else alcf_words.UNKNOWN_OWNER)


def symlink(disk: Disk, wanted: args.SymlinkArguments) -> dict[str, Any]:
    """Create a link. Its target stays within the tree, because absolute targets are facility paths."""
    disk.tree.locate(wanted.path)
    link = disk.tree.locate(wanted.link_path, follow=False)
    link.symlink_to(wanted.path)
    return entry(link, link.name)


def cp(disk: Disk, wanted: args.CopyArguments) -> dict[str, Any]:
    """Copy a file, or a directory with everything in it."""
    source = disk.locate(wanted.path)
    target = disk.destination(wanted.target_path, source)
    if target == source or target.is_relative_to(source):
        raise OperationFailed(f"cp: cannot copy '{wanted.path}' into itself, '{wanted.target_path}'")
    for relative, place in list(disk.walk(wanted.path, dereference=wanted.dereference)):
        _copy_one(place, target / relative)
    return entry(target, target.name)


def _copy_one(place: Path, target: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        target.mkdir(exist_ok=True)
    elif place.is_file() or place.is_symlink():
        shutil.copy2(place, target, follow_symlinks=False)


def mv(disk: Disk, wanted: args.TwoPaths) -> dict[str, Any]:
    """Move or rename a file or directory."""
    source = _movable(disk, wanted.path)
    target = disk.destination(wanted.target_path, source)
    source.rename(target)
    return entry(target, target.name)


def upload(disk: Disk, wanted: args.Upload) -> str:
    """Put uploaded content at a path, replacing any existing file."""
    place = disk.tree.locate(wanted.path)
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), wanted.path)
    spool = Path(wanted.spool)
    try:
        shutil.copyfile(spool, place)
    finally:
        spool.unlink(missing_ok=True)
    return f"File {wanted.path} uploaded."


def _movable(disk: Disk, path: str) -> Path:
    place = disk.locate(path, follow=False)
    if disk.tree.is_fixed(place):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return place
