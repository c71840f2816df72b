"""Connect a guarded tool to its question and answer, without any code for it in the tool."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import (
    AcceptedElicitation,
    Context,
    ElicitationResult,
    Resolve,
)
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from alcf_mcp.app import App
from alcf_mcp.facility import Facility
from alcf_mcp.guard import Call, Outcome, Preview, Verdict, answer_of, can_elicit, explain, is_modern, put
from alcf_mcp.journal.approvals import SECONDS
from alcf_mcp.reports.facts import Result, Verbatim
from alcf_mcp.reports.text import visible
from alcf_mcp.tools.context import app_of, client_name, facility_in
from alcf_mcp.tools.results import call_result
from alcf_mcp.tools.signatures import Function, gathered, give_signature, parameters

Confirmation = Annotated[str | None, Field(description="Code from the preview, once the user has agreed")]

_OURS = ("confirmation", "guard_preview", "guard_answer")


class Guarded:
    """The guard of one tool.

    Args:
        tool: the tool's name.
        of: the tool's own parameters.
        preview: finds out what a call would do; takes the tool's arguments by name.
    """

    def __init__(self, tool: str, of: list[Parameter], preview: Function) -> None:
        self._tool = tool
        self._preview = preview
        self._own = [p for p in of if not _is_resolved(p.annotation)]

        async def look(**arguments: Any) -> Preview:
            return await self._look(arguments)

        async def ask(
            context: Context[App], seen: Preview, confirmation: str | None, **arguments: Any
        ) -> Any:
            guard, call = app_of(context).guard, self._call(context, arguments)
            decided = await guard.decide(call, seen, confirmation, can_ask=can_elicit(context))
            if isinstance(decided, Verdict):
                return decided
            return await put(context, decided) or await guard.decide(call, seen, confirmation, can_ask=False)

        give_signature(look, parameters(preview), Preview)
        self._seen = Annotated[Preview, Resolve(look)]
        asking = [
            _keyword("context", Context[App]),
            _keyword("seen", self._seen),
            _keyword("confirmation", str | None),
        ]
        give_signature(ask, [*asking, *self._own], Any)
        ask.__qualname__ = f"ask_{tool}"
        self._answer = Annotated[ElicitationResult[BaseModel], Resolve(ask)]

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that the guard adds to the tool's; clients see only the confirmation."""
        return [
            Parameter("confirmation", Parameter.KEYWORD_ONLY, default=None, annotation=Confirmation),
            _keyword("guard_preview", self._seen),
            _keyword("guard_answer", self._answer),
        ]

    async def verdict(self, context: Context[App], arguments: dict[str, Any]) -> Verdict:
        """Judge a call, and remove the guard's own arguments from it."""
        _, seen, answer = (arguments.pop(name) for name in _OURS)
        answer = answer_of(answer)
        asked = isinstance(answer, AcceptedElicitation) and not isinstance(answer.data, Verdict)
        facility = facility_in(arguments)
        if asked and facility:
            facility.wait.restart()  # the time that the user took does not count
        # The user may take a while. Older clients answer within the call, so check again after that.
        now = await self._look(arguments) if asked and not is_modern(context) else seen
        return await app_of(context).guard.judge(self._call(context, arguments), answer, seen, now)

    def _call(self, context: Context[App], arguments: dict[str, Any]) -> Call:
        app, client = app_of(context), client_name(context)
        own = {p.name: arguments[p.name] for p in self._own}
        return Call(self._tool, own, client, person=f"{app.person}, {client}")

    async def _look(self, arguments: dict[str, Any]) -> Preview:
        facility = facility_in(arguments)
        with anyio.fail_after(facility.wait.left if facility else None):
            preview: Preview = await self._preview(**gathered(self._preview, arguments))
        return preview


class Unconfirmed(Result):
    """A guarded call that was not carried out, and the reason."""

    outcome: str
    message: str
    preview: Annotated[str | None, Verbatim()] = None
    confirmation: str | None = None
    next_step: str

    def text(self) -> str:
        """The preview, the code, and what to do with them."""
        code = f"confirmation: {self.confirmation}" if self.confirmation else None
        return "\n".join(line for line in (self.message, self.preview, code, self.next_step) if line)


async def unconfirmed(
    verdict: Verdict, tool: str, facility: Facility | None, *, for_view: bool
) -> CallToolResult:
    """The result of a call that the guard did not allow; a refusal is recorded in the journal."""
    if facility and verdict.outcome in (Outcome.DECLINED, Outcome.DISMISSED):
        await facility.recorder.not_confirmed(verdict.outcome.value)
    message, next_step = explain(verdict, tool)
    told = Unconfirmed(
        outcome=verdict.outcome.value,
        message=message,
        preview=visible(verdict.preview.text()) if verdict.preview.settled is None else None,
        confirmation=verdict.code,
        next_step=next_step,
    )
    return call_result(told, for_view=for_view, asked=drawn_question(verdict))


def drawn_question(verdict: Verdict | None) -> dict[str, Any] | None:
    """What a view draws of a question, if there was one: what would change, and what came of it."""
    if verdict is None or not verdict.preview.question:
        return None
    drawn = verdict.preview.drawn(visible)
    if verdict.go:
        return drawn | {"how": verdict.how}
    if verdict.outcome in (Outcome.APPROVAL_NEEDED, Outcome.DISMISSED):
        drawn |= {"approve": verdict.place.how}
    return drawn | {"open_for": SECONDS}


def _keyword(name: str, annotation: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)


def _is_resolved(annotation: Any) -> bool:
    return any(isinstance(part, Resolve) for part in getattr(annotation, "__metadata__", ()))
