"""A model plays a conversation against a server with an embedded local facility, over stdio."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import ElicitResult, TextContent

from alcf_mcp.local import LocalFacility, LocalSettings
from evals.play.conversations import Conversation, EndState, Step
from evals.play.dialects import ModelTurn, ToolCall, ToolResult, Turn, UserTurn
from evals.play.endpoint import Endpoint
from evals.play.state import FacilityState

ROOT = Path(__file__).parents[2]

MOST_CALLS = 20
"""Calls after which a conversation is given up."""

SETTLING_SECONDS = 10.0
"""How long the facility may take until what was asked of it is done."""

SYSTEM = "You help a scientist at a computing facility. Use the tools; answer briefly, from what they say."


class SetupFailed(Exception):
    """A conversation could not be set up."""


@dataclass
class Played:
    """How a conversation went.

    Attributes:
        name: its name.
        problems: why it failed; empty if it passed.
        answer: the model's last words.
        calls: the tools it called, in order.
        malformed: how many calls had arguments that were no JSON object.
        failed: how many calls were answered with an error.
        questions: what the user was asked.
        input_tokens: tokens read, over all requests.
        output_tokens: tokens written.
    """

    name: str
    problems: list[str] = field(default_factory=list)
    answer: str = ""
    calls: list[str] = field(default_factory=list)
    malformed: int = 0
    failed: int = 0
    questions: list[str] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def passed(self) -> bool:
        """Whether all that had to be true is."""
        return not self.problems


async def play(endpoint: Endpoint, conversation: Conversation, setup: list[Step], directory: Path) -> Played:
    """Set a conversation up, let the model play it, and score the end.

    Args:
        endpoint: the model.
        conversation: what to play.
        setup: the calls that precede it.
        directory: an empty directory for the facility and the server's files.

    Raises:
        EndpointError: the endpoint can't be used.
        SetupFailed: a call of the setup failed.
    """
    played = Played(conversation.name)
    state = FacilityState(directory / "local")
    async with _ending_jobs(state):
        before = await _set_up(setup, directory, state)
        async with _server(directory, played, agrees=conversation.user_agrees, confirm="ask") as client:
            await _converse(endpoint, client, conversation, played)
            played.problems += await _settled(state, conversation.end, before)
    said = [pattern for pattern in conversation.answer if not _found(pattern, played.answer)]
    played.problems += [f"the answer lacks {pattern!r}" for pattern in said]
    wrong = [pattern for pattern in conversation.never if _found(pattern, played.answer)]
    played.problems += [f"the answer has {pattern!r}" for pattern in wrong]
    return played


async def _converse(endpoint: Endpoint, client: Client, conversation: Conversation, played: Played) -> None:
    tools = (await client.list_tools()).tools
    system = "\n\n".join(part for part in (SYSTEM, client.instructions) if part)
    turns: list[Turn] = []
    for text in conversation.says:
        turns.append(UserTurn(text))
        turn = await _next_turn(endpoint, system, tools, turns, played)
        while turn.calls:
            for call in turn.calls:
                if len(played.calls) == MOST_CALLS:
                    played.problems.append(f"given up after {MOST_CALLS} calls")
                    return
                turns.append(await _called(client, call, played))
            turn = await _next_turn(endpoint, system, tools, turns, played)
        played.answer = turn.text


async def _next_turn(
    endpoint: Endpoint, system: str, tools: list[Any], turns: list[Turn], played: Played
) -> ModelTurn:
    turn = await endpoint.reply(system, tools, turns)
    turns.append(turn)
    played.input_tokens += turn.input_tokens
    played.output_tokens += turn.output_tokens
    return turn


async def _called(client: Client, call: ToolCall, played: Played) -> ToolResult:
    """Make a call; one that can't be made is answered with an error, from which a model may recover."""
    played.calls.append(call.tool)
    if isinstance(call.arguments, str):
        played.malformed += 1
        return ToolResult(call.id, "The arguments are not a JSON object. Send the call again.", is_error=True)
    try:
        result = await client.call_tool(call.tool, call.arguments)
    except Exception as error:  # a tool that does not exist, or arguments that the protocol refuses
        played.failed += 1
        return ToolResult(call.id, str(error), is_error=True)
    played.failed += bool(result.is_error)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    return ToolResult(call.id, text, bool(result.is_error))


async def _settled(state: FacilityState, end: EndState, before: int) -> list[str]:
    """What differs from the end state, once the facility has had time."""
    until = anyio.current_time() + SETTLING_SECONDS
    while problems := list(state.problems(end, before)):
        if anyio.current_time() > until:
            break
        await anyio.sleep(0.1)
    return problems


async def _set_up(steps: list[Step], directory: Path, state: FacilityState) -> int:
    """Make the calls that precede a conversation; tell how many jobs there are then."""
    async with _server(directory, Played("setup"), agrees=True, confirm="off") as client:
        await client.call_tool("list_jobs", {})  # so that there is a facility
        for step in steps:
            await _take(step, client, state)
    return len(state.jobs())


async def _take(step: Step, client: Client, state: FacilityState) -> None:
    ids = {f"job:{job.spec.name}": job.id for job in state.jobs()}
    arguments = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in step.arguments.items()
    }
    result = await client.call_tool(step.tool, arguments)
    if result.is_error:
        raise SetupFailed(f"{step.tool} with {arguments}: {result.content}")


@asynccontextmanager
async def _ending_jobs(state: FacilityState) -> AsyncIterator[None]:
    """End the facility's jobs after the block: they would outlive it."""
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            facility = LocalFacility(LocalSettings(root=state.root))
            async with facility.running():
                await facility.end_jobs()


@asynccontextmanager
async def _server(directory: Path, played: Played, *, agrees: bool, confirm: str) -> AsyncIterator[Client]:
    """A server as clients start it, whose user answers its questions."""
    settings = {"FACILITY": "local", "STATE_DIR": str(directory), "CONFIRM": confirm}
    settings |= {"CONFIG_FILE": os.devnull}
    # Of this environment, the SDK passes on the harmless part only: no settings, and not the model's key.
    environment = {f"ALCF_MCP_{name}": value for name, value in settings.items()}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "alcf_mcp", "serve"], env=environment, cwd=ROOT
    )

    async def answer(context: Any, params: Any) -> ElicitResult:
        played.questions.append(params.message)
        return reply(params.requested_schema, agrees=agrees)

    with (directory / "server.stderr").open("a") as errors:
        async with Client(stdio_client(server, errlog=errors), elicitation_callback=answer) as client:
            yield client


def reply(form: dict[str, Any], *, agrees: bool) -> ElicitResult:
    """The user's reply to a question: the word that is to be typed, or yes; or a refusal."""
    if not agrees:
        return ElicitResult(action="decline")
    typed = form.get("properties", {}).get("typed")
    if typed is None:
        return ElicitResult(action="accept", content={"confirm": True})
    word = re.search(r"type (\S+) to continue", typed.get("description", ""))
    return ElicitResult(action="accept", content={"typed": word[1] if word else ""})


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
