"""Previews of what would be overwritten, moved or canceled, made before the user is asked."""

from __future__ import annotations

from alcf_mcp.facility.changes.targets import Target, checked_pattern, compression_of
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.guard import Change, Preview
from alcf_mcp.iri.models import Compression, FileStat
from alcf_mcp.reports.text import WHOLE, one_line, size
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.tasks import reported

FREE = Preview("", harmless="nothing is overwritten")
GONE = "What is replaced can't be recovered."


async def preview_copy(facility: AtFacility, path: RemotePath, target_path: RemotePath) -> Preview:
    """The file that the copy would replace; if there is none, the user is not asked."""
    transfer = await facility.placements.look_at_copy(path, target_path)
    return _overwriting(transfer.place, f"a copy of {transfer.source}", "Copy over it?")


async def preview_move(facility: AtFacility, path: RemotePath, target_path: RemotePath) -> Preview:
    """The source and the target, and the file that would be replaced."""
    facility.shared.limits.check_change(path)
    transfer = await facility.placements.look_at_copy(path, target_path)
    moved = f"{transfer.source} ({_told(transfer.what)}) -> {transfer.place.path}"
    way = Change("path", transfer.source, transfer.place.path)
    if transfer.place.there is None:
        return Preview("Move it?", (moved,), changes=(way,))
    replaced = f"{transfer.place.path}: {_told(transfer.place.there)}, is replaced."
    changes = (way, Change("there now", _told(transfer.place.there), "replaced"))
    return Preview("Move it and overwrite?", (moved, replaced, GONE), changes=changes)


async def preview_compress(
    facility: AtFacility,
    path: RemotePath,
    target_path: RemotePath,
    compression: Compression | None,
    match_pattern: str | None,
) -> Preview:
    """The file that the archive would replace."""
    compression_of(target_path, compression)
    packed = f" of names that match {match_pattern!r}" if checked_pattern(match_pattern) else ""
    transfer = await facility.placements.look_at_archive(path, target_path)
    return _overwriting(transfer.place, f"an archive of {transfer.source}{packed}", "Overwrite it?")


async def preview_extract(
    facility: AtFacility, path: RemotePath, target_path: RemotePath, compression: Compression | None
) -> Preview:
    """The directory in which files would be replaced; one that looks empty may not be."""
    compression_of(path, compression)
    transfer = await facility.placements.look_at_content(path, target_path)
    if transfer.place.there is None:
        return FREE
    there = f"{transfer.place.path} already exists: {_told(transfer.place.there)}."
    replaced = f"Files of the same name are replaced by those in {transfer.source} ({_told(transfer.what)})."
    changes = (Change("there now", _told(transfer.place.there), "files of the same name replaced"),)
    return Preview("Unpack into it?", (there, replaced, GONE), changes=changes)


async def preview_upload(facility: AtFacility, path: RemotePath, content: str) -> Preview:
    """The file that would be replaced."""
    place = await facility.placements.look_at_file(path)
    return _overwriting(place, f"{size(len(content.encode()))} of text", "Overwrite it?")


async def preview_cancel_task(facility: AtFacility, task_id: str) -> Preview:
    """The task, and what it does."""
    task = reported(await facility.iri.get_task(task_id), with_result=False)
    if task.status not in ("pending", "active"):
        return Preview("", settled=f"Task {task_id} has already ended: it is {task.status}.")
    facts = (
        f"Task {task_id}: {one_line(task.what, 500) or 'what it does is not reported'}",
        "What it has done so far remains.",
    )
    changes = (Change("task", task.status, "canceled"),)
    return Preview("Cancel the task?", facts, remarks=(f"It is {task.status}.",), changes=changes)


def _overwriting(place: Target, by: str, question: str) -> Preview:
    if place.there is None:
        return FREE
    fact = one_line(f"{place.path}: {_told(place.there)}, is replaced by {by}.", WHOLE)
    return Preview(question, (fact, GONE), changes=(Change("there now", _told(place.there), by),))


def _told(what: FileStat) -> str:
    """What something is; its inode distinguishes it from others of that size that may take its place."""
    kind = "a directory" if what.type == "directory" else f"a {what.type or 'thing'} of {size(what.size)}"
    modified = what.mtime.strftime("%Y-%m-%d %H:%M:%S UTC") if what.mtime else "at an unknown time"
    return f"{kind}, modified {modified}, inode {what.ino or 'unknown'}"
