"""Declare a tool with one decorator on a function; the rest follows from the function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module

from mcp.types import ToolAnnotations

from alcf_mcp.reports.facts import Result
from alcf_mcp.tools.catalog import CATALOG, GROUPS
from alcf_mcp.tools.signatures import Function

GRACE_SECONDS = 3.0
"""A call ends at its own time limit; if it does not, it is cut off this much later."""

ToolFunction = Callable[..., Awaitable[Result | str]]


class Risk(Enum):
    """What a tool can do to the user's work."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


@dataclass(frozen=True)
class ToolSpec:
    """A tool: its function and its properties."""

    fn: ToolFunction
    title: str
    risk: Risk
    repeatable: bool
    remote: bool
    preview: Function | None

    @property
    def name(self) -> str:
        """The tool's name: that of its function."""
        return self.fn.__name__

    @property
    def group(self) -> str:
        """The tool's group: the module or package of tools that contains it."""
        return self.fn.__module__.removeprefix("alcf_mcp.tools.").partition(".")[0]

    @property
    def annotations(self) -> ToolAnnotations:
        """Hints for clients to base decisions on, derived from the risk."""
        reads = self.risk is Risk.READS
        return ToolAnnotations(
            title=self.title,
            read_only_hint=reads,
            destructive_hint=self.risk is Risk.DESTROYS,
            idempotent_hint=reads or self.repeatable,
            open_world_hint=self.remote,
        )


SPECS: dict[str, ToolSpec] = {}
"""The tools whose modules are loaded, by name."""


def tool(
    title: str,
    *,
    risk: Risk = Risk.READS,
    repeatable: bool = False,
    remote: bool = True,
    preview: Function | None = None,
) -> Callable[[ToolFunction], ToolFunction]:
    """Declare a tool.

    Args:
        title: the name to display.
        risk: what the tool can do.
        repeatable: whether doing it twice has the same effect as doing it once.
        remote: whether it talks to the facility.
        preview: finds out what a call would do, to ask the user; a tool that destroys needs one.
    """
    if risk is Risk.DESTROYS and preview is None:
        raise ValueError(f"{title}: a tool that destroys needs a preview")

    def declare(fn: ToolFunction) -> ToolFunction:
        SPECS[fn.__name__] = ToolSpec(fn, title, risk, repeatable, remote, preview)
        return fn

    return declare


def spec_of(name: str) -> ToolSpec:
    """The tool with that name; its module is loaded if it has not been."""
    import_module(f"alcf_mcp.tools.{GROUPS[name]}")
    return SPECS[name]


def load_all() -> None:
    """Load the modules of all tools, so that the first call does not have to wait for it."""
    for group in CATALOG:
        import_module(f"alcf_mcp.tools.{group}")
