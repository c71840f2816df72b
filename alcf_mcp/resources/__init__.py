"""Resources: what a client can read, or list for the user to choose from, without calling a tool.

Importing this package declares them all. The facility's data is read through the tools, which are loaded at
the first read.
"""

from __future__ import annotations

from collections.abc import Mapping

from alcf_mcp.completion.sources import Completed
from alcf_mcp.resources import (  # noqa: F401 - they declare resources
    files,
    history,
    jobs,
    knowledge,
    plans,
    status,
)
from alcf_mcp.resources.declare import DECLARED
from alcf_mcp.resources.listening import Watches
from alcf_mcp.resources.offered import OfferedResources, ResourceServer


def kinds() -> dict[str, Mapping[str, Completed]]:
    """The kinds of the variables in each URI template, for completions."""
    return {declared.uri: declared.completions for declared in DECLARED}


__all__ = ["OfferedResources", "ResourceServer", "Watches", "kinds"]
