"""JSON with comments is read as its clients read it, and a mistake is reported with its position."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.install.errors import SyntaxProblem
from alcf_mcp.install.jsonc import MAX_DEPTH, Grammar, parse

PLAIN = Grammar()
LENIENT = Grammar(comments=True, trailing_commas=True)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 2, "\t"]))
def test_plain_json_is_read_as_json_reads_it(value: Any, indent: int | str | None) -> None:
    root = parse(json.dumps(value, indent=indent), PLAIN).root
    assert root is not None
    assert root.value == value


@given(st.text(alphabet='{}[]",:/*\\ \n\t1tru-.eE', max_size=30))
def test_it_refuses_what_json_refuses_and_takes_what_json_takes(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        root = parse(text, PLAIN).root
    except SyntaxProblem:
        assert expected is None
    else:
        assert (root.value if root else None) == expected


def test_comments_and_trailing_commas() -> None:
    text = '// head\n{ /* a */ "a": [1, 2,], // b\n  "a": {"b": "//"}, }\n/* tail */'
    root = parse(text, LENIENT).root
    assert root is not None
    assert root.value == {"a": {"b": "//"}}
    assert parse(" // nothing\n", LENIENT).root is None


@pytest.mark.parametrize(
    ("text", "grammar", "place", "said"),
    [
        ('{\n  "a": 1 // x\n}', PLAIN, (2, 10), "does not accept comments"),
        ('{"a": 1,}', Grammar(comments=True), (1, 9), "does not accept a comma before this }"),
        ('{"a": [\n1,\n]}', PLAIN, (3, 1), "does not accept a comma before this ]"),
        ('{"a": 1\n "b": 2}', LENIENT, (2, 2), "',' or '}' is expected"),
        ("{a: 1}", LENIENT, (1, 2), "key in"),
        ("{'a': 1}", LENIENT, (1, 2), "key in"),
        ('{"a" 1}', LENIENT, (1, 6), "':' is expected"),
        ('{"a": }', LENIENT, (1, 7), "a value is expected"),
        ('{"a": "b\n"}', LENIENT, (1, 7), "has no end"),
        ('{"a": "\\x"}', LENIENT, (1, 7), "not a valid value"),
        ("{} {}", LENIENT, (1, 4), "more text after the end"),
        ("{} /* x", LENIENT, (1, 4), "comment has no end"),
        ("[" * (MAX_DEPTH + 2), LENIENT, (1, MAX_DEPTH + 2), "nested too deeply"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    text: str, grammar: Grammar, place: tuple[int, int], said: str
) -> None:
    with pytest.raises(SyntaxProblem) as raised:
        parse(text, grammar)
    assert said in str(raised.value)
    assert (raised.value.line, raised.value.column) == place
