"""What a client's tool search sees of a tool: name, title, description, and the arguments' descriptions."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from mcp.types import Tool

from alcf_mcp.config import Settings
from alcf_mcp.server import build_server
from alcf_mcp.tools.catalog import CATALOG


@dataclass(frozen=True)
class Definition:
    """The texts of a tool's definition."""

    name: str
    title: str
    description: str
    arguments: tuple[str, ...]
    extended: bool

    @classmethod
    def of(cls, tool: Tool) -> Definition:
        """Read a tool as it is listed."""
        properties: dict[str, Any] = tool.input_schema.get("properties", {})
        arguments = tuple(f"{name}: {_described(schema)}" for name, schema in properties.items())
        extended = tool.name in CATALOG["extended"]
        return cls(
            tool.name, tool.title or "", " ".join((tool.description or "").split()), arguments, extended
        )

    @property
    def short(self) -> str:
        """Name, title and description."""
        return f"{self.name.replace('_', ' ')}: {self.title}. {self.description}"

    @property
    def whole(self) -> str:
        """The same with all arguments."""
        return " ".join((self.short, *(f"{argument}." for argument in self.arguments)))

    @property
    def sentences(self) -> list[str]:
        """The title, and each sentence or clause of the description."""
        return [self.title, *re.split(r"(?<=[.:;?]) ", self.description)]

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        return sha256(repr(asdict(self)).encode()).hexdigest()[:16]


def _described(schema: dict[str, Any]) -> str:
    described = schema.get("description") or schema.get("anyOf", [{}])[0].get("description")
    return str(described or "")


async def definitions() -> list[Definition]:
    """The definitions of all tools, the extended ones too, as the server lists them."""
    tools = await build_server(Settings.model_construct(toolsets=("extended",))).list_tools()
    return [Definition.of(tool) for tool in tools]
