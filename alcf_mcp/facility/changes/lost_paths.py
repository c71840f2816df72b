"""Find out from a path what happened to a change whose answer was lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.paths import octal, symbolic
from alcf_mcp.iri.errors import LookAt
from alcf_mcp.iri.models import File

CLOCKS_DIFFER = timedelta(seconds=5)
"""How far the filesystem's clock may be behind ours."""


async def find_path_change(files: Files, intent: PathIntent, began_at: datetime) -> Finding:
    """Check a path once.

    The change counts as done only if the path was seen in another state before: a path in the requested state
    may have been in it all along.
    """
    now = await files.entry(intent.path)
    if intent.kind == "mkdir":
        return await _made(files, intent, now, began_at)
    if intent.kind == "rm":
        return await _removed(files, intent, now)
    if now is None:
        return Finding("unknown", f"{intent.path} could not be checked", look_at=_look_at(intent))
    if intent.kind == "chmod":
        return _mode_changed(intent, now)
    return _owner_changed(intent, now)


async def find_placed(files: Files, intent: PlaceIntent) -> Finding:
    """Check once the path where something was to be put.

    Anything that takes time to write may be incomplete. So the change counts as done only if the path was
    free before, and either the link points to its target or the source of the move is gone.
    """
    path = intent.path
    if await files.stat_if_there(path) is None:
        return Finding("unknown", f"{path} does not exist so far", look_at=_look_at(intent))
    if not intent.was_free:
        return Finding("unknown", f"{path} exists, but it did before", look_at=_look_at(intent))
    if intent.kind == "symlink":
        link = await files.entry(path)
        if link and link.link_target == intent.source:
            return Finding("done", f"{path} exists, is new, and points to {intent.source}")
        return Finding(
            "unknown", f"{path} exists, but where it points to is not known", look_at=_look_at(intent)
        )
    if intent.kind == "mv" and intent.source and await files.stat_if_there(intent.source) is None:
        return Finding("done", f"{path} exists, is new, and {intent.source} is gone")
    return Finding("unknown", f"{path} exists, but it may be incomplete", look_at=_look_at(intent))


async def _made(files: Files, intent: PathIntent, now: File | None, began_at: datetime) -> Finding:
    if now is None:
        gone = await files.is_missing(intent.path)
        seen = "does not exist so far" if gone else "could not be checked"
        return Finding("unknown", f"{intent.path} {seen}", look_at=_look_at(intent))
    changed = now.last_modified
    is_new = now.is_directory and changed is not None and changed >= began_at - CLOCKS_DIFFER
    # A new entry changes a directory's time too: only an empty directory is sure to be new.
    if is_new and not await files.ls(intent.path, show_hidden=True):
        return Finding("done", f"{intent.path} exists and is new")
    return Finding(
        "unknown", f"{intent.path} exists, but it may have existed before", look_at=_look_at(intent)
    )


async def _removed(files: Files, intent: PathIntent, now: File | None) -> Finding:
    if now is not None:
        return Finding("unknown", f"{intent.path} still exists", look_at=_look_at(intent))
    if intent.before is not None and await files.is_missing(intent.path):
        return Finding("done", f"{intent.path} is gone")
    return Finding("unknown", f"{intent.path} can't be seen", look_at=_look_at(intent))


def _mode_changed(intent: PathIntent, now: File) -> Finding:
    mode, before = octal(now.permissions), intent.before and octal(intent.before.permissions)
    wanted = intent.mode[-3:]
    if mode == wanted and before not in (None, wanted):
        return Finding("done", f"its mode is {symbolic(wanted)} ({wanted})", now)
    seen = f"{symbolic(mode)} ({mode})" if mode else "not known"
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
