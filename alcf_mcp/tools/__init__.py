"""The tools, one module a group. Importing this package declares them all, in the order of the groups."""

from alcf_mcp.config import Settings
from alcf_mcp.tools import account, compute, filesystem, session, status, tasks
from alcf_mcp.tools.declare import DECLARED, Declaration, Risk

_GROUPS = tuple(
    module.__name__.rpartition(".")[2] for module in (status, compute, filesystem, tasks, account, session)
)


def offered(settings: Settings) -> list[Declaration]:
    """The tools that the person's settings let through, in the order of the groups."""
    chosen = _GROUPS if "default" in settings.toolsets else settings.toolsets
    tools = (declared for declared in DECLARED.values() if declared.group in chosen)
    return sorted(
        (declared for declared in tools if not (settings.read_only and declared.risk is not Risk.READS)),
        key=lambda declared: _GROUPS.index(declared.group),
    )


__all__ = ["DECLARED", "Declaration", "Risk", "offered"]
