"""Why the facility answers 401 to a token, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A known reason for a 401.

    Args:
        name: a few words, for people and programs.
        cure: what the user should do, as sentences.
    """

    name: str
    cure: str


_AGAIN = "The user signs in again, with `alcf-mcp login` in a terminal or with the tool sign_in here"
_REPLACED = "A token in ALCF_MCP_ACCESS_TOKEN must be replaced instead."

NOT_ACTIVE = Cause(
    "token not active",
    f"Globus no longer accepts the token (it was revoked, or is not for this API). {_AGAIN}. {_REPLACED}",
)
EXPIRED = Cause("token expired", f"The token's 48 hours are over. {_AGAIN}. {_REPLACED}")
SESSION_OVER = Cause(
    "seven days over",
    "ALCF requires a new sign-in every seven days, even if Globus still calls the token valid. "
    f"{_AGAIN}. {_REPLACED}",
)
WRONG_PROVIDER = Cause(
    "wrong identity provider",
    "The user signed in with an account other than ALCF's: open https://app.globus.org/logout first (or use "
    "a private browser window), then run `alcf-mcp login --force` and choose Argonne LCF (alcf.anl.gov).",
)
NOT_IN_GROUP = Cause(
    "not in the allowed group",
    "Signing in again does not help: the account is not admitted to the API. The user can ask "
    "support@alcf.anl.gov for access.",
)
UNKNOWN = Cause("unknown", f"{_AGAIN}. If that does not help, the user can ask support@alcf.anl.gov.")

# The order matters: "not active, or expired" means an expired token only if nothing else is said.
_SIGNS: tuple[tuple[tuple[str, ...], Cause], ...] = (
    (("high-assurance", "high assurance", "not compliant with globus policy"), SESSION_OVER),
    (("make sure you authenticate with", "identity provider"), WRONG_PROVIDER),
    (("group",), NOT_IN_GROUP),
    (("not active", "inactive"), NOT_ACTIVE),
    (("expired",), EXPIRED),
)


def cause_of(detail: str) -> Cause:
    """Return the cause that a 401's ``detail`` gives."""
    said = detail.lower()
    return next((cause for signs, cause in _SIGNS if any(sign in said for sign in signs)), UNKNOWN)
