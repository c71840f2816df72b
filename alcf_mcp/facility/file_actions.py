"""What changes files and directories: checked, within the person's limits, written down, and sent once."""

from __future__ import annotations

from alcf_mcp.facility.aftermath import PathIntent
from alcf_mcp.facility.files import Files, Starter
from alcf_mcp.facility.limits import Limits
from alcf_mcp.facility.recording import Recorder, Sending
from alcf_mcp.facility.rules import checked_mode, checked_owner, checked_path, removable
from alcf_mcp.iri import IRIClient, results
from alcf_mcp.iri.models import ChangeMode, ChangeOwner, File, MakeDirectory, Task, TaskHandle


class FileActions:
    """Changes files and directories of one facility, for one call.

    Every method raises ``LimitReached`` for a path outside the directories that may be changed, and
    ``JournalError`` where it can't be written down; nothing is sent then.
    """

    def __init__(self, iri: IRIClient, files: Files, recorder: Recorder, limits: Limits) -> None:
        self._iri = iri
        self._files = files
        self._recorder = recorder
        self._limits = limits

    async def mkdir(self, path: str, *, parents: bool = False) -> None:
        """Make a directory."""
        intent = PathIntent(kind="mkdir", path=checked_path(path))
        await self._change(
            intent, lambda fs, path: self._iri.mkdir(fs, MakeDirectory(path=path, parent=parents))
        )

    async def chmod(self, path: str, mode: str) -> File | None:
        """Change a mode; the entry as it is afterwards, where the facility tells."""
        mode = checked_mode(mode)
        path = checked_path(path)
        intent = PathIntent(kind="chmod", path=path, mode=mode, before=await self._files.seen(path))
        return _entry(
            await self._change(intent, lambda fs, path: self._iri.chmod(fs, ChangeMode(path=path, mode=mode)))
        )

    async def chown(self, path: str, *, owner: str = "", group: str = "") -> File | None:
        """Change owner, group or both; the entry as it is afterwards, where the facility tells."""
        checked_owner(owner, group)
        path = checked_path(path)
        before = await self._files.seen(path)
        intent = PathIntent(kind="chown", path=path, owner=owner, group=group, before=before)
        body = ChangeOwner(path=path, owner=owner, group=group)
        return _entry(await self._change(intent, lambda fs, path: self._iri.chown(fs, body)))

    async def rm(self, path: str) -> str:
        """Remove a file or a whole directory; what the facility says to it."""
        path = removable(path)
        intent = PathIntent(kind="rm", path=path, before=await self._files.seen(path))
        done = await self._change(intent, self._iri.rm)
        return results.text(done) if isinstance(done, Task) else ""

    async def _change(self, intent: PathIntent, start: Starter) -> Task | File | None:
        """Carry out a change; the task that did it, or what was found of its path if the answer was lost."""
        self._limits.check_path(intent.path)

        async def send(sending: Sending) -> Task | File | None:
            async def noted(filesystem: str, path: str) -> TaskHandle:
                handle = await start(filesystem, path)
                sending.task_id = handle.task_id
                return handle

            return await self._files.resolve(intent.path, noted)

        return await self._recorder.carry_out(intent, send)


def _entry(done: Task | File | None) -> File | None:
    return results.file(done) if isinstance(done, Task) else done
