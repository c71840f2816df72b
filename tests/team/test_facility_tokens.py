"""Each sign-in of a person has a token of its own, which is looked up and recorded now and then."""

from __future__ import annotations

from time import time

import pytest
from fastmcp.server.auth.oauth_proxy.models import UpstreamTokenSet
from pydantic import SecretStr

from alcf_mcp.auth import NotSignedIn
from alcf_mcp.team import facility_tokens
from alcf_mcp.team.facility_tokens import KNOWN_SECONDS, RECORDED_SECONDS, FacilityTokens


class SignIns:
    """The sign-ins of somebody, and how often each was looked up."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {"laptop": "of the laptop", "editor": "of the editor"}
        self.looked_up: list[str] = []

    async def __call__(self, id: str) -> UpstreamTokenSet | None:
        self.looked_up.append(id)
        if id not in self.tokens:
            return None
        return UpstreamTokenSet(
            upstream_token_id=id,
            access_token=self.tokens[id],
            refresh_token=None,
            refresh_token_expires_at=None,
            expires_at=time() + 600,
            token_type="Bearer",
            scope="",
            client_id="a client",
            created_at=time(),
        )


class Clock:
    """The time, as a test wants it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        patch.setattr(facility_tokens, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_two_clients_whose_calls_alternate_are_looked_up_once_each(clock: Clock) -> None:
    sign_ins = SignIns()
    tokens, recorded = FacilityTokens(sign_ins), list[bool]()
    for id in ["laptop", "editor"] * 5:
        recorded.append(tokens.use(id))
        assert (await tokens.token()).get_secret_value() == sign_ins.tokens[id]
    assert sign_ins.looked_up == ["laptop", "editor"]
    assert recorded == [True, True, *[False] * 8]
    clock.now += KNOWN_SECONDS
    await tokens.token()
    assert sign_ins.looked_up == ["laptop", "editor", "editor"]


def test_the_one_that_is_used_last_is_recorded_in_the_end(clock: Clock) -> None:
    tokens = FacilityTokens(SignIns())
    assert [tokens.use(id) for id in ("laptop", "editor", "laptop")] == [True, True, False]
    clock.now += RECORDED_SECONDS
    assert tokens.use("laptop")
    assert not tokens.use("laptop")
    assert not tokens.use("editor"), "one of them was recorded just now"


async def test_a_sign_in_that_is_over_says_so_and_leaves_the_other(clock: Clock) -> None:
    sign_ins = SignIns()
    tokens = FacilityTokens(sign_ins)
    del sign_ins.tokens["editor"]
    tokens.use("editor")
    with pytest.raises(NotSignedIn, match="sign-in is over"):
        await tokens.token()
    tokens.use("laptop")
    assert (await tokens.token()).get_secret_value() == "of the laptop"


async def test_a_rejected_token_is_replaced_if_the_sign_in_was_renewed(clock: Clock) -> None:
    sign_ins = SignIns()
    tokens = FacilityTokens(sign_ins)
    tokens.use("laptop")
    old = await tokens.token()
    assert await tokens.renewed(old) is None
    sign_ins.tokens["laptop"] = "renewed"
    assert await tokens.renewed(old) == SecretStr("renewed")
    assert await tokens.token() == SecretStr("renewed")
