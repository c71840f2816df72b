"""Build one person's server inside the server for all."""

from __future__ import annotations

from dataclasses import dataclass

from mcp.server.mcpserver import RequestStateSecurity
from mcp.server.transport_security import TransportSecuritySettings

from alcf_mcp.auth import refusal_of
from alcf_mcp.guard import ApprovalPlace
from alcf_mcp.http.application import LARGEST_BODY
from alcf_mcp.owner import Owner
from alcf_mcp.server import build_server
from alcf_mcp.team.facility_tokens import FacilityTokens, SignInByClient, SignInById
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.measuring import time_operation
from alcf_mcp.team.people import PersonalServer
from alcf_mcp.team.person import Person
from alcf_mcp.team.state import PeoplesState


@dataclass(frozen=True)
class PersonalServers:
    """Builds the servers.

    Args:
        state: everybody's state.
        keys: its keys.
        sign_in: looks up a Globus sign-in.
        security: which hosts and origins requests may name.
        line: gives out places for requests to the facility.
        approval_place: where people approve what their clients can't ask them.
    """

    state: PeoplesState
    keys: ServerKeys
    sign_in: SignInById
    security: TransportSecuritySettings
    line: FairLine
    approval_place: ApprovalPlace

    def build(self, person: Person) -> PersonalServer:
        """Build a person's server: of their own state, sign-in and limits."""
        tokens = FacilityTokens(self.sign_in)
        owner = Owner(
            name=f"{person.subject} of {person.issuer}",
            auth=SignInByClient(person, tokens, refusal_of(self.state.settings)),
            slots=self.line.of(person),
            request_state_security=RequestStateSecurity(keys=self.keys.request_state()),
            approval_place=self.approval_place,
        )
        server = build_server(self.state.settings_of(person), store=self.state.store_of(person), owner=owner)
        server.middleware.append(time_operation)  # innermost: tools have their plain names there
        server.streamable_http_app(
            json_response=False,
            stateless_http=True,
            max_request_body_size=LARGEST_BODY,
            transport_security=self.security,
        )
        return PersonalServer(person, server.session_manager, tokens.use, owner.used.set)
