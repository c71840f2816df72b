"""Build one person's server inside the server for all."""

from __future__ import annotations

from dataclasses import dataclass

from mcp.server.mcpserver import RequestStateSecurity
from mcp.server.transport_security import TransportSecuritySettings

from alcf_mcp.auth import refusal_of
from alcf_mcp.config import Settings
from alcf_mcp.http.application import LARGEST_BODY
from alcf_mcp.server import build_server
from alcf_mcp.team.facility_tokens import FacilityTokens, SignInByClient, SignInById
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.people import PersonalServer
from alcf_mcp.team.person import Person


@dataclass(frozen=True)
class PersonalServers:
    """Builds the servers.

    Args:
        settings: the settings of the server for all.
        keys: its keys.
        sign_in: looks up a Globus sign-in.
        security: which hosts and origins requests may name.
        line: gives out places for requests to the facility.
    """

    settings: Settings
    keys: ServerKeys
    sign_in: SignInById
    security: TransportSecuritySettings
    line: FairLine

    def build(self, person: Person) -> PersonalServer:
        """Build a person's server: of their own state, sign-in and limits."""
        tokens = FacilityTokens(self.sign_in)
        server = build_server(
            self._settings_of(person),
            slots=self.line.of(person),
            auth=SignInByClient(person, tokens, refusal_of(self.settings)),
            person=f"{person.subject} of {person.issuer}",
            request_state_security=RequestStateSecurity(keys=self.keys.request_state()),
        )
        server.streamable_http_app(
            json_response=False,
            stateless_http=True,
            max_request_body_size=LARGEST_BODY,
            transport_security=self.security,
        )
        return PersonalServer(person, server.session_manager, tokens.use)

    def _settings_of(self, person: Person) -> Settings:
        state_dir = self.settings.state_dir / "people" / person.key
        return self.settings.model_copy(update={"state_dir": state_dir})
