"""Tools for the asynchronous tasks behind the filesystem tools, if they take longer than a call may."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import Field

from alcf_mcp.iri import task_results
from alcf_mcp.iri.errors import TaskError
from alcf_mcp.iri.models import FileContent, Task
from alcf_mcp.reports.content import fenced
from alcf_mcp.reports.facts import Result, Verbatim
from alcf_mcp.reports.files import Entry
from alcf_mcp.reports.text import one_line
from alcf_mcp.tools.arguments import Limit, TaskId
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.tool import tool
from alcf_mcp.wording import count

MOST_ENTRIES = 500
MOST_CONTENT = 16_384


class TaskReport(Result):
    """A task, and its result if it has one."""

    task_id: str
    status: str
    operation: str | None = None
    arguments: dict[str, Any] | None = None
    failure: str | None = None
    entries: list[Entry] | None = None
    content: Annotated[str | None, Verbatim()] = None
    message: str | None = None
    next_step: str | None = None

    @property
    def what(self) -> str:
        """What the task does, and to which path."""
        path = one_line(str((self.arguments or {}).get("path", "")))
        return " ".join(part for part in (self.operation, path) if part)

    def headline(self) -> str:
        """The task on one line."""
        return f"{self.task_id}: {self.status}" + (f" ({self.what})" if self.what else "")

    def text(self) -> str:
        """The headline, and the result if there is one."""
        lines = [
            self.headline(),
            self.failure and f"error: {self.failure}",
            *(entry.line() for entry in self.entries or []),
            self.content and fenced(self.content),
            self.message,
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)


@tool("Show a file operation")
async def get_task(
    facility: AtFacility,
    task_id: TaskId,
    wait_seconds: Annotated[int, Field(ge=0, le=600, description="Seconds to wait for it to end")] = 0,
) -> TaskReport:
    """Show whether a file operation (task) is still running, and its result.

    Use it for the answer to a call that took too long.
    """
    if wait_seconds:
        patience = min(wait_seconds, facility.wait.left)
        with suppress(TaskError):  # how it ended, or that it did not, is read below
            await facility.iri.tasks.resolve(task_id, patience=patience, on_progress=facility.wait.tell_of)
    return reported(await facility.iri.get_task(task_id), with_result=True)


class TaskList(Result):
    """Tasks, newest first."""

    summary: str
    total: int
    tasks: list[TaskReport]
    note: str

    def text(self) -> str:
        """One task per line."""
        return "\n".join([self.summary, *(task.headline() for task in self.tasks), self.note])


@tool("List file operations")
async def list_tasks(
    facility: AtFacility,
    status: Annotated[
        Literal["pending", "active", "completed", "failed", "canceled"] | None,
        Field(description="Only tasks with this status"),
    ] = None,
    limit: Limit = 20,
) -> TaskList:
    """List recent file operations (tasks), newest first, and how each went."""
    found = [task for task in await facility.iri.list_tasks() if status in (None, task.status)]
    shown = found[:limit]
    return TaskList(
        summary=count(len(found), "task") + (f"; the newest {limit} are shown" if len(found) > limit else ""),
        total=len(found),
        tasks=[reported(task, with_result=False) for task in shown],
        note="The facility may leave pending tasks out of this list; get_task finds them by id.",
    )


def reported(task: Task, *, with_result: bool) -> TaskReport:
    """Describe a task; its result is read according to its shape."""
    report = TaskReport(
        task_id=task.id,
        status=task.status,
        operation=task.command.command if task.command else None,
        arguments=task.command.args if task.command else None,
    )
    if not task.ended:
        return report.model_copy(
            update={
                "next_step": "It has not ended: get_task with wait_seconds=30 waits for it."
                if with_result
                else None
            }
        )
    if (error := task_results.failure(task)) is not None:
        return report.model_copy(update={"failure": one_line(error, 2000)})
    return report.model_copy(update=_result(task)) if with_result else report


def _result(task: Task) -> dict[str, Any]:
    result = task_results.read(task)
    if isinstance(result, str):
        return {"message": one_line(result, 2000) or None}
    if isinstance(result, FileContent):
        whole = len(result.content) <= MOST_CONTENT
        rest = (
            None if whole else f"The first {MOST_CONTENT} characters; view_file reads the rest by its path."
        )
        return {"content": result.content[:MOST_CONTENT], "message": rest}
    more = len(result) - MOST_ENTRIES
    cut = f"{more} more entries are not shown; list_directory pages through them." if more > 0 else None
    return {"entries": [Entry.of(file) for file in result[:MOST_ENTRIES]], "message": cut}
