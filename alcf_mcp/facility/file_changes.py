"""How a change of a file or directory is carried out: within the person's limits, written down, sent once."""

from __future__ import annotations

from alcf_mcp.facility.aftermath import PathIntent, PlaceIntent
from alcf_mcp.facility.files import Files, Starter
from alcf_mcp.facility.limits import Limits
from alcf_mcp.facility.recording import Recorder, Sending
from alcf_mcp.iri.models import File, Task, TaskHandle

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
