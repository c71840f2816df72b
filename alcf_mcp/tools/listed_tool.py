"""A tool as the SDK lists it, before what is behind it is loaded."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.types import ToolAnnotations
from pydantic import PrivateAttr

from alcf_mcp.tools.catalog import Listed

if TYPE_CHECKING:
    from alcf_mcp.tools.facility_tool import FacilityTool


class ListedTool(Tool):
    """A tool of the catalog; it is made from its function when it is first called."""

    _output_schema: dict[str, Any] | None = PrivateAttr(None)

    @classmethod
    def of(cls, listed: Listed) -> ListedTool:
        """Make the tool of a definition."""
        definition = listed.definition
        tool = cls(
            fn=made,
            name=listed.name,
            title=definition["title"],
            description=definition["description"],
            parameters=definition["inputSchema"],
            fn_metadata=FuncMetadata(arg_model=ArgModelBase),
            is_async=True,
            annotations=ToolAnnotations.model_validate(definition["annotations"]),
        )
        tool._output_schema = definition.get("outputSchema")
        return tool

    @cached_property
    def output_schema(self) -> dict[str, Any] | None:
        """What the definition says."""
        return self._output_schema

    def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Coroutine[Any, Any, Any]:
        """Run the tool."""
        return made(self.name).run(arguments, context, convert_result)


@cache
def made(name: str) -> FacilityTool:
    """The tool itself; what is behind all of them is loaded with the first."""
    from alcf_mcp.tools.declared import DECLARED  # noqa: PLC0415 - loaded when a tool is called
    from alcf_mcp.tools.facility_tool import FacilityTool  # noqa: PLC0415

    return FacilityTool.declared(DECLARED[name])


def load() -> None:
    """Load what is behind the tools, so that the first call does not wait for it."""
    import alcf_mcp.tools.declared  # noqa: PLC0415
    import alcf_mcp.tools.facility_tool  # noqa: F401, PLC0415
