"""ALCF's tools for a Pydantic AI agent.

    pip install "pydantic-ai-slim[mcp,openai]"
    python examples/pydantic_ai_agent.py                        # a stand-in for a model calls one tool
    python examples/pydantic_ai_agent.py openai:gpt-5 "Are my jobs done?"

A language model may do whatever the tools can do. ``--read-only`` leaves out the tools that change something.
Without it, actions that can't be undone still wait for your approval: in a terminal, ``alcf-mcp approve``.
"""

import asyncio
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.test import TestModel

SERVER = StdioTransport("alcf-mcp", ["serve", "--facility", "local", "--read-only", "--confirm", "human"])


async def main(model: str = "", question: str = "Which machines are up?") -> None:
    """Answer a question with a model or its stand-in."""
    alcf = MCPToolset(SERVER, include_instructions=True)
    agent = Agent(model or TestModel(call_tools=["list_resources"]), toolsets=[alcf])
    async with agent:
        print((await agent.run(question)).output)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
