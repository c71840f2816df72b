"""What the operations work on, and how they fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from alcf_mcp.local.tree import Tree


class OperationFailed(Exception):
    """An operation failed; the message is what the facility reports."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The tree, and whether results follow the whole standard or ALCF.

    Attributes:
        tree: where the facility's paths are on this computer.
        full: show symbolic links; ALCF leaves them out (its deployment of the API, 2026-08).
    """

    tree: Tree
    full: bool

    def locate(self, path: str, *, follow: bool = True) -> Path:
        """Find an existing path on this computer. ALCF's functions refuse a link; the standard follows it.

        Raises:
            OSError: the path does not exist, can't be reached, or is a link where none is allowed.
        """
        place = self.tree.locate(path, follow=follow and self.full)
        place.lstat()
        if not self.full and place.is_symlink():
            raise OSError(errno.ELOOP, "Symbolic links are not followed", path)
        return place

    def destination(self, path: str, source: Path) -> Path:
        """Find where ``cp`` and ``mv`` put something: inside an existing directory, or at the path itself."""
        place = self.tree.locate(path)
        return self.tree.locate(f"{path}/{source.name}", follow=False) if place.is_dir() else place

    def walk(self, path: str, *, dereference: bool) -> Iterator[tuple[PurePosixPath, Path]]:
        """Everything at and below a path, each directory before its content.

        Args:
            path: where to start; a link there is followed.
            dereference: yield what links point to instead of the links; a link out of the tree is an
                error.

        Yields:
            The path relative to the start, and the place on this computer.
        """
        return self._walk(path, PurePosixPath(), self.locate(path), dereference, ())

    def _walk(
        self, path: str, relative: PurePosixPath, place: Path, dereference: bool, above: tuple[Path, ...]
    ) -> Iterator[tuple[PurePosixPath, Path]]:
        yield relative, place
        if place.is_symlink() or not place.is_dir() or place in above:
            return
        for name in sorted(os.listdir(place)):  # noqa: PTH208 - only names are needed
            inner = f"{path}/{name}"
            yield from self._walk(
                inner, relative / name, self.locate(inner, follow=dereference), dereference, (*above, place)
            )
