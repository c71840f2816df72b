from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

from alcf_mcp.local.credentials import read_or_create_token, same_token


def test_the_token_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = read_or_create_token(path)
    assert len(token.get_secret_value()) > 32
    assert read_or_create_token(path) == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_all_who_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: read_or_create_token(tmp_path / "token"), range(32)))
    assert len(tokens) == 1


def test_tokens_are_compared_whatever_they_hold() -> None:
    assert same_token("ä", SecretStr("ä"))
    assert not same_token("ä", SecretStr("a"))
