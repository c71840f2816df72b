"""Files and directories as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alcf_mcp.facility import Facility
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.resources.declare import TEXT, resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result


@resource(
    "alcf://files/{+path}",
    "A file or directory",
    group="filesystem",
    mime_type=TEXT,
    completions={"path": "path"},
)
async def file(facility: Facility, path: str) -> Result | str:
    """The beginning of a text file on Eagle or Home, such as alcf://files/eagle/MyProject/run.log.

    With a trailing slash, a directory's entries.
    """
    from alcf_mcp.tools.filesystem import list_directory, view_file  # noqa: PLC0415 - loaded where it is used

    absolute = f"/{path.lstrip('/')}"
    return await (list_directory if path.endswith("/") else view_file)(facility, RemotePath.parse(absolute))
