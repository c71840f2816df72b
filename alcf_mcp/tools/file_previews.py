"""Previews of changes to files and directories, made before the user is asked."""

from __future__ import annotations

from alcf_mcp.facility.paths import RemotePath, checked_mode, checked_owner, octal, refuse_root, symbolic
from alcf_mcp.guard import Change, Preview
from alcf_mcp.iri.models import File
from alcf_mcp.reports.text import one_line, size
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.wording import count

MUCH = 20
"""From this many entries on, removing a directory takes more than a yes."""

UNKNOWN = "could not be looked up"


def mode_of(file: File | None) -> str | None:
    """A file's mode in octal, if it is known."""
    return octal(file.permissions) if file else None


def has_special_bits(file: File | None) -> bool:
    """Whether it is setuid, setgid or sticky: ``chmod`` clears that, and three digits can't express it."""
    return file is not None and any(letter in "sStT" for letter in file.permissions[-9:])


def named(mode: str) -> str:
    """A mode in both forms: ``rwxr-x--- (750)``."""
    return f"{symbolic(mode)} ({mode[-3:]})"


def owners(file: File | None) -> str | None:
    """A file's owner and group, if they are known."""
    return f"{one_line(file.user)}:{one_line(file.group)}" if file and (file.user or file.group) else None


async def preview_chmod(facility: AtFacility, path: RemotePath, mode: str) -> Preview:
    """The mode before and after."""
    mode = checked_mode(mode)[-3:]
    facility.shared.limits.check_change(path)
    file = await facility.files.entry(path)
    before, special = mode_of(file), has_special_bits(file)
    if before == mode and not special:
        return Preview("", settled=f"{path} already has the mode {named(mode)}.")
    facts = [f"{path}: {named(before) if before else f'its mode {UNKNOWN}'} -> {named(mode)}"]
    if special and file:
        facts.append(
            f"Its special bits ({file.permissions[-9:]}) are lost, and can't be set again from here."
        )
    for_everyone = int(mode[-1]) & 2
    if for_everyone:
        facts.append("Everyone at the facility could then write to it.")
    what = "directory mode" if file and file.is_directory else "mode"
    changes = (Change(what, before or "", mode),)
    return Preview("Change the mode?", tuple(facts), word=mode if for_everyone else "", changes=changes)


async def preview_chown(facility: AtFacility, path: RemotePath, owner: str, group: str) -> Preview:
    """Owner and group before and after."""
    checked_owner(owner, group)
    facility.shared.limits.check_change(path)
    file = await facility.files.entry(path)
    if file and owner in ("", file.user) and group in ("", file.group):
        return Preview("", settled=f"{path} already belongs to {owners(file)}.")
    after = (
        f"{owner or (file.user if file else '(as it is)')}:{group or (file.group if file else '(as it is)')}"
    )
    facts = (
        f"{path}: {owners(file) or f'its owner {UNKNOWN}'} -> {after}",
        "You may lose access to it, and can't take it back yourself.",
    )
    wanted = {"owner": (file and file.user, owner), "group": (file and file.group, group)}
    changes = [Change(what, one_line(was or ""), new) for what, (was, new) in wanted.items() if new]
    return Preview("Change the owner?", facts, changes=tuple(changes))


async def preview_remove(facility: AtFacility, path: RemotePath) -> Preview:
    """What would be removed, and how much of it."""
    refuse_root(path)
    facility.shared.limits.check_change(path)
    file = await facility.files.entry(path)
    gone = "It can't be recovered."
    if file is None:
        return Preview("Remove it?", (f"{path}: what it is {UNKNOWN}.", gone))
    if file.is_file:
        what = f"a file of {_exactly(file)}"
        return Preview(
            "Remove the file?", (f"{path}: {what}.", gone), changes=(Change("there now", what, ""),)
        )
    if not file.is_directory:
        what = f"a {one_line(file.type)}"
        changes = (Change("there now", what, ""),)
        return Preview("Remove it?", (f"{path}: {what}.", gone), word=path.name, changes=changes)
    inside = await facility.files.ls(path, show_hidden=True)
    directories = sum(entry.is_directory for entry in inside)
    held = f"{count(len(inside), 'entry')} that can be seen, including {count(directories, 'directory')}"
    facts = (f"{path}: a directory{_modified(file)}, and everything in it: {held}.", gone)
    much = len(inside) >= MUCH or directories > 0
    changes = (Change("there now", held, ""),)
    return Preview("Remove the directory?", facts, word=path.name if much else "", changes=changes)


def _exactly(file: File) -> str:
    """A file's size and time, to distinguish it from another that took its place."""
    exact = "" if file.size is None or file.size < 1000 else f" ({file.size} bytes)"
    return f"{size(file.size)}{exact}{_modified(file)}"


def _modified(file: File) -> str:
    return f", modified {file.last_modified:%Y-%m-%d %H:%M:%S} UTC" if file.last_modified else ""
