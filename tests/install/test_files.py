"""A configuration file is replaced as a whole or not at all, and its old content is never lost."""

from pathlib import Path

import pytest

from alcf_mcp.install import ClientError
from alcf_mcp.install.files import ConfigurationFile


@pytest.fixture
def file(tmp_path: Path) -> ConfigurationFile:
    path = tmp_path / "mcp [1].json"
    path.write_text("old")
    path.chmod(0o640)
    return ConfigurationFile(path)


def test_it_is_replaced_with_its_permissions_and_backed_up_for_the_person_alone(
    file: ConfigurationFile,
) -> None:
    backup = file.replace(file.read(), "new")
    assert backup is not None
    assert (file.path.read_text(), backup.read_text()) == ("new", "old")
    assert file.path.stat().st_mode & 0o777 == 0o640
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(file.path.parent.iterdir()) == sorted([file.path, backup])


def test_the_same_content_is_backed_up_once(file: ConfigurationFile) -> None:
    first = file.replace(file.read(), "new")
    second = file.replace(file.read(), "old")
    assert file.replace(file.read(), "newer") == first
    assert second not in (first, None)
    assert len(list(file.path.parent.iterdir())) == 3


def test_a_new_file_is_for_the_person_alone(tmp_path: Path) -> None:
    file = ConfigurationFile(tmp_path / "a" / "b" / "mcp.json")
    assert file.replace(file.read(), "new") is None
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(
    tmp_path: Path, file: ConfigurationFile
) -> None:
    link = ConfigurationFile(tmp_path / "home" / "mcp.json")
    link.path.parent.mkdir()
    link.path.symlink_to(Path("..", file.path.name))
    backup = link.replace(link.read(), "new")
    assert link.path.is_symlink()
    assert file.path.read_text() == "new"
    assert backup is not None
    assert backup.parent == link.path.parent


def test_a_read_only_file_is_left_untouched(file: ConfigurationFile) -> None:
    file.path.chmod(0o444)
    with pytest.raises(ClientError, match="is read-only, and was left unchanged"):
        file.replace(file.read(), "new")
    assert file.path.read_text() == "old"
    assert list(file.path.parent.iterdir()) == [file.path]


def test_what_was_written_meanwhile_is_not_overwritten(file: ConfigurationFile) -> None:
    before = file.read()
    file.path.write_text("another program's")
    with pytest.raises(ClientError, match=r"Another program changed .* in the meantime"):
        file.replace(before, "new")
    assert file.path.read_text() == "another program's"


def test_a_byte_order_mark_is_kept(file: ConfigurationFile) -> None:
    file.path.write_bytes(b"\xef\xbb\xbf{}\r\n")
    assert file.read().text == "{}\r\n"
    file.replace(file.read(), "[]\r\n")
    assert file.path.read_bytes() == b"\xef\xbb\xbf[]\r\n"


def test_what_can_not_be_read_or_written_is_told(tmp_path: Path, file: ConfigurationFile) -> None:
    file.path.write_bytes("ü".encode("latin-1"))
    with pytest.raises(ClientError, match="not UTF-8 text"):
        file.read()
    with pytest.raises(ClientError, match=r"can't be read \(Is a directory\)"):
        ConfigurationFile(tmp_path).read()
    below_a_file = ConfigurationFile(file.path / "mcp.json")
    with pytest.raises(ClientError, match=r"can't be read \(Not a directory\)"):
        below_a_file.read()
