"""Changes to files and directories: make, remove, change the mode or owner."""

from __future__ import annotations

from alcf_mcp.facility.changes.intents import PathIntent
from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.recorder import Recorder
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.paths import RemotePath, checked_mode, checked_owner, refuse_root
from alcf_mcp.iri import IRIClient, task_results
from alcf_mcp.iri.models import ChangeMode, ChangeOwner, File, MakeDirectory, Task


class FileActions:
    """Changes files and directories of one facility, for one call.

    Every method raises what ``Recorder.change_path`` does, and ``InvalidCall`` for arguments that the
    facility would refuse.
    """

    def __init__(self, iri: IRIClient, files: Files, recorder: Recorder, limits: Limits) -> None:
        self._iri = iri
        self._limits = limits
        self._files = files
        self._recorder = recorder

    async def mkdir(self, path: RemotePath, *, parents: bool = False) -> None:
        """Make a directory and, with ``parents``, the missing directories above it.

        Raises:
            LimitReached: a directory would be made outside the allowed ones.
        """
        root = self._limits.root_of(path) if parents else None
        if root and root.parent and await self._files.is_missing(root):
            self._limits.check_place(root.parent)
        body = MakeDirectory(path=path, parent=parents)
        intent = PathIntent(kind="mkdir", path=path)
        await self._recorder.change_path(intent, lambda fs, _: self._iri.mkdir(fs, body))

    async def chmod(self, path: RemotePath, mode: str) -> File | None:
        """Change the mode of a path, and return its entry afterwards if the facility reports it."""
        body = ChangeMode(path=path, mode=checked_mode(mode))
        intent = PathIntent(kind="chmod", path=path, mode=mode, before=await self._files.seen(path))
        return _entry(await self._recorder.change_path(intent, lambda fs, _: self._iri.chmod(fs, body)))

    async def chown(self, path: RemotePath, *, owner: str = "", group: str = "") -> File | None:
        """Change the owner, group or both, and return the entry afterwards if the facility reports it."""
        checked_owner(owner, group)
        body = ChangeOwner(path=path, owner=owner, group=group)
        before = await self._files.seen(path)
        intent = PathIntent(kind="chown", path=path, owner=owner, group=group, before=before)
        return _entry(await self._recorder.change_path(intent, lambda fs, _: self._iri.chown(fs, body)))

    async def rm(self, path: RemotePath) -> str:
        """Remove a file or a whole directory, and return the facility's reply."""
        refuse_root(path)
        intent = PathIntent(kind="rm", path=path, before=await self._files.seen(path))
        done = await self._recorder.change_path(intent, self._iri.rm)
        return task_results.text(done) if isinstance(done, Task) else ""


def _entry(done: Task | File | None) -> File | None:
    return task_results.file(done) if isinstance(done, Task) else done
