"""MCP clients on this machine: add alcf-mcp to one, remove it again, and report where it is.

    from alcf_mcp.install import client_named, installation, this_program

    change = installation(client_named("vscode"), this_program())
    print(change.path, change.snippet())
    backup = change.apply()

Only one place in a file changes. Comments, other servers and settings stay as they are, byte for byte.
"""

from __future__ import annotations

from alcf_mcp.install.changes import Change, by_hand, installation, new_entry, removal
from alcf_mcp.install.errors import ClientError
from alcf_mcp.install.found import FoundConfiguration, FoundEntry, found_configurations
from alcf_mcp.install.known import CLIENTS, Client, client_named
from alcf_mcp.install.launcher import PUBLISHED, Launcher, this_program
from alcf_mcp.install.machine import ThisComputer

__all__ = [
    "CLIENTS",
    "PUBLISHED",
    "Change",
    "Client",
    "ClientError",
    "FoundConfiguration",
    "FoundEntry",
    "Launcher",
    "ThisComputer",
    "by_hand",
    "client_named",
    "found_configurations",
    "installation",
    "new_entry",
    "removal",
    "this_program",
]
