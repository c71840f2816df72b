"""Tools for files and directories by absolute path; the path determines the filesystem."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.reports.content import EXACT
from alcf_mcp.reports.files import Directory, listed_files
from alcf_mcp.reports.text import one_line
from alcf_mcp.tools.arguments import LARGEST, Limit, Offset, Path
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.file_previews import (
    has_special_bits,
    mode_of,
    named,
    owners,
    preview_chmod,
    preview_chown,
    preview_remove,
)
from alcf_mcp.tools.file_results import (
    Made,
    PathChange,
    Removal,
    rendered_head,
    rendered_tail,
    rendered_window,
)
from alcf_mcp.tools.tool import Risk, tool

HEAD_LINES = 20
LARGEST_HEAD = 1_048_576

Sort = Annotated[
    Literal["name", "size", "modified"], Field(description="size: largest first; modified: newest first")
]


@tool("List a directory")
async def list_directory(
    facility: AtFacility,
    path: Path,
    show_hidden: Annotated[bool, Field(description="Include names that begin with a dot")] = False,
    numeric_ids: Annotated[bool, Field(description="User and group as numbers")] = False,
    recursive: Annotated[bool, Field(description="Include subdirectories; not at ALCF")] = False,
    dereference: Annotated[bool, Field(description="Follow links; not at ALCF")] = False,
    limit: Limit = 200,
    offset: Offset = 0,
    sort: Sort = "name",
) -> Directory:
    """List what is in a directory, or show one file (like ls -l): size, time, and who owns and may read it.

    Shows owner, group and permissions; leaves out symbolic links and what the facility can't read.
    """
    files = await facility.files.ls(
        path, show_hidden=show_hidden, numeric_ids=numeric_ids, recursive=recursive, dereference=dereference
    )
    directory = listed_files(path, files, sort=sort, limit=limit, offset=offset)
    following = offset + len(directory.entries)
    rest = directory.total - following
    more = f"{rest} more: call again with offset={following}." if rest > 0 else None
    return directory.lean().model_copy(update={"next_step": more})


@tool("Make a directory", risk=Risk.CHANGES)
async def make_directory(
    facility: AtFacility,
    path: Path,
    parents: Annotated[bool, Field(description="Make missing parent directories")] = False,
) -> Made:
    """Make a directory (folder). Fails if the name already exists."""
    await facility.file_actions.mkdir(path, parents=parents)
    return Made.at(path)


@tool("Read a file")
async def view_file(
    facility: AtFacility,
    path: Path,
    offset: Annotated[int, Field(ge=0, le=LARGEST, description="First byte to show")] = 0,
    size: Annotated[int, Field(ge=1, le=65_536, description="Bytes to show")] = 16_384,
) -> str:
    """Read a text file, such as a script or a README, or part of it by byte position.

    For the end of a log, tail_file is quicker.
    """
    return rendered_window(await facility.files.view(path, offset=offset, size=size), exact=size <= EXACT)


@tool("Show the top of a file")
async def head_file(
    facility: AtFacility,
    path: Path,
    lines: Annotated[int | None, Field(ge=1, le=5000, description="First lines; default 20")] = None,
    bytes: Annotated[int | None, Field(ge=1, le=65_536, description="Or first bytes")] = None,
) -> str:
    """Show the top (first lines, or first bytes) of a text file, such as a header."""
    if lines is not None and bytes is not None:
        raise InvalidCall("`lines` and `bytes` can't be combined", hint="Give only one of them.")
    wanted = None if bytes else lines or HEAD_LINES
    part = await facility.files.head(path, lines=wanted, num_bytes=bytes)
    return rendered_window(part) if bytes else rendered_head(part, lines=wanted)


@tool("Show the end of a file")
async def tail_file(
    facility: AtFacility,
    path: Path,
    lines: Annotated[int, Field(ge=1, le=5000, description="Last lines")] = 20,
) -> str:
    """Show the end (last lines) of a text file, such as a log."""
    return rendered_tail(await facility.files.tail(path, lines=lines), lines=lines)


@tool("Change permissions", risk=Risk.DESTROYS, repeatable=True, preview=preview_chmod)
async def chmod(
    facility: AtFacility, path: Path, mode: Annotated[str, Field(description="Octal, such as 750")]
) -> PathChange:
    """Change the mode of a file or directory: who may read, write or execute it, such as the group.

    Asks the user first.
    """
    file = await facility.files.seen(path)
    before = mode_of(file)
    after = mode_of(await facility.file_actions.chmod(path, mode)) or mode[-3:]
    way_back = before and not has_special_bits(file)
    undo = f"chmod with path={str(path)!r} and mode={before!r}" if way_back else None
    return PathChange(path=path, what="mode", before=before and named(before), after=named(after), undo=undo)


@tool("Change owner or group", risk=Risk.DESTROYS, repeatable=True, preview=preview_chown)
async def chown(
    facility: AtFacility,
    path: Path,
    owner: Annotated[str, Field(description="New owner's user name")] = "",
    group: Annotated[str, Field(description="New group, often a project's name")] = "",
) -> PathChange:
    """Give a file or directory to another user or group. Asks the user first."""
    file = await facility.files.seen(path)
    before = owners(file)
    after = owners(await facility.file_actions.chown(path, owner=owner, group=group)) or f"{owner}:{group}"
    undo = f"chown with path={str(path)!r}, owner={file.user!r}, group={file.group!r}" if file else None
    return PathChange(path=path, what="owner", before=before, after=after, undo=undo)


@tool("Delete a file or directory", risk=Risk.DESTROYS, repeatable=True, preview=preview_remove)
async def remove_path(facility: AtFacility, path: Path) -> Removal:
    """Permanently delete a file, or a directory and everything in it. Asks the user first."""
    said = await facility.file_actions.rm(path)
    return Removal(path=path, facility_says=one_line(said) or None)
