"""How a tool is declared: one decorator; the rest follows from the function."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter
from typing import Annotated, Any, get_type_hints

import anyio
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ToolAnnotations

from alcf_mcp.app import App
from alcf_mcp.facility import Caller
from alcf_mcp.guard import Verdict
from alcf_mcp.iri.errors import NotImplementedThere
from alcf_mcp.tools.context import app_of, client_name, facility_in
from alcf_mcp.tools.failures import EXPECTED, failure
from alcf_mcp.tools.guarding import Guarded, unconfirmed
from alcf_mcp.tools.results import Result, text_result
from alcf_mcp.tools.signatures import Function, gathered, give_signature, parameters
from alcf_mcp.tools.text import one_line

GRACE_SECONDS = 3.0
"""A call ends by its own patience; what does not is cut off this much later."""


ToolFunction = Callable[..., Awaitable[Result | str]]


class Risk(Enum):
    """What a tool can do to the person's work."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


@dataclass(frozen=True)
class Declaration:
    """A tool as it was declared."""

    fn: ToolFunction
    title: str
    risk: Risk
    repeatable: bool
    remote: bool
    preview: Function | None

    @property
    def name(self) -> str:
        """The tool's name: that of its function."""
        return self.fn.__name__

    @property
    def group(self) -> str:
        """The tool's group: the module or package of tools that it stands in."""
        return self.fn.__module__.removeprefix(f"{__package__}.").partition(".")[0]

    @property
    def annotations(self) -> ToolAnnotations:
        """What clients decide by, derived from the risk."""
        reads = self.risk is Risk.READS
        return ToolAnnotations(
            title=self.title,
            read_only_hint=reads,
            destructive_hint=self.risk is Risk.DESTROYS,
            idempotent_hint=reads or self.repeatable,
            open_world_hint=self.remote,
        )


DECLARED: dict[str, Declaration] = {}
"""All tools, by name, in the order of their declaration."""


def tool(
    title: str,
    *,
    risk: Risk = Risk.READS,
    repeatable: bool = False,
    remote: bool = True,
    preview: Function | None = None,
) -> Callable[[ToolFunction], ToolFunction]:
    """Declare a tool.

    Args:
        title: its name for people.
        risk: what it can do.
        repeatable: doing it twice leaves things as doing it once.
        remote: it talks to the facility.
        preview: looks at what a call would do; the person is asked with it. What destroys has one.
    """
    if risk is Risk.DESTROYS and preview is None:
        raise ValueError(f"{title}: what destroys has a preview")

    def declare(fn: ToolFunction) -> ToolFunction:
        DECLARED[fn.__name__] = Declaration(fn, title, risk, repeatable, remote, preview)
        return fn

    return declare


def as_registered(declared: Declaration) -> Callable[..., Awaitable[CallToolResult]]:
    """The function that the SDK is given: guarded, bounded in time, its results and errors rendered."""
    own = parameters(declared.fn)
    guarded = Guarded(declared.name, own, declared.preview) if declared.preview else None

    @functools.wraps(declared.fn)
    async def run(call_context: Context[App], **arguments: Any) -> CallToolResult:
        app = app_of(call_context)
        try:
            verdict = await guarded.verdict(call_context, arguments) if guarded else None
            facility = facility_in(arguments)
            if facility:
                _introduce(facility.caller, declared, arguments, verdict, client_name(call_context))
            if verdict and not verdict.go:
                return await unconfirmed(verdict, declared.name, facility)
            left = facility.wait.left if facility else app.settings.timeout
            with anyio.fail_after(left + GRACE_SECONDS):
                result = await declared.fn(**gathered(declared.fn, arguments))
        except EXPECTED as error:
            if isinstance(error, NotImplementedThere):
                await app.shared.unsupported.note_missing(error.operation)
            return failure(error, reads=declared.risk is Risk.READS, seconds=app.settings.timeout)
        remarks = [one_line(remark, 1000) for remark in facility.remarks] if facility else []
        return text_result(result, remarks) if isinstance(result, str) else result.to_call_result(remarks)

    context = Parameter("call_context", Parameter.KEYWORD_ONLY, annotation=Context[App])
    answer = get_type_hints(declared.fn, include_extras=True)["return"]
    returns = CallToolResult if answer is str else Annotated[CallToolResult, answer]
    give_signature(run, [context, *own, *(guarded.parameters if guarded else [])], returns)
    return run


def _introduce(
    caller: Caller, declared: Declaration, arguments: dict[str, Any], verdict: Verdict | None, client: str
) -> None:
    """Tell who calls, and what came of asking a person."""
    caller.tool, caller.client = declared.name, client
    caller.arguments = {k: v for k, v in arguments.items() if k != "facility" and v not in (None, [], {})}
    if verdict:
        caller.shown, caller.confirmed = verdict.preview.text() or None, verdict.how
