"""MCP clients on this machine: add alcf-mcp to one, take it out again, and tell where it is.

    from alcf_mcp.clients import client_named, installation, this_program

    change = installation(client_named("vscode"), this_program())
    print(change.path, change.snippet())
    backup = change.apply()

A file is changed in one place alone: comments, other servers and settings stay as they are, byte for byte.
"""

from __future__ import annotations

from alcf_mcp.clients.changes import Change, by_hand, installation, removal
from alcf_mcp.clients.errors import ClientError
from alcf_mcp.clients.found import FoundConfiguration, FoundEntry, found_configurations
from alcf_mcp.clients.known import CLIENTS, Client, client_named
from alcf_mcp.clients.launcher import Launcher, this_program
from alcf_mcp.clients.machine import Machine

__all__ = [
    "CLIENTS",
    "Change",
    "Client",
    "ClientError",
    "FoundConfiguration",
    "FoundEntry",
    "Launcher",
    "Machine",
    "by_hand",
    "client_named",
    "found_configurations",
    "installation",
    "removal",
    "this_program",
]
