"""Tools for what else the IRI standard has; those of files and tasks ALCF answers with 501 (2026-08).

They are offered where a person asks for them: a tool that can only fail costs every conversation tokens.
"""

from alcf_mcp.tools.extended import account, inspecting, placing, tasks

__all__ = ["account", "inspecting", "placing", "tasks"]
