"""ALCF's tools for a LangChain agent.

    pip install langchain langchain-mcp-adapters
    python examples/langchain_agent.py                          # without a model: one tool is called
    python examples/langchain_agent.py openai:gpt-5 "Are my jobs done?"

A language model may do whatever the tools can do. ``--read-only`` leaves out the tools that change something.
Without it, actions that can't be undone still wait for your approval: in a terminal, ``alcf-mcp approve``.
"""

import asyncio
import sys

from langchain.agents import create_agent
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools

SERVERS = {
    "alcf": {
        "transport": "stdio",
        "command": "alcf-mcp",
        "args": ["serve", "--facility", "local", "--read-only", "--confirm", "human"],
    }
}


async def main(model: str = "", question: str = "") -> None:
    """Answer a question with a model, or just show that the tools work."""
    async with MultiServerMCPClient(SERVERS).session("alcf") as session:
        tools = await load_mcp_tools(session)
        if model:
            agent = create_agent(model, tools)
            answer = await agent.ainvoke({"messages": [{"role": "user", "content": question}]})
            print(answer["messages"][-1].text)
        else:
            list_resources = next(tool for tool in tools if tool.name == "list_resources")
            (block,) = await list_resources.ainvoke({})
            print(block["text"])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
