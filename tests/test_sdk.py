"""Where we lean on the inside of the MCP SDK: each of these fails loudly when a release changes it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.request_state import RequestStateBoundary
from mcp.types import ElicitResult
from pydantic import BaseModel, ValidationError

from tests.conftest import Era


class Form(BaseModel):
    confirm: bool


async def question() -> Elicit[Form]:
    return Elicit("Go on?", Form)


async def ask(number: int, answer: Annotated[ElicitationResult[Form], Resolve(question)]) -> str:
    """Ask."""
    return f"{number} {answer.action}"


async def resolved() -> Any:
    return AcceptedElicitation(data=Form(confirm=True))


TAKEN: list[Any] = []


async def take(answer: Annotated[ElicitationResult[BaseModel], Resolve(resolved)]) -> str:
    """Take."""
    TAKEN.append(answer)
    return ""


def test_a_tools_arguments_are_a_pydantic_model_that_can_be_made_stricter() -> None:
    """``FacilityTool.of`` forbids unknown arguments, and generates lean schemas from the model."""
    tool = Tool.from_function(ask)
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    assert set(arguments.model_fields) == {"number"}
    assert arguments.model_json_schema(by_alias=True)["additionalProperties"] is False
    with pytest.raises(ValidationError) as refused:
        tool.fn_metadata.validate_arguments({"number": 1, "more": 2})
    assert refused.value.title == arguments.__name__


def test_the_schema_of_results_can_be_replaced_and_their_check_left_out() -> None:
    async def tell() -> Form:
        """Tell."""
        raise NotImplementedError

    metadata = Tool.from_function(tell).fn_metadata
    assert metadata.output_schema is not None
    assert metadata.output_model is not None
    metadata.output_schema, metadata.output_model = {"type": "object"}, None


@pytest.mark.parametrize("content", [None, {"other": 1}])
async def test_an_answer_that_does_not_fit_is_told_by_a_resolvers_error(
    era: Era, content: dict[str, Any] | None
) -> None:
    """``FacilityTool`` knows by these words that a question failed, and that nothing was done."""
    errors: list[BaseException | None] = []

    class Watched(Tool):
        async def run(self, *arguments: Any, **options: Any) -> Any:
            try:
                return await super().run(*arguments, **options)
            except ToolError as error:
                errors.append(error.__cause__)
                raise

    async def reply(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content=content)

    server: MCPServer[Any] = MCPServer("test", tools=[Watched.from_function(ask)])
    async with Client(server, mode=era, elicitation_callback=reply) as client:
        await client.call_tool("ask", {"number": 1})
    assert isinstance(errors[0], ToolError)
    assert str(errors[0]).startswith("Resolver ")


async def test_what_a_resolver_returns_is_wrapped_as_accepted() -> None:
    """``answer_of`` takes the answer to a question that was put within the call out of it."""
    TAKEN.clear()
    async with Client(MCPServer("test", tools=[Tool.from_function(take)])) as client:
        await client.call_tool("take", {})
    assert isinstance(TAKEN[0], AcceptedElicitation)
    assert isinstance(TAKEN[0].data, AcceptedElicitation)


def test_middleware_can_be_put_outside_of_the_check_of_a_questions_state() -> None:
    """``take_odd_answers`` has to see what comes before the SDK refuses it."""
    server: MCPServer[Any] = MCPServer("test")
    assert any(isinstance(one, RequestStateBoundary) for one in server.middleware)

    async def first(ctx: Any, call_next: Any) -> Any:
        return await call_next(ctx)

    server.middleware.insert(0, first)
    assert server.middleware[0] is first


async def test_a_server_can_be_run_over_other_streams() -> None:
    """``alcf_mcp.stdio`` stands between standard input and the server."""
    lowlevel = MCPServer("test")._lowlevel_server
    assert lowlevel.create_initialization_options().server_name == "test"
    assert {"read_stream", "write_stream", "initialization_options"} <= set(
        inspect.signature(lowlevel.run).parameters
    )


async def test_the_context_tells_whether_a_client_can_be_asked(era: Era) -> None:
    """``can_elicit`` reads these."""
    seen: list[Any] = []

    @asynccontextmanager
    async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
        yield

    async def look(ctx: Context[Any]) -> str:
        """Look."""
        seen.extend((ctx.client_capabilities, ctx.protocol_version, ctx.session.can_send_request))
        return ""

    async def reply(context: Any, params: Any) -> ElicitResult:
        raise NotImplementedError

    server: MCPServer[Any] = MCPServer("test", tools=[Tool.from_function(look)], lifespan=lifespan)
    async with Client(server, mode=era, elicitation_callback=reply) as client:
        await client.call_tool("look", {})
    capabilities, version, can_send = seen
    assert capabilities.elicitation is not None
    assert (version >= "2026-07-28") is (era == "auto")
    assert can_send is (era == "legacy")
