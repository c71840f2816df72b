"""Tools for the rest of the IRI standard; ALCF answers those for files and tasks with 501 (2026-08).

They are offered only on request: a tool that can only fail costs every conversation tokens.
"""

from alcf_mcp.tools.extended import account, inspecting, placing, tasks

__all__ = ["account", "inspecting", "placing", "tasks"]
