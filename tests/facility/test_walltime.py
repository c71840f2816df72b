"""Walltimes are parsed in the forms that users write, and nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.walltime import parse_since, parse_walltime, spoken
from alcf_mcp.iri.errors import InvalidCall


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("00:30:00", 1800),
        ("1:30:00", 5400),
        ("100:00:00", 360_000),
        ("30m", 1800),
        ("45 min", 2700),
        ("1h30m", 5400),
        ("1 h 30 min", 5400),
        ("1.5h", 5400),
        ("2 days", 172_800),
        ("90s", 90),
        ("1-12:00:00", 129_600),
        ("0-00:30:00", 1800),
        ("2-06:30", 196_200),
        ("1800", 1800),
        (1800, 1800),
    ],
)
def test_forms_that_people_write(written: str | int, seconds: int) -> None:
    assert parse_walltime(written) == seconds


@pytest.mark.parametrize(
    "written",
    [
        "2 weeks",
        "",
        "soon",
        "1h and a bit",
        "-5m",
        "0",
        0,
        -60,
        "1e3",
        "10 m h",
        "99999 h",
        "1-12",
        "1-36:00:00",
        "-1-12:00:00",
        "1 - 12:00:00",
    ],
)
def test_what_is_no_walltime_is_refused_with_the_right_forms(written: str | int) -> None:
    with pytest.raises(InvalidCall) as refused:
        parse_walltime(written)
    assert "00:30:00" in refused.value.hint


def test_two_parts_could_be_minutes_or_hours_and_are_not_guessed() -> None:
    with pytest.raises(InvalidCall) as refused:
        parse_walltime("30:00")
    assert "00:30:00 or 30:00:00" in refused.value.hint


OTHER_DIGITS = st.characters(categories=["Nd", "No"]).filter(
    lambda char: char.isdigit() and not char.isascii()
)


@given(
    OTHER_DIGITS, st.sampled_from(["{}", "{}0m", "1{}:00:00", "1-{}2:00:00", "1.{} h", "{} days", "30m{}"])
)
def test_only_0_to_9_are_digits(digit: str, form: str) -> None:
    for parse in (parse_walltime, parse_since):
        with pytest.raises(InvalidCall, match="digits other than 0 to 9") as refused:
            parse(form.format(digit))
        assert "2 days" in refused.value.hint or "3 days" in refused.value.hint


@given(st.integers(0, 29), st.integers(0, 23), st.integers(0, 59), st.integers(1, 59))
def test_days_come_first_as_slurm_writes_them(days: int, hours: int, minutes: int, seconds: int) -> None:
    written = f"{days}-{hours:02}:{minutes:02}:{seconds:02}"
    assert parse_walltime(written) == days * 86400 + hours * 3600 + minutes * 60 + seconds


@given(st.text(max_size=30))
def test_any_text_is_a_walltime_or_a_clear_refusal(text: str) -> None:
    try:
        assert parse_walltime(text) >= 1
    except InvalidCall as refused:
        assert refused.hint


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "5 s"), (119, "119 s"), (120, "2 min"), (150, "2 min 30 s"), (5400, "1 h 30 min"), (259_200, "3 d")],
)
def test_durations_are_said_in_words(seconds: int, said: str) -> None:
    assert spoken(seconds) == said
