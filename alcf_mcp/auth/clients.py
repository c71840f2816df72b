"""The Globus applications whose sign-ins are used, and what they request from Globus."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

RESOURCE_SERVER = "6be511f6-a071-471f-9bc0-02a0d0836723"
"""The facility's API, as Globus Auth knows it."""

SCOPE = f"https://auth.globus.org/scopes/{RESOURCE_SERVER}/filesystem"
"""The only scope of the API; it covers the whole API, whatever its name says."""

POLICY = "a128e981-c9a5-417a-97ab-8571c9831bff"
"""Globus policy of the API: an ALCF identity, authenticated within the last seven days."""

SESSION_SECONDS = 7 * 24 * 3600
ACCESS_TOKEN_SECONDS = 48 * 3600


@dataclass(frozen=True)
class GlobusClient:
    """A native application that users sign in with.

    Args:
        name: what users call the sign-in.
        client_id: its id at Globus.
        app_name: the name of its token store.
    """

    name: str
    client_id: str
    app_name: str

    @property
    def store_path(self) -> Path:
        """Where globus_sdk keeps the application's tokens; found without loading globus_sdk."""
        environment = os.environ.get("GLOBUS_SDK_ENVIRONMENT", "production")
        prefix = "" if environment == "production" else f"{environment}-"
        place = Path("~/.globus/app") / self.client_id / self.app_name / f"{prefix}tokens.json"
        return place.expanduser()


ALCF = GlobusClient(
    "Globus sign-in", client_id="8b84fc2d-49e9-49ea-b54d-b3a29a70cf31", app_name="alcf_facility_api_app"
)
"""The application of ALCF's own token script; sign-ins are shared with it."""

ALCF_TOKENS = GlobusClient(
    "alcf-tokens", client_id="7f3e61f5-e0de-4e8f-9150-0a62c65dda63", app_name="alcf_tokens"
)
"""The application of the alcf-tokens package; used if the user signed in only with that."""

CLIENTS = (ALCF, ALCF_TOKENS)
