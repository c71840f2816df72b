"""A declared tool as registered with the SDK, with lean schemas and readable errors."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from inspect import Parameter
from typing import Annotated, Any, get_type_hints

import anyio
from mcp.server.mcpserver import AcceptedElicitation, Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from mcp.types import CallToolResult
from pydantic import ValidationError

from alcf_mcp.app import App
from alcf_mcp.facility import Caller
from alcf_mcp.guard import NOTHING_SENT, Verdict, question_failed
from alcf_mcp.iri.errors import NotImplementedThere, TaskStillRunning
from alcf_mcp.reports.text import one_line
from alcf_mcp.tools.context import app_of, client_name, facility_in
from alcf_mcp.tools.failures import EXPECTED, failure
from alcf_mcp.tools.guarding import Guarded, drawn_question, unconfirmed
from alcf_mcp.tools.meant import TextStaysText, as_meant, without_clients_own
from alcf_mcp.tools.results import call_result, error_result, text_result
from alcf_mcp.tools.schemas import lean_input, lean_output
from alcf_mcp.tools.signatures import gathered, give_signature, parameters
from alcf_mcp.tools.tool import GRACE_SECONDS, Risk, ToolSpec, spec_of
from alcf_mcp.views.offering import draws_views

RESOLVED = AcceptedElicitation[Any]
"""The SDK's wrapper for everything that it resolves.

This reference keeps the class alive: without one, pydantic drops it and rebuilds it in every sixth call.
"""


class FacilityTool(Tool):
    """A tool that refuses unknown arguments and turns expected failures into answers."""

    @classmethod
    @functools.cache  # a tool holds no state: what a call needs comes with its context
    def of(cls, name: str) -> FacilityTool:
        """Make the tool with that name."""
        spec = spec_of(name)
        made = cls.from_function(
            _registered(spec),
            name=spec.name,
            title=spec.title,
            description=_paragraph(spec.fn.__doc__ or ""),
            annotations=spec.annotations,
        )
        assert isinstance(made, cls)  # noqa: S101 - the SDK's annotation is wider than its result
        arguments = made.fn_metadata.arg_model
        arguments.model_config["extra"] = "forbid"
        arguments.model_rebuild(force=True)
        made.parameters = lean_input(arguments.model_json_schema(by_alias=True))
        made.fn_metadata = TextStaysText.of(made.fn_metadata, made.texts)
        if schema := made.fn_metadata.output_schema:
            made.fn_metadata.output_schema = lean_output(schema)
            # Results are made from the model itself; a preview or a refusal has another shape.
            made.fn_metadata.output_model = None
        return made

    @functools.cached_property
    def texts(self) -> frozenset[str]:
        """The names of the arguments that are text."""
        properties: dict[str, dict[str, Any]] = self.parameters.get("properties", {})
        return frozenset(name for name, schema in properties.items() if schema.get("type") == "string")

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        """Run the tool; invalid arguments and expected failures become answers, not exceptions."""
        arguments = self.given(arguments)
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            if not _answer_does_not_fit(error):
                return self._told(error)
        with question_failed():
            try:
                return await super().run(arguments, context, convert_result)
            except ToolError as error:
                return self._told(error)

    def _told(self, error: ToolError) -> CallToolResult:
        """The answer that reports an expected failure.

        Raises:
            ToolError: the failure was not expected.
        """
        cause = error.__cause__
        if isinstance(cause, ValidationError) and cause.title == self.fn_metadata.arg_model.__name__:
            return self._wrong_arguments(cause)
        if isinstance(cause, TaskStillRunning | TimeoutError):
            return error_result(f"{_SLOW_LOOK} {NOTHING_SENT}", message=_SLOW_LOOK, next_step=NOTHING_SENT)
        if isinstance(cause, EXPECTED):  # a preview could not inspect its target
            return failure(cause, reads=True, seconds=0)
        raise error

    def given(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments that have a value, as they are meant; what clients add of their own is left out."""
        fields = self.fn_metadata.arg_model.model_fields
        return as_meant(without_clients_own(arguments, fields), fields, self.texts)

    def _wrong_arguments(self, error: ValidationError) -> CallToolResult:
        fields = self.fn_metadata.arg_model.model_fields
        problems = [
            _problem(detail["type"], detail["loc"], detail["msg"], list(fields))
            for detail in error.errors(include_url=False, include_context=False, include_input=False)[:10]
        ]
        offered = ", ".join(
            f"{name} (required)" if field.is_required() else name for name, field in fields.items()
        )
        problems = list(dict.fromkeys(problems))
        next_step = f"{self.name} takes: {offered}." if offered else f"{self.name} takes no arguments."
        message = f"{self.name} was not called: {'; '.join(problems)}"
        return error_result(f"{message}. {next_step}", message=message, next_step=next_step)


def _registered(spec: ToolSpec) -> Callable[..., Awaitable[CallToolResult]]:
    """The function for the SDK: guarded, limited in time, with results and errors rendered."""
    own = parameters(spec.fn)
    guarded = Guarded(spec.name, own, spec.preview) if spec.preview else None

    @functools.wraps(spec.fn)
    async def run(call_context: Context[App], **arguments: Any) -> CallToolResult:
        app = app_of(call_context)
        for_view = draws_views(call_context, app.settings.views)
        try:
            verdict = await guarded.verdict(call_context, arguments) if guarded else None
            facility = facility_in(arguments)
            if facility:
                _introduce(facility.caller, spec, arguments, verdict, client_name(call_context))
            if verdict and not verdict.go:
                return await unconfirmed(verdict, spec.name, facility, for_view=for_view)
            left = facility.wait.left if facility else app.settings.timeout
            with anyio.fail_after(left + GRACE_SECONDS):
                result = await spec.fn(**gathered(spec.fn, arguments))
        except EXPECTED as error:
            if isinstance(error, NotImplementedThere):
                await app.shared.unsupported.note_missing(error.operation)
            facility = facility_in(arguments)
            seconds = facility.wait.passed if facility else app.settings.timeout
            return failure(error, reads=spec.risk is Risk.READS, seconds=seconds)
        remarks = [one_line(remark, 1000) for remark in facility.remarks] if facility else []
        if isinstance(result, str):
            return text_result(result, remarks)
        return call_result(result, remarks, for_view=for_view, asked=drawn_question(verdict))

    context = Parameter("call_context", Parameter.KEYWORD_ONLY, annotation=Context[App])
    answer = get_type_hints(spec.fn, include_extras=True)["return"]
    returns = CallToolResult if answer is str else Annotated[CallToolResult, answer]
    give_signature(run, [context, *own, *(guarded.parameters if guarded else [])], returns)
    return run


def _introduce(
    caller: Caller, spec: ToolSpec, arguments: dict[str, Any], verdict: Verdict | None, client: str
) -> None:
    """Record who calls, and how the call was confirmed."""
    caller.tool, caller.client = spec.name, client
    caller.arguments = {k: v for k, v in arguments.items() if k != "facility" and v not in (None, [], {})}
    if verdict:
        caller.shown, caller.confirmed = verdict.preview.text() or None, verdict.how


_SLOW_LOOK = "The facility took too long to show what the call would change. Try again in a minute."


def _answer_does_not_fit(error: ToolError) -> bool:
    """Whether the client's answer does not fit the question; then nothing was done."""
    cause = error.__cause__
    return isinstance(cause, ToolError) and str(cause).startswith("Resolver ")


def _problem(kind: str, where: tuple[int | str, ...], message: str, fields: list[str]) -> str:
    name = str(where[0])
    if kind == "extra_forbidden" and len(where) == 1:
        close = get_close_matches(name, fields, n=1)
        return f"there is no argument '{name}'" + (f" (did you mean '{close[0]}'?)" if close else "")
    if kind == "missing":
        return f"'{name}' is missing or blank"
    reason = message.removeprefix("Value error, ").replace("Input should be", "should be")
    position = "".join(f"[{one_line(str(part), 60)}]" for part in where[1:2])
    return f"'{name}{position}': {reason[:1].lower()}{reason[1:]}"


def _paragraph(docstring: str) -> str:
    return " ".join(docstring.split())
