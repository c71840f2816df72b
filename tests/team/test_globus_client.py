"""Globus' answers: one token for each service, in any order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from alcf_mcp.auth.clients import POLICY, RESOURCE_SERVER, SCOPE
from alcf_mcp.team.globus_client import (
    CHECKED_EVERY,
    GROUPS_SCOPE,
    NoFacilityToken,
    asked_of_globus,
    facility_first,
)


def token(server: str) -> dict[str, Any]:
    return {"access_token": f"of {server}", "resource_server": server, "expires_in": 172800}


TOKENS = [token(server) for server in (RESOURCE_SERVER, "auth.globus.org", "groups.api.globus.org")]


@pytest.mark.parametrize("order", [*permutations(TOKENS)])
def test_the_facilitys_token_comes_first_in_whatever_order_they_came(order: Any) -> None:
    first, *others = order
    found = facility_first({**first, "id_token": "who", "other_tokens": others})
    assert found["access_token"] == f"of {RESOURCE_SERVER}"
    assert found["id_token"] == "who"
    assert {one["resource_server"] for one in found["other_tokens"]} == {
        "auth.globus.org",
        "groups.api.globus.org",
    }


def test_a_sign_in_is_checked_at_globus_long_before_its_token_expires() -> None:
    found = facility_first(TOKENS[0])
    assert (found["expires_in"], found["lasts"]) == (CHECKED_EVERY, 172800)
    short = facility_first(TOKENS[0] | {"expires_in": 60})
    assert (short["expires_in"], short["lasts"]) == (60, 60)


def test_an_answer_without_a_token_for_the_facility_is_an_error_for_people() -> None:
    with pytest.raises(NoFacilityToken, match="no token for the ALCF Facility API"):
        facility_first(TOKENS[1])


def test_what_globus_is_asked() -> None:
    asked = asked_of_globus(groups=False)
    assert SCOPE in asked["scope"].split()
    assert GROUPS_SCOPE not in asked["scope"]
    assert asked["session_required_policies"] == POLICY
    assert asked["access_type"] == "offline"
    assert GROUPS_SCOPE in asked_of_globus(groups=True)["scope"].split()
