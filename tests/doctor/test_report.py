"""``alcf-mcp doctor --report`` says what a bug report needs, and nothing secret or personal."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from alcf_mcp import __version__
from alcf_mcp.cli import app
from alcf_mcp.config import Settings, load_settings
from alcf_mcp.doctor import Check, Health, report

HOME = Path("/mnt/people/mcurie")


@pytest.fixture
def curie(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a user with a name."""
    monkeypatch.setenv("HOME", str(HOME))
    for variable in ("LOGNAME", "USER"):
        monkeypatch.setenv(variable, "mcurie")
    monkeypatch.setattr(socket, "gethostname", lambda: "radium.example.edu")


def told(seen: str, private: dict[str, str] | None = None, **settings: Any) -> str:
    """What the report shows of one check."""
    check = Check(name="it", verdict=Health.GOOD, seen=seen, private=private or {})
    (row,) = (
        row for row in report(load_settings(**settings), [check]).splitlines() if row.startswith("| it |")
    )
    return row.split(" | ", 2)[2].removesuffix(" |")


def test_versions_settings_and_checks_are_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        ["doctor", "--report", "--facility", "local", "--state-dir", str(tmp_path / "mine")],
        env={**os.environ, "ALCF_MCP_MAX_NODES": "7", "ALCF_MCP_DEFAULT_ACCOUNT": "LocalTiny"},
    )
    assert done.exit_code == 0, done.output
    rows = done.stdout.splitlines()
    for row in (f"| alcf-mcp | {__version__} |", "| `facility` | `local` |", "| `max_nodes` | `7` |"):
        assert row in rows
    assert "| `default_account` | set |" in rows
    assert "| `state_dir` | set |" in rows
    assert any(row.startswith("| facility | good | Argonne Leadership") for row in rows)
    assert "problems found" not in done.stdout
    for private in ("LocalTiny", "LocalDemo", str(tmp_path)):
        assert private not in done.stdout


def test_a_report_about_what_fails_exits_as_the_doctor_does(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(
        app, ["doctor", "--report", "--facility", "local", "--state-dir", str(tmp_path / "file" / "x")]
    )
    assert done.exit_code == 1
    assert "| state directory | bad | <state_dir> does not exist" in done.stdout


@pytest.mark.usefixtures("curie")
@pytest.mark.parametrize(
    ("seen", "public"),
    [
        (f"in {HOME}/secret/x.sqlite: 3 actions", "in <home>: 3 actions"),
        (f"{HOME} is not writable", "<home> is not writable"),
        ("Cursor knows it in ~/thesis/mcp.json", "Cursor knows it in <home>"),
        ("at ~other/thesis, too", "at <home>, too"),
        ("'/home/pcurie/runs' and /Users/pcurie/runs", "'<home>' and <home>"),
        (r"C:\Users\pcurie\x is gone", "<home> is gone"),
        ("/scratch/mcurie/venv/bin/python", "/scratch/<user>/venv/bin/python"),
        ("/scratch/MCurie_2/x", "/scratch/<user>_2/x"),
        ("radium.example.edu and radium", "<machine> and <machine>"),
        ("A token of marie@curie.example", "A token of <identity>"),
        ("identity 5c8e9c1f-0b5a-4d29-9c0a-1a2b3c4d5e6f", "identity <id>"),
        ("a | b\nc", "a ¦ b c"),
        ("It has all 40 operations", "It has all 40 operations"),
    ],
)
def test_what_is_personal_has_a_placeholder(seen: str, public: str) -> None:
    assert told(seen) == public


@pytest.mark.usefixtures("curie")
def test_what_a_check_calls_private_has_its_placeholder() -> None:
    assert told("projects: Radium, Radium2", {"Radium": "<project>", "Radium2": "<project>"}) == (
        "projects: <project>, <project>"
    )


def test_the_names_that_the_report_needs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "alcf")  # as in the container image
    assert told("the alcf facility") == "the alcf facility"


FREE_TEXT = {
    "api_url": "https://curie.example/api",
    "activity_url": "https://radium.example/feeds",
    "public_url": "https://polonium.example/mcp",
    "host": "::1",
    "metrics_host": "10.11.12.13",
    "notify": "https://ntfy.sh/my-s3cret-topic",
    "access_token": "s3cret.t0ken",
    "trusted_hosts": ("polonium.example",),
    "default_account": "Polonium",
    "default_queue": "curies-own",
    "default_directory": "/eagle/Polonium",
    "allowed_accounts": ("Polonium", "Radium"),
    "allowed_paths": ("/eagle/Radium",),
    "state_dir": Path("/scratch/state"),
    "log_file": Path("/scratch/log"),
    "tool_prefix": "curie_",
    "max_walltime": "2h",
    "globus_client_id": "5f9b4e1c-polonium",
    "globus_client_secret": "s3cret-of-the-client",
    "server_keys": "s3cret-keys-of-all-the-replicas-0123456789",
    "allowed_users": ("curie@alcf.example", "*@radium.example"),
    "allowed_groups": ("the-group-of-polonium",),
    "database_url": "postgresql://curie:[s3cret@radium.example/polonium",
}


@pytest.mark.parametrize("name", FREE_TEXT)
def test_a_setting_that_is_free_text_is_told_as_set(name: str) -> None:
    value = FREE_TEXT[name]
    settings = load_settings(**{name: value})
    words = [str(word) for word in (value if isinstance(value, tuple) else (value,))]
    text = report(settings, [Check(name="it", verdict=Health.BAD, seen="; ".join(words))])
    assert f"| `{name}` | set |" in text
    for word in words:
        assert word not in text


def test_each_setting_is_either_harmless_or_told_as_set() -> None:
    properties = Settings.model_json_schema()["properties"]
    free = {
        name
        for name, schema in properties.items()
        if any(kind in str(schema) for kind in ("'type': 'string'", "'format': 'path'"))
        and "enum" not in schema
    }
    assert free - {"toolsets"} == FREE_TEXT.keys()


@given(
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40),
    before=st.text(st.characters(codec="ascii", categories=("Ll", "Zs")), max_size=8),
)
def test_a_token_never_appears(token: str, before: str) -> None:
    assert token not in told(f"{before}{token}", access_token=token)
