"""Every cause of a 401 is recognised by what the facility says, and has its own cure."""

import pytest

from alcf_mcp.auth import cause_of
from alcf_mcp.auth.causes import (
    EXPIRED,
    NOT_ACTIVE,
    NOT_IN_GROUP,
    SESSION_OVER,
    UNKNOWN,
    WRONG_PROVIDER,
    Cause,
)

FAILED = "Facility Specific authentication failed: 401: "

CASES = [
    (FAILED + "Globus token not active.", NOT_ACTIVE),
    (FAILED + "Globus token expired.", EXPIRED),
    (
        FAILED + "Make sure you authenticate with alcf.anl.gov. Currently authenticated as ada@gmail.com",
        WRONG_PROVIDER,
    ),
    (
        FAILED + "Token not compliant with Globus policy, likely due to a high-assurance timeout.",
        SESSION_OVER,
    ),
    (FAILED + "User is not in the authorized group.", NOT_IN_GROUP),
    ("Not authenticated", UNKNOWN),
    ("", UNKNOWN),
]


@pytest.mark.parametrize(("detail", "cause"), CASES)
def test_the_detail_tells_the_cause(detail: str, cause: Cause) -> None:
    assert cause_of(detail) is cause


def test_every_cure_is_what_a_person_can_do() -> None:
    for cause in (NOT_ACTIVE, EXPIRED, SESSION_OVER, UNKNOWN):
        assert "alcf-mcp login" in cause.cure
    assert "https://app.globus.org/logout" in WRONG_PROVIDER.cure
    assert "login --force" in WRONG_PROVIDER.cure
    assert "support@alcf.anl.gov" in NOT_IN_GROUP.cure
