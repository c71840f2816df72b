# mypy: ignore-errors
"""A client made with the Python SDK before its version 2. See ../sdks.py for its input and output."""

import json
import sys

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import ElicitResult


def tell(**facts):
    """Write a line."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()


async def main(answer, command, *arguments):
    """Connect, and make the requested calls."""
    questions = []

    async def reply(context, params):
        questions.append(params.message)
        return ElicitResult.model_validate_json(answer)

    async with (
        stdio_client(StdioServerParameters(command=command, args=arguments)) as streams,
        ClientSession(*streams, elicitation_callback=reply) as session,
    ):
        protocol = (await session.initialize()).protocolVersion
        tell(protocol=protocol, tools=[tool.name for tool in (await session.list_tools()).tools])
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            progress = []

            async def note(now, total, message, progress=progress):
                progress.append(message)

            call = json.loads(line)
            result = await session.call_tool(call["name"], call["arguments"], progress_callback=note)
            tell(result=result.model_dump(mode="json"), progress=progress, questions=questions)
            questions.clear()


anyio.run(main, *sys.argv[1:])
