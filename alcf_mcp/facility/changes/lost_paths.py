"""What a path shows of a change that was asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.paths import octal, symbolic
from alcf_mcp.iri.errors import LookAt
from alcf_mcp.iri.models import File

CLOCKS_DIFFER = timedelta(seconds=5)
"""By so much the filesystem's clock may be behind ours."""


async def find_path_change(files: Files, intent: PathIntent, began_at: datetime) -> Finding:
    """Look at a path once.

    It counts as done only where the path was seen in another state before: what is as it was asked for may
    have been so all along.
    """
    now = await files.entry(intent.path)
    if intent.kind == "mkdir":
        return await _made(files, intent, now, began_at)
    if intent.kind == "rm":
        return await _removed(files, intent, now)
    if now is None:
        return Finding("unknown", f"{intent.path} could not be looked at", look_at=_look_at(intent))
    if intent.kind == "chmod":
        return _mode_changed(intent, now)
    return _owner_changed(intent, now)


async def find_placed(files: Files, intent: PlaceIntent) -> Finding:
    """Look once at where something was to be put.

    What is written little by little may be there in part. So it counts as done only where nothing was before,
    and a link points where it was to, or what was moved is gone from where it was.
    """
    path = intent.path
    if await files.stat_if_there(path) is None:
        return Finding("unknown", f"{path} is not there, so far", look_at=_look_at(intent))
    if not intent.was_free:
        return Finding("unknown", f"{path} is there, and was before", look_at=_look_at(intent))
    if intent.kind == "symlink":
        link = await files.entry(path)
        if link and link.link_target == intent.source:
            return Finding("done", f"{path} is there, was not before, and points to {intent.source}")
        return Finding(
            "unknown", f"{path} is there, but where it points to is not told", look_at=_look_at(intent)
        )
    if intent.kind == "mv" and intent.source and await files.stat_if_there(intent.source) is None:
        return Finding("done", f"{path} is there, was not before, and {intent.source} is gone")
    return Finding("unknown", f"{path} is there, but it may not be whole", look_at=_look_at(intent))


async def _made(files: Files, intent: PathIntent, now: File | None, began_at: datetime) -> Finding:
    if now is None:
        return Finding("unknown", f"{intent.path} is not there, so far", look_at=_look_at(intent))
    changed = now.last_modified
    is_new = now.is_directory and changed is not None and changed >= began_at - CLOCKS_DIFFER
    # A directory's time moves with every entry, too: only an empty one can have been made just now.
    if is_new and not await files.ls(intent.path, show_hidden=True):
        return Finding("done", f"{intent.path} is there, and new")
    return Finding(
        "unknown", f"{intent.path} is there, but it may have been there before", look_at=_look_at(intent)
    )


async def _removed(files: Files, intent: PathIntent, now: File | None) -> Finding:
    if now is not None:
        return Finding("unknown", f"{intent.path} is still there", look_at=_look_at(intent))
    if intent.before is not None and await files.is_missing(intent.path):
        return Finding("done", f"{intent.path} is gone")
    return Finding("unknown", f"{intent.path} can't be seen", look_at=_look_at(intent))


def _mode_changed(intent: PathIntent, now: File) -> Finding:
    mode, before = octal(now.permissions), intent.before and octal(intent.before.permissions)
    wanted = intent.mode[-3:]
    if mode == wanted and before not in (None, wanted):
        return Finding("done", f"its mode is {symbolic(wanted)} ({wanted})", now)
    seen = f"{symbolic(mode)} ({mode})" if mode else "not told"
    return Finding("unknown", f"the mode of {intent.path} is {seen}", look_at=_look_at(intent))


def _owner_changed(intent: PathIntent, now: File) -> Finding:
    was_so = intent.before is None or _belongs_as_asked(intent, intent.before)
    if _belongs_as_asked(intent, now) and not was_so:
        return Finding("done", f"it belongs to {now.user}:{now.group}", now)
    return Finding("unknown", f"{intent.path} belongs to {now.user}:{now.group}", look_at=_look_at(intent))


def _belongs_as_asked(intent: PathIntent, file: File) -> bool:
    return intent.owner in ("", file.user) and intent.group in ("", file.group)


def _look_at(intent: PathIntent | PlaceIntent) -> LookAt:
    return LookAt("directory", intent.path.parent or intent.path)
