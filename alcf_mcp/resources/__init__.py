"""Resources: what a client can read, and show people to choose from, without calling a tool.

Importing this package declares them all. What is the facility's is read as the tools read it, and loaded with
the first reading.
"""

from __future__ import annotations

from collections.abc import Mapping

from alcf_mcp.completion.sources import Completed
from alcf_mcp.resources import files, history, jobs, knowledge, status  # noqa: F401 - they declare
from alcf_mcp.resources.declare import DECLARED
from alcf_mcp.resources.listening import Watches
from alcf_mcp.resources.offered import OfferedResources, ResourceServer


def kinds() -> dict[str, Mapping[str, Completed]]:
    """What the variables of each URI template are, for completions."""
    return {declared.uri: declared.completions for declared in DECLARED}


__all__ = ["OfferedResources", "ResourceServer", "Watches", "kinds"]
