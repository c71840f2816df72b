"""How a tool is declared: one decorator; the rest follows from the function."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_type_hints

import anyio
from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from alcf_mcp import guard
from alcf_mcp.facility import Facility
from alcf_mcp.guard import Confirm, Preview, PreviewFunction, Verdict
from alcf_mcp.tools.app import App, app_of
from alcf_mcp.tools.failures import EXPECTED, failure
from alcf_mcp.tools.results import Result, text_result
from alcf_mcp.tools.text import visible

GRACE_SECONDS = 5.0
"""A call ends by its own patience; what does not is cut off this much later."""


class Spread:
    """Marks a dataclass parameter whose fields are the tool's own arguments."""


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
    preview: PreviewFunction | None

    @property
    def name(self) -> str:
        """The tool's name: that of its function."""
        return self.fn.__name__

    @property
    def group(self) -> str:
        """The tool's group: the module that it stands in."""
        return self.fn.__module__.rpartition(".")[2]

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
    preview: PreviewFunction | None = None,
) -> Callable[[ToolFunction], ToolFunction]:
    """Declare a tool.

    Args:
        title: its name for people.
        risk: what it can do.
        repeatable: doing it twice leaves things as doing it once.
        remote: it talks to the facility.
        preview: looks at what a destructive call would do; the person is asked with it.
    """
    if (risk is Risk.DESTROYS) != (preview is not None):
        raise ValueError(f"{title}: what destroys has a preview, and only that")

    def declare(fn: ToolFunction) -> ToolFunction:
        DECLARED[fn.__name__] = Declaration(fn, title, risk, repeatable, remote, preview)
        return fn

    return declare


def as_registered(declared: Declaration) -> Callable[..., Awaitable[CallToolResult]]:
    """The function that the SDK is given: bounded in time, guarded, its results and errors rendered."""
    hints = get_type_hints(declared.fn, include_extras=True)
    parameters = list(_parameters(declared.fn))
    hidden = _guard_parameters(declared, Signature(parameters)) if declared.preview else []

    @functools.wraps(declared.fn)
    async def run(call_context: Context[App], **arguments: Any) -> CallToolResult:
        if declared.preview:
            verdict = guard.verdict_on(arguments.pop("guard_answer"), arguments.pop("guard_preview"))
            arguments.pop("confirmation")
            if not verdict.go:
                return _unconfirmed(verdict, declared.name)
        return await _bounded(declared, app_of(call_context), _gathered(declared.fn, arguments))

    context = Parameter("call_context", Parameter.KEYWORD_ONLY, annotation=Context[App])
    everything = [context, *parameters, *hidden]
    returns = hints["return"]
    returns = CallToolResult if returns is str else Annotated[CallToolResult, returns]
    run.__signature__ = Signature(everything, return_annotation=returns)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in everything} | {"return": returns}
    return run


def _parameters(fn: Callable[..., Any]) -> Iterator[Parameter]:
    """A function's parameters, by keyword; one that is ``Spread`` stands for its fields."""
    hints = get_type_hints(fn, include_extras=True)
    for name, parameter in signature(fn).parameters.items():
        if Spread in getattr(hints[name], "__metadata__", ()):
            yield from _field_parameters(hints[name].__origin__)
        else:
            yield parameter.replace(annotation=hints[name], kind=Parameter.KEYWORD_ONLY)


def _field_parameters(of: type[Any]) -> Iterator[Parameter]:
    hints = get_type_hints(of, include_extras=True)
    for field in fields(of):
        default = field.default if field.default_factory is MISSING else field.default_factory()
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])


def _gathered(fn: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Put the fields of a ``Spread`` parameter back together."""
    given = dict(arguments)
    for name, hint in get_type_hints(fn, include_extras=True).items():
        if Spread in getattr(hint, "__metadata__", ()):
            made = hint.__origin__
            given[name] = made(**{field.name: given.pop(field.name) for field in fields(made)})
    return given


def _guard_parameters(declared: Declaration, own: Signature) -> list[Parameter]:
    assert declared.preview is not None  # noqa: S101 - the caller checked
    ask = guard.asks(declared.name, own, declared.preview)
    kind = Parameter.KEYWORD_ONLY
    return [
        Parameter("confirmation", kind, default=None, annotation=Confirmation),
        Parameter("guard_preview", kind, annotation=Annotated[Preview, Resolve(declared.preview)]),
        Parameter("guard_answer", kind, annotation=Annotated[ElicitationResult[Confirm], Resolve(ask)]),
    ]


async def _bounded(declared: Declaration, app: App, arguments: dict[str, Any]) -> CallToolResult:
    for argument in arguments.values():
        if isinstance(argument, Facility):
            argument.wait.restart()
    seconds = app.settings.timeout
    try:
        with anyio.fail_after(seconds + GRACE_SECONDS):
            result = await declared.fn(**arguments)
    except EXPECTED as error:
        return failure(error, reads=declared.risk is Risk.READS, seconds=seconds)
    return text_result(result) if isinstance(result, str) else result.to_call_result()


def _unconfirmed(verdict: Verdict, tool_name: str) -> CallToolResult:
    message, next_step = guard.explain(verdict, tool_name)
    return Unconfirmed(
        outcome=verdict.outcome,
        message=message,
        preview=None if verdict.outcome == "nothing_to_do" else visible(verdict.preview.text()),
        confirmation=verdict.code,
        next_step=next_step,
    ).to_call_result()


class Unconfirmed(Result):
    """A guarded call that was not carried out, and why."""

    outcome: str
    message: str
    preview: str | None = None
    confirmation: str | None = None
    next_step: str

    def text(self) -> str:
        """The preview, the code, and what to do with them."""
        code = f"confirmation: {self.confirmation}" if self.confirmation else None
        return "\n".join(line for line in (self.message, self.preview, code, self.next_step) if line)


Confirmation = Annotated[str | None, Field(description="The code of the preview, once the person agreed")]
