"""The facility's rules for paths, modes and owners are enforced before a request is sent."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.paths import (
    RemotePath,
    checked_mode,
    checked_owner,
    octal,
    symbolic,
)
from alcf_mcp.iri.errors import InvalidCall


@pytest.mark.parametrize(
    ("path", "filesystem"),
    [
        ("/eagle/P/run", "Eagle"),
        ("/lus/eagle/P", "Eagle"),
        ("/home/me", "Home"),
        ("/eagle", "Eagle"),
        ("/eagle/Ünï-code_1.txt", "Eagle"),
    ],
)
def test_a_path_tells_its_filesystem(path: str, filesystem: str) -> None:
    assert RemotePath.parse(path).filesystem == filesystem


def test_slashes_are_made_plain() -> None:
    assert RemotePath.parse(" /eagle//P/run/ ") == "/eagle/P/run"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("eagle/P", "not absolute"),
        ("~/x", "not absolute"),
        ("", "not absolute"),
        ("/eagle/../etc", "'..'"),
        ("/eagle/./x", "'.'"),
        ("/etc/passwd", "outside"),
        ("/eagles/x", "outside"),
        ("/Eagle/x", "outside"),
        ("/eagle/a b", "characters"),
        ("/eagle/a+b=c:d", "'+=:'"),
        ("/eagle/a\nb", "characters"),
    ],
)
def test_a_wrong_path_is_refused_with_the_reason(path: str, reason: str) -> None:
    with pytest.raises(InvalidCall, match=re.escape(reason)) as refused:
        RemotePath.parse(path)
    assert refused.value.hint


@given(st.text(max_size=60))
def test_whatever_passes_stays_under_the_roots(path: str) -> None:
    try:
        plain = RemotePath.parse("/eagle/" + path)
    except InvalidCall:
        return
    assert plain == "/eagle" or plain.startswith("/eagle/")
    assert ".." not in plain.split("/")


def test_the_parent_of_a_path() -> None:
    assert RemotePath.parse("/eagle/P/x").parent == "/eagle/P"
    assert RemotePath.parse("/eagle").parent is None
    assert RemotePath.parse("/lus/eagle").parent is None


@pytest.mark.parametrize("mode", ["750", "0750", "000", "777"])
def test_modes_that_the_facility_takes(mode: str) -> None:
    assert checked_mode(mode) == mode


@pytest.mark.parametrize("mode", ["888", "rwx", "75", "7500", "u+x", "", "1777", " 750"])
def test_other_modes_are_refused_with_an_example(mode: str) -> None:
    with pytest.raises(InvalidCall) as refused:
        checked_mode(mode)
    assert "'750' is rwxr-x---" in refused.value.hint


@pytest.mark.parametrize(("owner", "group"), [("me", ""), ("", "MyProject"), ("a_b-1", "G_1")])
def test_owners_that_the_facility_takes(owner: str, group: str) -> None:
    checked_owner(owner, group)


@pytest.mark.parametrize(
    ("owner", "group"), [("", ""), ("Me", ""), ("1000", ""), ("", "a b"), ("a" * 33, "")]
)
def test_other_owners_are_refused(owner: str, group: str) -> None:
    with pytest.raises(InvalidCall):
        checked_owner(owner, group)


@given(st.integers(0, 0o777))
def test_octal_and_symbolic_modes_are_the_same_thing(bits: int) -> None:
    mode = f"{bits:03o}"
    assert octal(symbolic(mode)) == mode
    assert octal("d" + symbolic(mode)) == mode


def test_an_unreadable_permission_string_is_no_mode() -> None:
    assert octal("?") is None
