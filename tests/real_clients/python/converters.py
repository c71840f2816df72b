"""Converts tool definitions with the converters of other libraries, as their agents would.

Reads a JSON list of definitions from standard input and prints, by library and tool, what went wrong.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from typing import Any

from agents.strict_schema import ensure_strict_json_schema
from google.genai import types
from google.genai._mcp_utils import mcp_to_gemini_tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.tools import convert_mcp_tool_to_langchain_tool
from litellm.llms.anthropic.chat.transformation import AnthropicConfig
from litellm.llms.vertex_ai.gemini.vertex_and_google_ai_studio_gemini import VertexGeminiConfig
from mcp.types import Tool
from pydantic_ai.profiles.google import GoogleJsonSchemaTransformer
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

Definition = dict[str, Any]


def openai_agents(definition: Definition) -> None:
    """Strict mode; the library itself falls back to another mode without a word."""
    strict = ensure_strict_json_schema(copy.deepcopy(definition["inputSchema"]))
    assert strict["additionalProperties"] is False
    assert sorted(strict.get("required", [])) == sorted(strict.get("properties", {}))


def google_genai(definition: Definition) -> None:
    """Both ways: the narrow schema of the API, and the library's own conversion of MCP tools."""
    schema = types.Schema.from_json_schema(json_schema=types.JSONSchema(**definition["inputSchema"]))
    converted = schema.model_dump(exclude_none=True)
    assert set(converted.get("properties") or {}) == set(definition["inputSchema"].get("properties", {}))
    assert mcp_to_gemini_tool(Tool(**definition)).function_declarations


def langchain(definition: Definition) -> None:
    """As a tool of LangChain, and from there in OpenAI's strict form."""
    tool = convert_mcp_tool_to_langchain_tool(None, Tool(**definition), connection={"transport": "stdio"})
    function = convert_to_openai_tool(tool, strict=True)["function"]
    assert set(function["parameters"]["properties"]) == set(definition["inputSchema"].get("properties", {}))


def litellm(definition: Definition) -> None:
    """As Anthropic's and Gemini's tools."""
    function = {
        "name": definition["name"],
        "description": definition["description"],
        "parameters": definition["inputSchema"],
    }
    tool: Any = {"type": "function", "function": copy.deepcopy(function)}
    assert AnthropicConfig()._map_tools([tool])[0]
    assert VertexGeminiConfig()._map_function(value=[copy.deepcopy(tool)], optional_params={})


def pydantic_ai(definition: Definition) -> None:
    """By the transformers of its profiles for OpenAI, strict, and for Google."""
    OpenAIJsonSchemaTransformer(copy.deepcopy(definition["inputSchema"]), strict=True).walk()
    assert GoogleJsonSchemaTransformer(copy.deepcopy(definition["inputSchema"]), strict=True).walk()


CONVERTERS: tuple[Callable[[Definition], None], ...] = (
    openai_agents,
    google_genai,
    langchain,
    litellm,
    pydantic_ai,
)


def main() -> None:
    """Convert everything with everything."""
    definitions = json.load(sys.stdin)
    wrong: dict[str, dict[str, str]] = {}
    for convert in CONVERTERS:
        wrong[convert.__name__] = {}
        for definition in definitions:
            try:
                convert(definition)
            except Exception as error:
                wrong[convert.__name__][definition["name"]] = f"{type(error).__name__}: {error}"[:300]
    json.dump(wrong, sys.stdout)


if __name__ == "__main__":
    main()
