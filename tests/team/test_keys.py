"""The server's keys: what one replica signs, the others read, also while keys change."""

from __future__ import annotations

import pytest

from alcf_mcp.config import SettingsError
from alcf_mcp.team.keys import ServerKeys

OLD, NEW = "an-old-key-that-is-long-enough-0123456789", "a-new-key-that-is-long-enough-0123456789"


def test_what_an_old_key_encrypted_is_still_read_while_it_is_listed() -> None:
    kept = ServerKeys.parse(OLD).storage().encrypt(b"a sign-in")
    assert ServerKeys.parse(f"{NEW}, {OLD}").storage().decrypt(kept) == b"a sign-in"


def test_the_first_key_signs_and_all_are_accepted() -> None:
    both = ServerKeys.parse(f"{NEW}\n{OLD}")
    assert both.signing() == ServerKeys.parse(NEW).signing()
    assert both.request_state() == [
        *ServerKeys.parse(NEW).request_state(),
        *ServerKeys.parse(OLD).request_state(),
    ]


def test_a_key_serves_each_purpose_by_another_one() -> None:
    keys = ServerKeys.parse(NEW)
    derived = {keys.signing(), keys.pages(), *keys.request_state(), NEW.encode()}
    assert len(derived) == 4


def test_no_key_is_shown() -> None:
    assert NEW not in repr(ServerKeys.parse(NEW))


@pytest.mark.parametrize("value", ["", " , ", "short", f"{NEW},short"])
def test_a_key_that_can_be_guessed_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"ALCF_MCP_SERVER_KEYS.*at least 32 characters.*openssl rand"):
        ServerKeys.parse(value)
