"""The facility's paths on this computer, as a jail: no path or symbolic link leads out of it.

Standard library only, because a job's supervisor uses it too.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path, PurePosixPath

_MAX_LINKS = 40  # as Linux


class OutsideTree(PermissionError):
    """A path leads out of the facility's filesystems, or into another user's home."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EACCES, os.strerror(errno.EACCES), path)


class Tree:
    """The directories behind ``/eagle`` (also reached as ``/lus/eagle``) and ``/home``.

    Args:
        root: the directory that holds ``eagle`` and ``home``.
        username: the user whose home is open; all others are closed.
        projects: the names of the projects, each with a directory on Eagle.
    """

    def __init__(self, root: Path, username: str, projects: tuple[str, ...] = ()) -> None:
        self.root = root
        self.username = username
        self._owned = {root / "home" / username, *(root / "eagle" / project for project in projects)}

    @property
    def home(self) -> str:
        """The user's home, as the facility names it."""
        return f"/home/{self.username}"

    def create(self) -> None:
        """Create whatever is missing of the filesystems, the home and the projects' directories."""
        for place in (self.root / "eagle", *self._owned):
            place.mkdir(parents=True, exist_ok=True)

    def locate(self, path: str, *, follow: bool = True) -> Path:
        """Find the place of a facility path on this computer.

        Every symbolic link is resolved here, and an absolute target is taken as a facility path. So the
        result contains no link, except possibly in its last part if ``follow`` is false.

        Args:
            path: an absolute facility path; it need not exist.
            follow: whether to follow a link in the last part.

        Raises:
            OutsideTree: the path leads out of the tree or into another user's home.
            OSError: too many levels of symbolic links; a part that is not a directory.
        """
        pending = _parts(path)[::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                done = done[:-1]
                continue
            here = self._on_disk([*done, part])
            if here is not None and (pending or follow) and here.is_symlink():
                links += 1
                if links > _MAX_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                target = here.readlink().as_posix()
                done = [] if target.startswith("/") else done
                pending += _parts(target)[::-1]
            else:
                done.append(part)
        place = self._on_disk(done)
        if place is None:
            raise OutsideTree(path)
        return place

    def is_fixed(self, place: Path) -> bool:
        """Whether a place belongs to the facility itself: a root, the home, a project's directory."""
        return place in self._owned or place.parent == self.root

    def _on_disk(self, parts: list[str]) -> Path | None:
        if parts[:2] == ["lus", "eagle"]:
            parts = parts[1:]
        if not parts or parts[0] not in ("eagle", "home"):
            return None
        if parts[0] == "home" and len(parts) > 1 and parts[1] != self.username:
            raise OutsideTree("/" + "/".join(parts))
        return self.root.joinpath(*parts)


def _parts(path: str) -> list[str]:
    return [part for part in PurePosixPath(path).parts if part.strip("/") not in ("", ".")]
