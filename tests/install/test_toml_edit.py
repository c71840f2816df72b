"""One table of a TOML text is set or removed, and the rest stays as it is."""

import re
import tomllib
from textwrap import dedent

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alcf_mcp.install.errors import EditProblem, ShapeProblem, SyntaxProblem
from alcf_mcp.install.toml_edit import parse, remove_table, set_table

PATH = ("mcp_servers", "alcf")
ENTRY = {"command": "/bin/alcf-mcp", "args": ["serve"]}

TABLES = [
    '[mcp_servers.git]\ncommand = "uvx"  # the best one\nargs = [\n  "git",\n]\n',
    "# Not for now:\n# [mcp_servers.old]\n[mcp_servers.web]\nurl = 'http://localhost/mcp'\n\n",
    '[mcp_servers."with space".env]\nA = "1"\n',
    "[profiles.deep]\nmodel_reasoning_effort = 'high'\n\n# the end of deep\n",
    "\t[[hooks]]\n\tname = 'a'\n[[hooks]]\nname = 'b'\n",
    "[notes]\ntext = '''\n[mcp_servers.none]\n'''\n",
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["", "# my settings\n", 'model = "gpt"\nnested = [[1], [2]]\n\n', "\n"]))
    text = head + "".join(draw(st.lists(st.sampled_from(TABLES), unique=True)))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(texts())
def test_a_new_table_comes_behind_all_others(text: str) -> None:
    after = set_table(text, PATH, ENTRY)
    assert after.startswith(text)
    expected = tomllib.loads(text)
    expected.setdefault("mcp_servers", {})["alcf"] = ENTRY
    assert tomllib.loads(after) == expected
    assert set_table(after, PATH, ENTRY) == after


@given(texts())
def test_set_and_removed_again_leaves_every_byte(text: str) -> None:
    assert remove_table(set_table(text, PATH, ENTRY), PATH) == text


@given(texts(), st.sampled_from(TABLES))
def test_it_is_changed_and_removed_from_among_others(before: str, after: str) -> None:
    assume(after not in before.replace("\r\n", "\n") and "[[hooks]]" not in after)
    ours = "[mcp_servers.alcf]\ncommand = 'x' # mine\n[mcp_servers.alcf.env]\nA = '1'\n"
    changed = set_table(before + ours + after, PATH, {"command": "y", "args": ["serve"]})
    assert changed == before + ours.replace("'x' # mine", '"y" # mine\nargs = ["serve"]') + after
    left = remove_table(before + ours + after, PATH)
    assert left in (before + after, re.sub(r"\r?\n\Z", "", before) + after)


def test_values_are_changed_in_their_place_and_the_rest_of_the_table_stays() -> None:
    text = dedent("""\
        [mcp_servers.alcf]  # Argonne
        command = "/old/alcf-mcp"
        args = ["serve"]
        startup_timeout_sec = 20
        env = { ALCF_MCP_CONFIRM = "human" }

        # about the next
        [profiles.deep]
        """)
    after = set_table(text, PATH, ENTRY)
    assert after == text.replace("/old/alcf-mcp", "/bin/alcf-mcp")


def test_the_comment_above_the_next_table_stays() -> None:
    text = "[mcp_servers.alcf]\ncommand = 'x'\n\n# about b\n[b]\n"
    assert remove_table(text, PATH) == "\n# about b\n[b]\n"


@pytest.mark.parametrize(
    "text",
    ["mcp_servers.alcf.command = 'x'\n", "[mcp_servers]\nalcf = {command = 'x'}\ngit = {command = 'y'}\n"],
)
def test_what_is_no_table_of_its_own_is_left_to_the_person(text: str) -> None:
    with pytest.raises(EditProblem):
        set_table(text, PATH, ENTRY)
    with pytest.raises(EditProblem):
        remove_table(text, PATH)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a = 1\nb = ]\n", (2, 5), "Invalid value"),
        ("a = [\n1", (2, 2), ""),
        ("a = 1\na = 2\n", (2, 6), "overwrite"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: tuple[int, int], said: str) -> None:
    with pytest.raises(SyntaxProblem) as raised:
        parse(text)
    assert (raised.value.line, raised.value.column) == place
    assert said in str(raised.value)
    assert "line" not in str(raised.value)


def test_what_is_no_table_is_told() -> None:
    with pytest.raises(ShapeProblem, match="mcp_servers is not an object"):
        set_table("mcp_servers = 1\n", PATH, ENTRY)
