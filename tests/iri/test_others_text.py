"""Of another program's text, only the fact in it is told."""

import json
import logging
import re
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from alcf_mcp.iri.errors import DETAIL_LIMIT
from alcf_mcp.iri.models import Task
from alcf_mcp.iri.others_text import MOST_FINDINGS, fact_in
from alcf_mcp.iri.problems import from_problem
from alcf_mcp.iri.task_results import failure

FOREIGN = re.compile(
    r"errors\.pydantic\.dev|\d validation errors? for |\[type=\w+|input_value="
    r"|Traceback \(most|File \"[^\"]*\", line \d"
)

sentences = st.from_regex(r"[A-Z][a-z]{2,8}( [a-z/.0-9]{1,9}){1,6}", fullmatch=True)
"""What somebody may want to say: several words."""

anything = st.text(max_size=80)


class InputData(BaseModel):
    """What ALCF's functions check their arguments with has this name."""

    path: str = Field(pattern="^/")
    size: int


def report(path: object, size: object) -> str:
    with pytest.raises(ValidationError) as caught:
        InputData(path=path, size=size)
    return str(caught.value)


def trace_of(message: str, depth: int = 3, cause: Exception | None = None) -> str:
    def call(left: int) -> None:
        if left:
            call(left - 1)
        raise TimeoutError(message) from cause

    try:
        call(depth)
    except TimeoutError:
        return traceback.format_exc()
    raise AssertionError


def indented(text: str) -> str:
    """As Globus Compute shows what happened on a worker."""
    return "\n" + "\n".join(f"   {line}" for line in text.splitlines()) + "\n"


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


SHAPES = [str, indented, on_one_line, escaped]


@pytest.mark.parametrize("shape", SHAPES)
@given(words=sentences, fact=sentences, depth=st.integers(0, 5))
def test_of_a_traceback_the_last_line_is_told(shape, words: str, fact: str, depth: int) -> None:  # type: ignore[no-untyped-def]
    assert fact_in(f"{words}: {shape(trace_of(fact, depth))}") == f"{words}: {fact}"


@pytest.mark.parametrize("shape", [str, indented])
def test_what_an_exception_says_on_several_lines_is_told_on_one(shape) -> None:  # type: ignore[no-untyped-def]
    assert fact_in(shape(trace_of("the endpoint\nis offline"))) == "the endpoint is offline"


def test_of_an_exception_with_a_cause_the_last_one_counts() -> None:
    said = trace_of("no answer from it", cause=OSError("No route to host"))
    assert (
        fact_in(f"Could not look: {said}") == "Could not look: OSError: No route to host: no answer from it"
    )


@pytest.mark.parametrize(
    ("message", "told"), [("", "Could not look: TimeoutError"), ("'x'", "Could not look: TimeoutError: 'x'")]
)
def test_where_an_exception_says_next_to_nothing_its_name_is_told(message: str, told: str) -> None:
    assert fact_in(f"Could not look: {trace_of(message)}") == told


@pytest.mark.parametrize("cut", [40, 90, 150])
def test_of_a_traceback_that_is_cut_off_nothing_is_told_but_that_it_explains_nothing(cut: int) -> None:
    told = fact_in("Could not look: " + trace_of("never read")[:cut])
    assert told == "Could not look: an internal error that the facility does not explain"


@pytest.mark.parametrize("shape", SHAPES[:3])
def test_of_a_validation_report_what_is_wrong_with_what_is_told(shape) -> None:  # type: ignore[no-untyped-def]
    assert fact_in(f"Input validation error: {shape(report('x', 'y'))}") == (
        "Input validation error: path: String should match pattern '^/'; "
        "size: should be a valid integer, unable to parse string as an integer"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 validation error for Model\n  Value error, Both are set [type=value_error]", "Both are set"),
        (
            "1 validation error for M\nname\n  field required (type=value_error.missing)",
            "name: field required",
        ),
        (
            "2 validation errors for M\nname\n  Field required [type=missing, input_val",
            "name: Field required",
        ),
        (
            [
                {
                    "type": "missing",
                    "loc": ["query", "x"],
                    "msg": "Field required",
                    "url": "https://errors.pydantic.dev/2",
                }
            ],
            "query.x: Field required",
        ),
        (
            "1 validation errors:\n  {'type': 'missing', 'loc': ('response', 'x'), 'msg': 'Field required'}",
            "response.x: Field required",
        ),
    ],
)
def test_whatever_the_version_that_made_the_report(text: object, told: str) -> None:
    assert fact_in(text) == told


def test_a_report_that_goes_on_and_on_is_cut_to_its_first_findings() -> None:
    found = [{"loc": ["body", number], "msg": "Field required"} for number in range(50)]
    told = fact_in(found)
    assert told.count("Field required") == MOST_FINDINGS
    assert told.endswith("and 45 more")


def test_a_report_within_a_traceback() -> None:
    assert fact_in(f"Result not valid: {trace_of(report('/x', 'y'))}") == (
        "Result not valid: size: should be a valid integer, unable to parse string as an integer"
    )


@given(
    st.lists(
        anything
        | sentences.map(trace_of)
        | st.builds(report, anything.map("x".__add__), anything.map("x".__add__))
        | st.sampled_from(
            ["Traceback (most recent call last):", "https://errors.pydantic.dev/2/v/x", "[type=missing]"]
        ),
        max_size=5,
    ),
    st.sampled_from(["", " ", "\n"]),
)
def test_whatever_is_put_together_nothing_foreign_gets_through(parts: list[str], glue: str) -> None:
    text = glue.join(parts)
    for told in (
        fact_in(text),
        str(
            from_problem(
                500, {"detail": text, "title": text, "invalid_params": [{"name": "x", "reason": text}]}
            )
        ),
        failure(Task.model_validate({"id": "1", "status": "failed", "result": {"error": text}})) or "",
        failure(Task.model_validate({"id": "1", "status": "failed", "result": text})) or "",
    ):
        assert not FOREIGN.search(told)


@given(st.text())
def test_any_other_text_stays_as_it_is(text: str) -> None:
    if not re.search("raceback|File|type=|pydantic|validation|loc", text):
        assert fact_in(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Job 7 not found.",
        "qsub: Unknown queue",
        "Input validation error: 501: Polaris not supported yet.",
        "Request rejected.  Reason: the type=gpu select is not valid\nSee https://docs.alcf.anl.gov",
        "[]",
        "File /eagle/p/x does not exist.",
    ],
)
def test_what_the_facility_says_itself_stays_as_it_is(text: str) -> None:
    assert fact_in(text) == text


def test_the_fact_is_told_however_long_the_text_before_it_is() -> None:
    error = from_problem(500, {"detail": "Could not look: " + trace_of("the endpoint is offline", depth=300)})
    assert error.detail == "Could not look: the endpoint is offline"
    assert len(from_problem(500, {"detail": trace_of("word " * 10_000)}).detail) == DETAIL_LIMIT


@pytest.mark.parametrize(
    "piece",
    [
        "7",
        "1 validation error for x ",
        "[type=a, input_value=",
        "[type=a",
        "(type=a;",
        "'loc': (",
        "'loc': ('a'), 'msg': '",
        "Traceback (most recent call last)",
        'File "a", line 1\n',
        'File "',
        "The above exception ",
        "a.",
        "E",
        "\n ",
        "errors.pydantic.dev",
    ],
)
def test_a_text_made_to_keep_us_busy_does_not(piece: str) -> None:
    """With a pattern whose time grows with the square of the length, this would take minutes."""
    assert not FOREIGN.search(fact_in(piece * (2_000_000 // len(piece))))


def test_the_rest_goes_to_the_log_without_values(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fact_in(f"Could not look: {trace_of(report('secret/place', 'y'))}")
    (line,) = caplog.records
    logged = " ".join(line.__dict__["left_out"])
    assert "test_others_text.py" in logged
    assert "InputData" in logged
    assert "string_pattern_mismatch" in logged
    assert "secret" not in logged
    assert "/" not in logged


def test_what_is_told_whole_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fact_in("Job 7 not found.")
    assert not caplog.records
