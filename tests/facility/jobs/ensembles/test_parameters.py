"""The members' parameters come as CSV or as JSON, and arrive as they were meant."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.jobs.ensembles.parameters import parse_members
from alcf_mcp.iri.errors import InvalidCall

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ROWS = st.lists(st.fixed_dictionaries({"A": VALUES, "b_2": VALUES}), min_size=1, max_size=5)


@given(ROWS)
def test_json_is_read_exactly(rows: list[dict[str, str]]) -> None:
    assert list(parse_members(json.dumps(rows))) == rows


@given(ROWS)
def test_csv_is_read_exactly(rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["A", "b_2"], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    assert list(parse_members(text.getvalue())) == rows


def test_what_is_not_text_is_written_as_json_does_and_null_sets_nothing() -> None:
    text = '[{"A": 1, "B": "é", "C": true, "D": [1, {"e": "f g"}], "E": null}]'
    assert parse_members(text) == ({"A": "1", "B": "é", "C": "true", "D": '[1,{"e":"f g"}]'},)


@pytest.mark.parametrize(
    "number", ["1.50", "1e-3", "1E5", "-0", "0.1000000000000000055511151231257827", "12345678901234567890123"]
)
def test_numbers_stay_as_they_are_written(number: str) -> None:
    assert parse_members(f'[{{"A": {number}, "B": [{number}]}}]') == ({"A": number, "B": f"[{number}]"},)
    assert parse_members(f"A,B\n{number},{number}\n") == ({"A": number, "B": number},)


def test_a_file_as_spreadsheets_write_it_is_read() -> None:
    assert parse_members('\ufeffSEED, RATE\r\n1,"a, b"\r\n\r\n2,\r\n') == (
        {"SEED": "1", "RATE": "a, b"},
        {"SEED": "2", "RATE": ""},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid CSV"),
        ("A,B\n", "no members"),
        ("[]", "no members"),
        ("[1]", "not a JSON list of objects"),
        ('{"A": [1, 2]}', "not a JSON list of objects"),
        ("[{", "not valid JSON"),
        ("A,B\n1\n", "Member 1 of the ensemble has 1 value for 2 parameters"),
        ("A,A\n1,2\n", "names a parameter twice"),
        ("learning rate\n1\n", "can't be the name of a parameter"),
        ("[" * 100_000, "nested too deeply|not valid JSON"),
        ('[{"A": "\\u0000"}]', "NUL byte"),
        ('A\n"1\n', "not valid CSV"),
    ],
)
def test_anything_else_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidCall, match=said):
        parse_members(text)


@pytest.mark.parametrize(
    "name",
    [
        "RANDOM",
        "PATH",
        "HOME",
        "IFS",
        "PS4",
        "BASH_ENV",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "PBS_JOBID",
        "ENSEMBLE_SIZE",
        "_",
    ],
)
def test_a_name_that_the_system_uses_is_refused_with_another(name: str) -> None:
    with pytest.raises(InvalidCall, match=f"^{name} can't be the name of a parameter") as refused:
        parse_members(f"{name}\n1\n")
    assert "Choose another name, such as MY_" in refused.value.hint
