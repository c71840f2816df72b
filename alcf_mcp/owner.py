"""Whose server it is, where that is not the account on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
from mcp.server.mcpserver import RequestStateSecurity

from alcf_mcp.auth import Auth
from alcf_mcp.guard import ApprovalPlace
from alcf_mcp.iri.connection import Slots


@dataclass(frozen=True)
class Owner:
    """Somebody with a server of their own inside a server for many people.

    Attributes:
        name: identifies them among all; what they confirm is bound to it.
        auth: their sign-in.
        slots: their share of the places for requests to the facility.
        request_state_security: seals what their clients carry from a question to its answer.
        approval_place: where they approve what their clients can't ask them.
        used: set by their first call, or by what begins their server's background work without one.
    """

    name: str
    auth: Auth
    slots: Slots
    request_state_security: RequestStateSecurity
    approval_place: ApprovalPlace
    used: anyio.Event = field(default_factory=anyio.Event)
