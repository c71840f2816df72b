"""What would be overwritten, moved or ended, looked up before the person is asked."""

from __future__ import annotations

from alcf_mcp.facility.placements import Place, check_archive, compression_of
from alcf_mcp.facility.rules import checked_path
from alcf_mcp.guard import Preview
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compression, FileStat
from alcf_mcp.tools.app import AtFacility
from alcf_mcp.tools.tasks import reported
from alcf_mcp.tools.text import clock, one_line, size

FREE = Preview("", harmless="nothing is overwritten")
GONE = "What is replaced can't be recovered."


async def preview_copy(facility: AtFacility, path: str, target_path: str) -> Preview:
    """The file that the copy would replace; where nothing is, nobody is asked."""
    transfer = await facility.placements.look_at(path, target_path)
    return _overwriting(transfer.place, f"a copy of {transfer.source}", "Copy over it?")


async def preview_move(facility: AtFacility, path: str, target_path: str) -> Preview:
    """From where to where, and the file that it would replace."""
    facility.shared.limits.check_path(checked_path(path))
    transfer = await facility.placements.look_at(path, target_path)
    moved = f"{transfer.source} ({_told(transfer.what)}) -> {transfer.place.path}"
    if transfer.place.there is None:
        return Preview("Move it?", (moved,))
    replaced = f"{_told(transfer.place.there)} is there, and is replaced."
    return Preview("Move it over that?", (moved, replaced[:1].upper() + replaced[1:], GONE))


async def preview_compress(
    facility: AtFacility, path: str, target_path: str, compression: Compression | None
) -> Preview:
    """The file that the archive would replace."""
    path = checked_path(path)
    check_archive(path, checked_path(target_path), compression)
    place = await facility.placements.look_for_file(target_path)
    return _overwriting(place, f"an archive of {path}", "Overwrite it?")


async def preview_extract(
    facility: AtFacility, path: str, target_path: str, compression: Compression | None
) -> Preview:
    """The directory in which files would be replaced; one that looks empty need not be so."""
    path = checked_path(path)
    compression_of(path, compression)
    place = await facility.placements.look_for_directory(target_path)
    if await facility.files.stat_if_there(path) is None:
        raise InvalidCall(f"There is no {path!r}", hint="list_directory shows what there is.")
    if place.is_free:
        return FREE
    there = f"{place.path}: a directory that is there already."
    return Preview("Unpack into it?", (there, f"Files in it that {path} has too are replaced.", GONE))


async def preview_upload(facility: AtFacility, path: str, content: str) -> Preview:
    """The file that would be replaced."""
    place = await facility.placements.look_for_file(path)
    return _overwriting(place, f"{size(len(content.encode()))} of text", "Overwrite it?")


async def preview_cancel_task(facility: AtFacility, task_id: str) -> Preview:
    """The task, and what it does."""
    task = reported(await facility.iri.get_task(task_id), with_result=False)
    if task.status not in ("pending", "active"):
        return Preview("", settled=f"Task {task_id} has ended already: it is {task.status}.")
    facts = (
        f"Task {task_id}: {one_line(task.what, 500) or 'what it does is not told'}",
        "What it has done so far stays.",
    )
    return Preview("Cancel the task?", facts, remarks=(f"It is {task.status}.",))


def _overwriting(place: Place, by: str, question: str) -> Preview:
    if place.there is None:
        return FREE
    return Preview(question, (f"{place.path}: {_told(place.there)}, is replaced by {by}.", GONE))


def _told(what: FileStat) -> str:
    kind = what.type or "path whose type is not told"
    if what.type == "directory":
        return "a directory, with all that is in it"
    return f"a {kind} of {size(what.size)}, modified {clock(what.mtime)}"
