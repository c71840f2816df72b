"""The end of tasks."""

from __future__ import annotations

from alcf_mcp.facility.aftermath import TaskIntent
from alcf_mcp.facility.recording import Recorder, Sending
from alcf_mcp.iri import IRIClient


class TaskActions:
    """Ends tasks of one facility, for one call."""

    def __init__(self, iri: IRIClient, recorder: Recorder) -> None:
        self._iri = iri
        self._recorder = recorder

    async def cancel(self, task_id: str) -> str:
        """Ask for a task's end; what the facility says to it.

        Raises:
            JournalError: it can't be written down, and so is not sent.
            OutcomeUnknown: it may have been asked for.
            IRIError: it was not.
        """

        async def send(_: Sending) -> str:
            return await self._iri.cancel_task(task_id)

        return await self._recorder.carry_out(TaskIntent(task_id=task_id), send) or ""
