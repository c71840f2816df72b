"""A token that was verified just now is not looked up again, until its sign-in ends."""

from __future__ import annotations

import pytest
from fastmcp.server.auth.auth import AccessToken

from alcf_mcp.team import verified
from alcf_mcp.team.verified import VerifiedTokens


def token(text: str, sign_in: str) -> AccessToken:
    return AccessToken(token=text, client_id="a client", scopes=["alcf"], claims={"sign_in": sign_in})


def test_it_is_known_for_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(verified, "monotonic", lambda: now)
    known = VerifiedTokens()
    assert known.get("one") is None
    kept = known.put(token("one", "of ada"))
    now += verified.SECONDS - 0.1
    assert known.get("one") is kept
    now += 0.2
    assert known.get("one") is None


def test_a_sign_in_that_ends_takes_its_tokens_along() -> None:
    known = VerifiedTokens()
    for text, sign_in in (("one", "of ada"), ("two", "of ada"), ("three", "of bob")):
        known.put(token(text, sign_in))
    known.forget("of ada")
    assert [bool(known.get(text)) for text in ("one", "two", "three")] == [False, False, True]


def test_it_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "MOST", 2)
    known = VerifiedTokens()
    for text in ("one", "two", "three"):
        known.put(token(text, "of ada"))
    assert [bool(known.get(text)) for text in ("one", "two", "three")] == [False, True, True]
