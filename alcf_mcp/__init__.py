"""alcf-mcp: the MCP server of the Argonne Leadership Computing Facility."""

__version__ = "0.1.0"
