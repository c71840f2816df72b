"""One member of a JSON text is set or removed, and every other byte stays as it is."""

import json
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from alcf_mcp.install.errors import ShapeProblem
from alcf_mcp.install.jsonc import Grammar, parse
from alcf_mcp.install.jsonc_edit import remove_member, set_member

LENIENT = Grammar(comments=True, trailing_commas=True)
PATH = ("mcpServers", "alcf")
ENTRY = {"command": "/bin/alcf-mcp", "args": ["serve"]}


def value_of(text: str, grammar: Grammar = LENIENT) -> Any:
    root = parse(text, grammar).root
    return root.value if root else None


class Written:
    """JSON texts as people write them: odd whitespace, comments anywhere, perhaps trailing commas."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
        self._commas = draw(st.booleans())

    def gap(self) -> str:
        pieces = st.sampled_from(
            ["", "", " ", "  ", "\t", "\n", "\n    ", "/* c */", "/*\n*/", "// c\n", "// \n"]
        )
        return "".join(self._draw(st.lists(pieces, max_size=3))).replace("\n", self._newline)

    def object(self, keys: list[str], below: int) -> str:
        members = [f"{json.dumps(key)}{self.gap()}:{self.gap()}{self.value(below)}" for key in keys]
        inside = f"{self.gap()},{self.gap()}".join(members)
        comma = f"{self.gap()}," if members and self._commas else ""
        return f"{{{self.gap()}{inside}{comma}{self.gap()}}}"

    def value(self, below: int) -> str:
        if below and self._draw(st.booleans()):
            keys = self._draw(st.lists(st.sampled_from(["a", "b", "ü", 'q"']), unique=True, max_size=2))
            return self.object(keys, below - 1)
        return str(self._draw(st.sampled_from(["1", '"x"', '"// no"', "null", "[]", '[1, "]"]', "{ }"])))


@st.composite
def texts(draw: Any) -> str:
    """A text that contains, among others, the object that is to get the member."""
    written = Written(draw)
    keys = draw(st.lists(st.sampled_from(["a", "b", "ü"]), unique=True, max_size=2))
    servers = f'"mcpServers":{written.gap()}{written.object(keys, 1)}'
    others = [f'"{key}": {written.value(2)}' for key in draw(st.lists(st.sampled_from("xyz"), unique=True))]
    members = draw(st.permutations([servers, *others]))
    inside = f"{written.gap()},{written.gap()}".join(members)
    return f"{written.gap()}{{{written.gap()}{inside}{written.gap()}}}{written.gap()}"


@given(texts())
def test_setting_adds_the_member_and_changes_nothing_else(text: str) -> None:
    after = set_member(text, PATH, ENTRY, LENIENT)
    expected = value_of(text)
    expected["mcpServers"]["alcf"] = ENTRY
    assert value_of(after) == expected
    assert set_member(after, PATH, ENTRY, LENIENT) == after


@given(texts())
@example('{"mcpServers": {\n"a": 1 /* c */}} /* not of a */\n')
@example('{"mcpServers": {"a": 1 // c\n}}')
def test_set_and_removed_again_leaves_every_byte(text: str) -> None:
    assume(value_of(text)["mcpServers"])
    assert remove_member(set_member(text, PATH, ENTRY, LENIENT), PATH, LENIENT) == text


@given(texts())
def test_in_an_object_without_members_only_blank_space_may_change(text: str) -> None:
    after = remove_member(set_member(text, PATH, ENTRY, LENIENT), PATH, LENIENT)
    assert value_of(after) == value_of(text)
    assert "".join(after.split()) == "".join(text.split())


@given(texts(), st.data())
def test_any_member_can_be_removed_and_the_others_stay(text: str, data: st.DataObject) -> None:
    value = value_of(text)
    key = data.draw(st.sampled_from(sorted(value)))
    after = remove_member(text, (key,), LENIENT)
    del value[key]
    assert value_of(after) == value
    comments = text.count("/*") + text.count("// ")
    assert after.count("/*") + after.count("// ") <= comments


@given(texts())
def test_a_value_is_replaced_in_its_place(text: str) -> None:
    before = set_member(text, PATH, {"command": "old", "env": {"A": "1"}}, LENIENT)
    after = set_member(before, (*PATH, "command"), "new", LENIENT)
    assert after == before.replace('"old"', '"new"')


@given(
    st.dictionaries(st.text(), st.integers() | st.dictionaries(st.text(), st.text(), max_size=2), max_size=3)
)
def test_plain_json_stays_plain(value: dict[str, Any]) -> None:
    assume("mcpServers" not in value)
    after = set_member(json.dumps(value, indent=2), PATH, ENTRY, Grammar())
    assert json.loads(after) == {**value, "mcpServers": {"alcf": ENTRY}}


def test_it_keeps_to_the_style_of_the_text() -> None:
    text = dedent("""\
        {
            // The servers that I use.
            "mcpServers": {
                "git": {"command": "uvx", "args": ["git"]}, // the best one

                /* "old": {}, */
            },
            "theme": "dark",
        }
        """)
    added = '\n        "alcf": {\n            "command": "/bin/x"\n        },'
    after = set_member(text, PATH, {"command": "/bin/x"}, LENIENT)
    assert after == text.replace("// the best one", f"// the best one{added}")


def test_it_keeps_the_line_ends_and_tabs_of_the_text() -> None:
    text = '{\r\n\t"mcpServers": {}\r\n}\r\n'
    after = set_member(text, PATH, {"command": "x"}, Grammar())
    assert after == (
        '{\r\n\t"mcpServers": {\r\n\t\t"alcf": {\r\n\t\t\t"command": "x"\r\n\t\t}\r\n\t}\r\n}\r\n'
    )
    assert remove_member(after, PATH, Grammar()) == text


@pytest.mark.parametrize("text", ["", "\n", "// my servers\n"])
def test_an_empty_text_becomes_an_object(text: str) -> None:
    after = set_member(text, PATH, ENTRY, LENIENT)
    assert after.startswith(text.strip())
    assert after.endswith("}\n")
    assert value_of(after) == {"mcpServers": {"alcf": ENTRY}}


def test_of_a_key_that_stands_there_twice_the_last_one_counts_and_both_go() -> None:
    text = '{"mcpServers": {"alcf": 1, "b": 2, "alcf": 3}}'
    assert set_member(text, PATH, 4, LENIENT) == text.replace("3", "4")
    assert remove_member(text, PATH, LENIENT) == '{"mcpServers": { "b": 2}}'


def test_a_comment_does_not_swallow_what_follows_a_removed_member() -> None:
    text = '{\n  // mine\n  "alcf": 1, "b": 2\n}'
    assert value_of(remove_member(text, ("alcf",), LENIENT)) == {"b": 2}


@pytest.mark.parametrize("text", ["[]", '{"mcpServers": []}', '{"mcpServers": null}'])
def test_what_is_no_object_is_told(text: str) -> None:
    with pytest.raises(ShapeProblem, match="is not an object"):
        set_member(text, PATH, ENTRY, LENIENT)
