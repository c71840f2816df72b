"""Cancel tasks."""

from __future__ import annotations

from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import one_line
from alcf_mcp.tools.arguments import TaskId
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.extended.previews import preview_cancel_task
from alcf_mcp.tools.tool import Risk, tool


class Canceling(Result):
    """A task whose cancellation was requested."""

    task_id: str
    facility_says: str | None = None
    next_step: str = "get_task shows whether it has ended."

    def text(self) -> str:
        """One line, and what to do next."""
        said = f" {self.facility_says}" if self.facility_says else ""
        return f"Requested cancellation of task {self.task_id}.{said} {self.next_step}"


@tool("Cancel a file operation", risk=Risk.DESTROYS, repeatable=True, preview=preview_cancel_task)
async def cancel_task(facility: AtFacility, task_id: TaskId) -> Canceling:
    """Stop a file operation (task) that is still running, such as a copy. Asks the user first."""
    said = await facility.task_actions.cancel(task_id)
    return Canceling(task_id=task_id, facility_says=one_line(said) or None)
