"""The history of changes, as shown to clients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alcf_mcp.journal import Action
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.text import clock
from alcf_mcp.wording import count

_TOLD = (
    *("resource", "job_id", "path", "mode", "owner", "group"),
    *("name", "account", "queue", "nodes", "walltime", "directory"),
)
"""The arguments that are shown. Scripts, program arguments and environments may hold secrets."""


class PastAction(Facts):
    """A call that changed something, or was refused."""

    at: datetime
    tool: str
    arguments: dict[str, str]
    outcome: str
    detail: str | None
    confirmed: str
    client: str
    job_id: str | None
    most_node_hours: float | None

    @classmethod
    def of(cls, action: Action) -> PastAction:
        """Convert an action from the journal."""
        return cls(
            at=action.began_at,
            tool=action.tool,
            arguments={name: str(value) for name, value in action.arguments.items() if name in _TOLD},
            outcome=action.outcome,
            detail=action.detail,
            confirmed=action.confirmed,
            client=action.client,
            job_id=action.job_id,
            most_node_hours=action.node_hours or None,
        )

    def line(self) -> str:
        """The action on one line."""
        arguments = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        detail = f" ({self.detail})" if self.detail else ""
        return f"{clock(self.at)} {self.tool}({arguments}): {self.outcome}{detail}, by {self.client}"


class History(Result):
    """The changes made from here, newest first."""

    summary: str
    actions: list[PastAction]

    @classmethod
    def of(cls, actions: Iterable[Action]) -> History:
        """Convert actions from the journal."""
        told = [PastAction.of(action) for action in actions]
        summary = f"The last {count(len(told), 'change')}" if told else "No changes recorded."
        return cls(summary=summary, actions=told)

    def text(self) -> str:
        """The summary, then one action per line."""
        return "\n".join([self.summary, *(action.line() for action in self.actions)])
