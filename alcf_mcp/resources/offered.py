"""The resources that one server offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.types import Resource, ResourceTemplate

from alcf_mcp.app import App
from alcf_mcp.resources import knowledge
from alcf_mcp.resources.declare import DECLARED
from alcf_mcp.views.offering import OfferedViews


class OfferedResources:
    """The resources of the groups that the user chose; reading them changes nothing.

    Args:
        app: the server.
        groups: the groups of tools that are offered; resources of other groups are not.
        views: the pages of views, which can be read without being listed here.
    """

    def __init__(self, app: App, groups: Collection[str], views: OfferedViews) -> None:
        self._app = app
        self._views = views
        self._offered = [one for one in DECLARED if one.group is None or one.group in groups]

    def listed(self) -> list[Resource]:
        """Resources with a fixed URI, for clients that show the user a list to choose from."""
        single = (one for one in self._offered if not one.template.variable_names)
        return [*(Resource(uri=one.uri, **one.described) for one in single), *knowledge.each_by_itself()]

    def templates(self) -> list[ResourceTemplate]:
        """Resources with variables in their URI."""
        several = (one for one in self._offered if one.template.variable_names)
        return [ResourceTemplate(uri_template=one.uri, **one.described) for one in several]

    async def read(self, uri: str) -> ReadResourceContents:
        """Read a resource.

        Raises:
            ResourceError: no resource has that URI, or it can't be read.
        """
        if page := self._views.read(uri):
            return page
        from alcf_mcp.resources.reading import content_of  # noqa: PLC0415 - loads the tools

        for declared in self._offered:
            variables = declared.template.match(uri)
            if variables is not None:
                given = {name: str(value) for name, value in variables.items()}
                content = await content_of(declared, given, self._app.facility())
                return ReadResourceContents(content, declared.mime_type)
        raise ResourceNotFoundError(f"Unknown resource: {uri}")


class ResourceServer(MCPServer[App]):
    """A server that loads resources only when they are read; the SDK's own would load all of them at once.

    Args:
        name: its name.
        offered: its resources.
        options: the other arguments of ``MCPServer``.
    """

    def __init__(self, name: str, offered: OfferedResources, **options: Any) -> None:
        super().__init__(name, **options)
        self._offered = offered

    async def list_resources(self) -> list[Resource]:
        """List the resources with a fixed URI."""
        return self._offered.listed()

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """List the resources with variables in their URI."""
        return self._offered.templates()

    async def read_resource(self, uri: object, context: object = None) -> Iterable[ReadResourceContents]:
        """Read a resource."""
        return [await self._offered.read(str(uri))]
