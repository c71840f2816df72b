"""Settings come from flags, the environment and a file, in that order; an invalid one gives a clear line."""

import codecs
from pathlib import Path

import pytest

from alcf_mcp.config import ALCF_API_URL, SettingsError, load_settings


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("ALCF_MCP_CONFIG_FILE", str(path))
    return path


def test_defaults_are_alcf_asking_within_45_seconds() -> None:
    settings = load_settings()
    assert (settings.facility, settings.api_url) == ("alcf", ALCF_API_URL)
    assert (settings.confirm, settings.read_only, settings.timeout) == ("ask", False, 45.0)
    assert settings.access_token is None


def test_flags_win_over_the_environment_and_that_over_the_file(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text('confirm = "off"\ntimeout = 10\nlog_level = "error"\n')
    assert load_settings().timeout == 10
    monkeypatch.setenv("ALCF_MCP_TIMEOUT", "20")
    assert load_settings().timeout == 20
    settings = load_settings(timeout="30")
    assert (settings.timeout, settings.confirm, settings.log_level) == (30, "off", "ERROR")


def test_toolsets_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCF_MCP_TOOLSETS", "status, Compute")
    assert load_settings().toolsets == ("status", "compute")


def test_a_blank_token_is_none_and_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCF_MCP_ACCESS_TOKEN", " ")
    assert load_settings().access_token is None
    monkeypatch.setenv("ALCF_MCP_ACCESS_TOKEN", "s3cret\n")
    settings = load_settings()
    assert settings.access_token is not None
    assert settings.access_token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CONFIRM", "never", "'ask', 'human' or 'off'"),
        ("FACILITY", "nersc", "'alcf' or 'local'"),
        ("TIMEOUT", "soon", "valid number"),
        ("TIMEOUT", "0", "greater than or equal to 1"),
        ("TOOLSETS", "jobs", "default, status, compute"),
        ("API_URL", "api.alcf.anl.gov", "https://"),
        ("API_URL", "http://h:99999", "https://"),
        ("API_URL", "https://h/x?y=1", "https://"),
        ("API_URL", "https://me:secret@host/api", "user name or password"),
        ("READ_ONLY", "perhaps", "boolean"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ALCF_MCP_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        load_settings()
    line = str(wrong.value)
    assert line.startswith(f"ALCF_MCP_{name} (--")
    assert said in line
    assert "\n" not in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("text", "said"), [("confirm = [", "config.toml"), ('colour = "red"', "no setting 'colour'")]
)
def test_a_broken_file_is_named(config_file: Path, text: str, said: str) -> None:
    config_file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_settings()


BOM = "\ufeff"


@pytest.mark.parametrize("written", [b"", codecs.BOM_UTF8], ids=["plain", "with a byte order mark"])
def test_a_file_in_utf_8_is_read(config_file: Path, written: bytes) -> None:
    config_file.write_bytes(written + 'default_account = "Çelik"\n'.encode())
    assert load_settings().default_account == "Çelik"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_a_file_in_another_encoding_is_named_with_the_right_one(config_file: Path, encoding: str) -> None:
    mark = BOM if encoding == "utf-16-be" else ""
    config_file.write_bytes(f'{mark}default_account = "Çelik"\n'.encode(encoding))
    with pytest.raises(SettingsError, match="save it as UTF-8") as wrong:
        load_settings()
    assert str(wrong.value).startswith(f"{config_file}: the file is ")
