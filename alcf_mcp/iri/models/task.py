"""Asynchronous tasks, which every filesystem operation starts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from alcf_mcp.iri.models.base import Incoming, Lenient, Term

ENDED_STATES = frozenset({"completed", "failed", "canceled"})


class TaskHandle(Incoming):
    """A task that was accepted. Deployments call its id ``task_id`` or ``id``.

    ``operation`` is what the task does; the facility does not report it, so the client fills it in.
    """

    task_id: str = Field(min_length=1, validation_alias=AliasChoices("task_id", "id"))
    task_uri: str = ""
    operation: str = Field(default="", init=False)


class TaskCommand(Incoming):
    """What the task does, as the facility recorded it."""

    router: str = ""
    command: str = ""
    args: dict[str, Any] = {}


class Task(Incoming):
    """A task and, once it has ended, its result, in one of the shapes of ``alcf_mcp.iri.task_results``."""

    id: str
    status: Term = "pending"
    result: Any = None
    command: Annotated[TaskCommand | None, Lenient] = None

    @property
    def ended(self) -> bool:
        """Whether the task has ended, successfully or not."""
        return self.status in ENDED_STATES
