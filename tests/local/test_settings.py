from __future__ import annotations

from pathlib import Path

import pytest

from alcf_mcp.local.settings import LocalSettings, login_name


@pytest.mark.parametrize(
    ("login", "expected"),
    [("ada", "ada"), ("Ada.Lovelace", "adalovelace"), ("007", "user"), ("ä", "user"), ("x" * 40, "x" * 32)],
)
def test_login_names_are_reduced_to_what_alcf_allows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, login: str, expected: str
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: login)
    assert LocalSettings(root=tmp_path).username == expected


def test_no_login_name_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", fail)
    assert login_name() == "user"
