"""A tool as the SDK lists it, before the code behind it is loaded."""

from __future__ import annotations

import json
from collections.abc import Collection, Coroutine
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.types import ToolAnnotations
from pydantic import PrivateAttr

from alcf_mcp.config import Settings
from alcf_mcp.tools.catalog import chosen, unlisted

if TYPE_CHECKING:
    from alcf_mcp.tools.facility_tool import FacilityTool


class ListedTool(Tool):
    """A tool from the catalog; it is built from its function when it is first called."""

    group: str
    _output_schema: dict[str, Any] | None = PrivateAttr(None)

    @classmethod
    @cache  # it never changes, and a server for many people has one for all of them
    def of(cls, name: str, group: str, unlisted: tuple[str, ...] = ()) -> ListedTool:
        """Make a tool from its definition, which is generated from its function and reviewed as a file.

        Args:
            name: its name.
            group: its group.
            unlisted: arguments that are not listed.
        """
        path = files(__package__).joinpath("definitions", f"{name}.json")
        definition: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        tool = cls(
            fn=made,
            name=name,
            group=group,
            title=definition["title"],
            description=definition["description"],
            parameters=_listing(definition["inputSchema"], unlisted),
            fn_metadata=FuncMetadata(arg_model=ArgModelBase),
            is_async=True,
            annotations=ToolAnnotations.model_validate(definition["annotations"]),
        )
        tool._output_schema = definition.get("outputSchema")
        return tool

    @property
    def reads(self) -> bool:
        """Whether the tool changes nothing at the facility."""
        return bool(self.annotations and self.annotations.read_only_hint)

    @cached_property
    def output_schema(self) -> dict[str, Any] | None:
        """The output schema in the definition."""
        return self._output_schema

    def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Coroutine[Any, Any, Any]:
        """Run the tool."""
        return made(self.name).run(arguments, context, convert_result)


def offered(settings: Settings) -> list[ListedTool]:
    """The tools that the user's settings allow."""
    tools = (ListedTool.of(name, group, unlisted(settings, name)) for name, group in chosen(settings).items())
    return [tool for tool in tools if tool.reads or not settings.read_only]


def _listing(schema: dict[str, Any], unlisted: Collection[str]) -> dict[str, Any]:
    properties = {name: about for name, about in schema.get("properties", {}).items() if name not in unlisted}
    return {**schema, "properties": properties}


def made(name: str) -> FacilityTool:
    """The tool itself; the code behind it is loaded with the first call."""
    from alcf_mcp.tools.facility_tool import FacilityTool  # noqa: PLC0415 - loaded when a tool is called

    return FacilityTool.of(name)


def load() -> None:
    """Load the code behind the tools, so that the first call does not have to wait for it."""
    from alcf_mcp.tools import facility_tool, tool  # noqa: F401, PLC0415

    tool.load_all()
