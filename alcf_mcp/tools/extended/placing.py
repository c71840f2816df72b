"""Tools that put something at a path. If something may already be there, the user is asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.facility.changes.targets import Target
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.models import Compression
from alcf_mcp.reports.facts import Result
from alcf_mcp.tools.arguments import Path
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.extended.previews import (
    preview_compress,
    preview_copy,
    preview_extract,
    preview_move,
    preview_upload,
)
from alcf_mcp.tools.tool import Risk, tool

LONGEST_UPLOAD = 65_536
"""Characters: a model writes no more than that itself."""

TargetPath = Annotated[
    RemotePath,
    Field(description="Destination; if a directory, into it under the same name", max_length=4096),
]
Compressed = Annotated[Compression | None, Field(description="Compression; default: by the name's ending")]


class Placed(Result):
    """What was put where, and the call that undoes it; ``was_free`` means that nothing was replaced."""

    done: str
    path: str
    was_free: bool
    undo: str | None = None

    @classmethod
    def at(cls, place: Target, done: str, *, undo: str | None = None) -> Placed:
        """Describe a place; what was replaced can't be recovered."""
        way_back = undo or f"remove_path with path={place.path!r}"
        return cls(
            done=done, path=place.path, was_free=place.is_free, undo=way_back if place.is_free else None
        )

    def text(self) -> str:
        """One line, with the call that undoes it."""
        return f"{self.done}: {self.path}." + (f" To undo: {self.undo}." if self.undo else "")


@tool("Copy a file or directory", risk=Risk.DESTROYS, preview=preview_copy)
async def copy_path(
    facility: AtFacility,
    path: Path,
    target_path: TargetPath,
    dereference: Annotated[bool, Field(description="Copy what links point to")] = False,
) -> Placed:
    """Copy (duplicate, back up) a file, or a directory and everything in it, within a filesystem.

    Asks before overwriting.
    """
    place = await facility.placements.copy(path, target_path, dereference=dereference)
    return Placed.at(place, f"Copied {path}")


@tool("Move or rename a file or directory", risk=Risk.DESTROYS, preview=preview_move)
async def move_path(facility: AtFacility, path: Path, target_path: TargetPath) -> Placed:
    """Rename or move (mv) a file or directory within one filesystem. Asks the user first."""
    place = await facility.placements.move(path, target_path)
    undo = f"move_path with path={place.path!r} and target_path={str(path)!r}"
    return Placed.at(place, f"Moved {path}", undo=undo)


@tool("Make a symbolic link", risk=Risk.CHANGES)
async def symlink_path(
    facility: AtFacility,
    path: Annotated[RemotePath, Field(description="What the link points to", max_length=4096)],
    link_path: Annotated[RemotePath, Field(description="The link itself", max_length=4096)],
) -> Placed:
    """Make a symbolic link (ln -s), so that one path points to another. Fails if the name already exists."""
    return Placed.at(await facility.placements.symlink(path, link_path), f"Linked to {path}")


@tool("Make an archive", risk=Risk.DESTROYS, repeatable=True, preview=preview_compress)
async def compress_path(
    facility: AtFacility,
    path: Path,
    target_path: Annotated[RemotePath, Field(description="The archive, such as /eagle/P/run1.tar.gz")],
    compression: Compressed = None,
    match_pattern: Annotated[
        str | None, Field(description="Regular expression for the names to pack")
    ] = None,
    dereference: Annotated[bool, Field(description="Pack what links point to")] = False,
) -> Placed:
    """Pack a file or directory into a compressed tar archive. Asks before overwriting."""
    place = await facility.placements.compress(
        path, target_path, compression=compression, match_pattern=match_pattern, dereference=dereference
    )
    return Placed.at(place, f"Packed {path}")


@tool("Unpack an archive", risk=Risk.DESTROYS, repeatable=True, preview=preview_extract)
async def extract_archive(
    facility: AtFacility,
    path: Annotated[RemotePath, Field(description="The archive, such as /eagle/P/run1.tar.gz")],
    target_path: Annotated[RemotePath, Field(description="Directory to unpack into; made if missing")],
    compression: Compressed = None,
) -> Placed:
    """Unpack (extract, decompress) a tar archive into a directory. Asks if files may be overwritten."""
    place = await facility.placements.extract(path, target_path, compression=compression)
    return Placed.at(place, f"Unpacked {path}")


@tool("Write a small file", risk=Risk.DESTROYS, repeatable=True, preview=preview_upload)
async def upload_file(
    facility: AtFacility,
    path: Path,
    content: Annotated[str, Field(description="The file's text", max_length=LONGEST_UPLOAD)],
) -> Placed:
    """Save text as a small file, such as a script or a configuration. Asks before overwriting."""
    place = await facility.placements.upload(path, content.encode())
    return Placed.at(place, "Wrote the file")
