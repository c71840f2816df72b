# mypy: ignore-errors
"""A client made with FastMCP. See ../sdks.py for its input and output."""

import json
import sys

import anyio
from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport


def tell(**facts):
    """Write a line."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()


async def main(answer, command, *arguments):
    """Connect, and make the requested calls."""
    questions = []

    async def reply(message, form, params, context):
        questions.append(message)
        return ElicitResult(**json.loads(answer))

    server = StdioTransport(command=command, args=list(arguments), keep_alive=False)
    async with Client(server, elicitation_handler=reply) as client:
        tell(protocol=client.protocol_version, tools=[tool.name for tool in await client.list_tools()])
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            progress = []

            async def note(now, total, message, progress=progress):
                progress.append(message)

            call = json.loads(line)
            result = await client.call_tool_mcp(call["name"], call["arguments"], progress_handler=note)
            tell(result=result.model_dump(mode="json", by_alias=True), progress=progress, questions=questions)
            questions.clear()


anyio.run(main, *sys.argv[1:])
