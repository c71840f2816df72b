"""Changes of what is at a path: a directory made, a mode or an owner changed, all of it removed."""

from __future__ import annotations

from alcf_mcp.facility.aftermath import PathIntent
from alcf_mcp.facility.file_changes import Done, FileChanges
from alcf_mcp.facility.rules import checked_mode, checked_owner, checked_path, removable
from alcf_mcp.iri import IRIClient, results
from alcf_mcp.iri.models import ChangeMode, ChangeOwner, File, MakeDirectory, Task


class FileActions:
    """Changes files and directories of one facility, for one call.

    Every method raises what ``FileChanges.carry_out`` does, and ``InvalidCall`` for arguments that the
    facility would refuse.
    """

    def __init__(self, iri: IRIClient, changes: FileChanges) -> None:
        self._iri = iri
        self._changes = changes
        self._files = changes.files

    async def mkdir(self, path: str, *, parents: bool = False) -> None:
        """Make a directory."""
        intent = PathIntent(kind="mkdir", path=checked_path(path))
        await self._changes.carry_out(
            intent, lambda fs, path: self._iri.mkdir(fs, MakeDirectory(path=path, parent=parents))
        )

    async def chmod(self, path: str, mode: str) -> File | None:
        """Change a mode; the entry as it is afterwards, where the facility tells."""
        mode = checked_mode(mode)
        path = checked_path(path)
        intent = PathIntent(kind="chmod", path=path, mode=mode, before=await self._files.seen(path))
        body = ChangeMode(path=path, mode=mode)
        return _entry(await self._changes.carry_out(intent, lambda fs, path: self._iri.chmod(fs, body)))

    async def chown(self, path: str, *, owner: str = "", group: str = "") -> File | None:
        """Change owner, group or both; the entry as it is afterwards, where the facility tells."""
        checked_owner(owner, group)
        path = checked_path(path)
        before = await self._files.seen(path)
        intent = PathIntent(kind="chown", path=path, owner=owner, group=group, before=before)
        body = ChangeOwner(path=path, owner=owner, group=group)
        return _entry(await self._changes.carry_out(intent, lambda fs, path: self._iri.chown(fs, body)))

    async def rm(self, path: str) -> str:
        """Remove a file or a whole directory; what the facility says to it."""
        path = removable(path)
        intent = PathIntent(kind="rm", path=path, before=await self._files.seen(path))
        done = await self._changes.carry_out(intent, self._iri.rm)
        return results.text(done) if isinstance(done, Task) else ""


def _entry(done: Done) -> File | None:
    return results.file(done) if isinstance(done, Task) else done
