"""Text from others is bounded, and nothing in it is invisible or obeyed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.reports.text import one_line, size, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("a\x00b\x7f", "a␀b␡"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("dos\r\nline\rover", "dos\nline␍over"),
        ("ünïcode ✓ 漢字", "ünïcode ✓ 漢字"),
    ],
)
def test_control_characters_are_shown(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@given(st.text())
def test_a_name_is_one_bounded_line(text: str) -> None:
    line = one_line(text, limit=50)
    assert len(line) <= 50
    assert "\n" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB"), (None, "unknown size")],
)
def test_sizes_as_people_read_them(number: int | None, said: str) -> None:
    assert size(number) == said


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://e)",
        "[x](http://e)",
        "[x\\\\](http://e)",
        "<img src=x>",
        "\\\\<img src=x>",
        "</p>",
        "<!-- x",
    ],
)
def test_markdown_in_a_name_is_no_markdown(text: str) -> None:
    told = one_line(text)
    for position in (m.start() for m in re.finditer(r"!\[|\]\(|<(?=[a-zA-Z/!?])", told)):
        before = told[:position]
        assert (len(before) - len(before.rstrip("\\"))) % 2 == 1, told
    assert one_line(told) == told


@pytest.mark.parametrize("hidden", ["\U000e0041", "\u3164", "\u180e", "\ufe0f", "\U000e0101", "\u2061"])
def test_what_can_t_be_seen_is_shown(hidden: str) -> None:
    assert hidden not in one_line(f"a{hidden}b")
