"""What would be overwritten, moved or ended, looked up before the person is asked."""

from __future__ import annotations

from alcf_mcp.facility.placements import Place, compression_of
from alcf_mcp.facility.rules import checked_path
from alcf_mcp.guard import Preview
from alcf_mcp.iri.models import Compression, File
from alcf_mcp.tools.app import AtFacility
from alcf_mcp.tools.file_previews import UNKNOWN
from alcf_mcp.tools.tasks import reported
from alcf_mcp.tools.text import clock, count, one_line, size

FREE = "nothing is overwritten"
GONE = "What is replaced can't be recovered."


async def preview_copy(facility: AtFacility, path: str, target_path: str) -> Preview:
    """What the copy would replace; where nothing is, nobody is asked."""
    place = await facility.placements.beside(path, target_path)
    return _overwriting(facility, place, f"a copy of {checked_path(path)}", "Copy over it?")


async def preview_move(facility: AtFacility, path: str, target_path: str) -> Preview:
    """From where to where, and what it would replace."""
    place = await facility.placements.beside(path, target_path)
    path = checked_path(path)
    for changed in (path, place.path):
        facility.shared.limits.check_path(changed)
    moved = f"{path} ({_named(await facility.files.seen(path))}) -> {place.path}"
    if place.is_free:
        return Preview("Move it?", (moved,))
    word = place.path.rpartition("/")[2] if place.entry and place.entry.is_directory else ""
    return Preview("Move it over that?", (moved, _replaced(place, "it"), GONE), word=word)


async def preview_compress(
    facility: AtFacility, path: str, target_path: str, compression: Compression | None
) -> Preview:
    """The file that the archive would replace."""
    place = await facility.placements.file_place(target_path)
    compression_of(place.path, compression)
    return _overwriting(facility, place, f"an archive of {checked_path(path)}", "Overwrite it?")


async def preview_extract(
    facility: AtFacility, path: str, target_path: str, compression: Compression | None
) -> Preview:
    """The directory in which files of the same names would be replaced."""
    path = checked_path(path)
    compression_of(path, compression)
    place = await facility.placements.place(target_path)
    if place.entry is None or not place.entry.is_directory:
        return _overwriting(facility, place, f"what is in {path}", "Unpack it there?")
    facility.shared.limits.check_path(place.path)
    inside = await facility.files.ls(place.path, show_hidden=True)
    if not inside:
        return Preview("", harmless=FREE)
    held = f"{place.path}: a directory of {count(len(inside), 'entry')} that can be seen."
    return Preview("Unpack into it?", (held, f"Those that {path} has too are replaced.", GONE))


async def preview_upload(facility: AtFacility, path: str, content: str) -> Preview:
    """The file that would be replaced."""
    place = await facility.placements.file_place(path)
    text = f"{size(len(content.encode(errors='replace')))} of text"
    return _overwriting(facility, place, text, "Overwrite it?")


async def preview_cancel_task(facility: AtFacility, task_id: str) -> Preview:
    """The task, and what it does."""
    task = reported(await facility.iri.get_task(task_id), with_result=False)
    if task.status not in ("pending", "active"):
        return Preview("", settled=f"Task {task_id} has ended already: it is {task.status}.")
    facts = (one_line(task.headline(), 500), "What it has done so far stays.")
    return Preview("Cancel the task?", facts)


def _overwriting(facility: AtFacility, place: Place, by: str, question: str) -> Preview:
    facility.shared.limits.check_path(place.path)
    if place.is_free:
        return Preview("", harmless=FREE)
    return Preview(question, (_replaced(place, by), GONE))


def _replaced(place: Place, by: str) -> str:
    if place.entry is None:
        return f"{place.path}: what is there {UNKNOWN}; a file would be replaced by {by}."
    if place.entry.is_directory:
        return f"{place.path}: a directory; files in it are replaced by those of the same names in {by}."
    return f"{place.path}: {_named(place.entry)}, is replaced by {by}."


def _named(file: File | None) -> str:
    if file is None:
        return f"what it is {UNKNOWN}"
    if file.is_directory:
        return "a directory, with all that is in it"
    return f"a file of {size(file.size)}, modified {clock(file.last_modified)}"
