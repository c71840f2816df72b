"""All tools, loaded and declared."""

from alcf_mcp.tools import account, compute, extended, filesystem, session, status, tasks
from alcf_mcp.tools.declare import DECLARED

MODULES = (status, compute, filesystem, tasks, account, session, extended)

__all__ = ["DECLARED", "MODULES"]
