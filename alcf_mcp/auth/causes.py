"""Why the facility answers 401 to a token, and what cures it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A known reason for a 401.

    Args:
        name: one word or two, for people and programs.
        cure: what the person does, as sentences.
    """

    name: str
    cure: str


_AGAIN = "runs `alcf-mcp login` in a terminal, or here the tool sign_in is called"
_REPLACED = "A token in ALCF_MCP_ACCESS_TOKEN has to be replaced instead."

NOT_ACTIVE = Cause(
    "token not active",
    f"Globus does not know the token any more (revoked, or not for this API). The person {_AGAIN}. "
    f"{_REPLACED}",
)
EXPIRED = Cause("token expired", f"Its 48 hours are over. The person {_AGAIN}. {_REPLACED}")
SESSION_OVER = Cause(
    "seven days over",
    "ALCF wants a new sign-in every seven days, though Globus still calls the token valid. "
    f"The person {_AGAIN}. {_REPLACED}",
)
WRONG_PROVIDER = Cause(
    "wrong identity provider",
    "The person signed in with another account than ALCF's: open https://app.globus.org/logout first (or use "
    "a private browser window), then run `alcf-mcp login --force` and choose Argonne LCF (alcf.anl.gov).",
)
NOT_IN_GROUP = Cause(
    "not in the allowed group",
    "Signing in again does not help: the account is not admitted to the API. The person asks "
    "support@alcf.anl.gov for access.",
)
UNKNOWN = Cause("unknown", f"The person {_AGAIN}; if that does not help, asks support@alcf.anl.gov.")

# In this order: "not active, or expired" is an expired one only if nothing else is said.
_SIGNS: tuple[tuple[tuple[str, ...], Cause], ...] = (
    (("high-assurance", "high assurance", "not compliant with globus policy"), SESSION_OVER),
    (("make sure you authenticate with", "identity provider"), WRONG_PROVIDER),
    (("group",), NOT_IN_GROUP),
    (("not active", "inactive"), NOT_ACTIVE),
    (("expired",), EXPIRED),
)


def cause_of(detail: str) -> Cause:
    """The cause that a 401's ``detail`` tells."""
    said = detail.lower()
    return next((cause for signs, cause in _SIGNS if any(sign in said for sign in signs)), UNKNOWN)
