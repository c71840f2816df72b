"""Globus Auth on this computer: people sign in at a page of its own, for servers that serve many of them.

LocalIdentity         somebody who can sign in
RegisteredClient      an application that people sign in with
Tokens                what was issued, and whether it is still good
LocalGlobus           the service: its endpoints, and what a test can change about it

Everything is in memory: when the process ends, all sign-ins end with it.
"""

from alcf_mcp.local.sign_in.clients import RegisteredClient
from alcf_mcp.local.sign_in.globus import LocalGlobus
from alcf_mcp.local.sign_in.identities import LocalIdentity
from alcf_mcp.local.sign_in.tokens import Tokens

__all__ = ["LocalGlobus", "LocalIdentity", "RegisteredClient", "Tokens"]
