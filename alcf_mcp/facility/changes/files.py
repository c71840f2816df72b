"""Changes of files and directories: made, removed, their mode or owner changed."""

from __future__ import annotations

from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.recorder import Recorder, Sending
from alcf_mcp.facility.files.reading import Files, Starter
from alcf_mcp.facility.paths import checked_mode, checked_owner, checked_path, removable
from alcf_mcp.iri import IRIClient, task_results
from alcf_mcp.iri.models import ChangeMode, ChangeOwner, File, MakeDirectory, Task, TaskHandle

Done = Task | File | None
"""The task that did it, or what was found of its path if the answer was lost."""


_OF_WHAT_IS_THERE = frozenset(("chmod", "chown", "rm"))
"""The kinds of change that do not put something new at a path."""


class FileChanges:
    """Carries out changes of one facility's files, for one call."""

    def __init__(self, files: Files, recorder: Recorder, limits: Limits) -> None:
        self.files = files
        self.limits = limits
        self._recorder = recorder

    async def carry_out(self, intent: PathIntent | PlaceIntent, start: Starter) -> Done:
        """Carry out one change.

        Args:
            intent: what is to be changed.
            start: starts the task that does it.

        Raises:
            LimitReached: its path lies outside the directories that may be changed.
            JournalError: it can't be written down, and so is not sent.
            OutcomeUnknown: it may have been carried out.
            IRIError: it was not, or failed.
        """
        check = self.limits.check_change if intent.kind in _OF_WHAT_IS_THERE else self.limits.check_place
        check(intent.path)

        async def send(sending: Sending) -> Done:
            async def noted(filesystem: str, path: str) -> TaskHandle:
                handle = await start(filesystem, path)
                sending.task_id = handle.task_id
                return handle

            return await self.files.resolve(intent.path, noted)

        return await self._recorder.carry_out(intent, send)


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
        return task_results.text(done) if isinstance(done, Task) else ""


def _entry(done: Done) -> File | None:
    return task_results.file(done) if isinstance(done, Task) else done
