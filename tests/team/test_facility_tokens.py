"""A person's calls use the sign-in that they used last, and another of theirs once that one is over."""

from __future__ import annotations

import time

import pytest
from fastmcp.server.auth.oauth_proxy.models import UpstreamTokenSet

from alcf_mcp.auth import NotSignedIn
from alcf_mcp.team import facility_tokens
from alcf_mcp.team.facility_tokens import MOST_SIGN_INS, FacilityTokens


class SignIns:
    """The sign-ins that there are, and how often they were looked up."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)
        self.lookups: list[str] = []

    async def __call__(self, id: str) -> UpstreamTokenSet | None:
        self.lookups.append(id)
        if id not in self.ids:
            return None
        return UpstreamTokenSet(
            upstream_token_id=id,
            access_token=f"token of {id}",
            refresh_token=None,
            refresh_token_expires_at=None,
            expires_at=time.time() + 60,
            token_type="Bearer",
            scope="alcf",
            client_id="",
            created_at=time.time(),
        )


async def used(tokens: FacilityTokens) -> str:
    return (await tokens.token()).get_secret_value()


async def test_clients_that_take_turns_are_looked_up_and_recorded_once() -> None:
    known = SignIns("laptop", "desktop")
    tokens = FacilityTokens(known)
    recorded = list[bool]()
    for id in ("laptop", "desktop") * 5:
        recorded.append(tokens.use(id))
        assert await used(tokens) == f"token of {id}"
    assert sorted(known.lookups) == ["desktop", "laptop"]
    assert recorded == [True] + [False] * 9


async def test_another_sign_in_is_recorded_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facility_tokens, "RECORD_SECONDS", 0.0)
    tokens = FacilityTokens(SignIns("laptop", "desktop"))
    assert [tokens.use(id) for id in ("laptop", "laptop", "desktop", "laptop")] == [True, False, True, True]


async def test_a_sign_in_that_is_over_gives_way_to_another_which_is_recorded() -> None:
    known = SignIns("laptop", "desktop")
    tokens = FacilityTokens(known)
    tokens.use("desktop")
    tokens.use("laptop")
    known.ids.remove("laptop")
    assert await used(tokens) == "token of desktop"
    assert not tokens.use("desktop"), "it is the one that was recorded"
    known.ids.clear()
    await tokens.renewed(await tokens.token())
    with pytest.raises(NotSignedIn, match="Your sign-in is over"):
        await used(tokens)


async def test_a_visit_of_the_pages_is_used_only_where_there_is_nothing_else() -> None:
    known = SignIns("laptop", "visit")
    tokens = FacilityTokens(known)
    assert tokens.use("visit", lasts=False)
    assert await used(tokens) == "token of visit"
    assert not tokens.use("visit", lasts=False)
    assert tokens.use("laptop")
    tokens.use("visit", lasts=False)
    assert await used(tokens) == "token of laptop"


async def test_a_token_that_is_rejected_gives_way_to_another() -> None:
    tokens = FacilityTokens(SignIns("laptop", "visit"))
    tokens.use("laptop")
    tokens.use("visit", lasts=False)
    other = await tokens.renewed(await tokens.token())
    assert other
    assert other.get_secret_value() == "token of visit" == await used(tokens)
    assert await tokens.renewed(other), "the other is tried again"


@pytest.mark.parametrize("lasts", [True, False])
async def test_no_more_sign_ins_are_kept_in_mind_than_somebody_has(lasts: bool) -> None:
    ids = [str(number) for number in range(MOST_SIGN_INS + 5)]
    known = SignIns()
    tokens = FacilityTokens(known)
    for id in ids:
        tokens.use(id, lasts=lasts)
    with pytest.raises(NotSignedIn):
        await used(tokens)
    assert len(known.lookups) == MOST_SIGN_INS
