"""The hierarchy of errors, and what their messages contain."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.iri import errors
from alcf_mcp.iri.errors import DETAIL_LIMIT, APIError, IRIError
from alcf_mcp.iri.problems import from_problem
from tests.iri.support import json_values


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.NotAuthenticated),
        (403, errors.NotPermitted),
        (404, errors.NotFound),
        (405, errors.InvalidRequest),
        (408, errors.GatewayTimeout),
        (409, errors.Conflict),
        (418, errors.APIError),
        (422, errors.InvalidRequest),
        (429, errors.TooManyRequests),
        (500, errors.ServerFault),
        (501, errors.NotImplementedThere),
        (502, errors.ServerFault),
        (503, errors.ServerFault),
        (504, errors.GatewayTimeout),
        (599, errors.ServerFault),
    ],
)
def test_every_status_has_its_class(status: int, kind: type[APIError]) -> None:
    error = from_problem(status, {"detail": "why"})
    assert type(error) is kind
    assert error.status == status


def test_the_message_holds_the_status_the_detail_and_the_parameters_at_fault() -> None:
    error = from_problem(
        400,
        {
            "title": "Invalid parameter",
            "detail": "Look at it",
            "invalid_params": [{"name": "limit", "reason": "too large"}],
        },
    )
    assert str(error) == ("The facility did not accept the request (HTTP 400): Look at it [limit: too large]")
    assert error.invalid_params == [("limit", "too large")]


def test_the_title_stands_in_for_a_missing_detail() -> None:
    assert str(from_problem(409, {"title": "In flight"})).endswith("(HTTP 409): In flight")


def test_a_problem_without_text_is_still_a_sentence() -> None:
    assert str(from_problem(503, {})) == "The facility reports a failure (HTTP 503)"


def test_the_http_status_wins_over_the_documents_own() -> None:
    assert from_problem(404, {"status": 500}).status == 404


def test_retry_after_is_kept_as_it_came() -> None:
    assert from_problem(429, {}, retry_after="Wed, 21 Oct 2026 07:28:00 GMT").retry_after is not None


def test_long_texts_are_bounded() -> None:
    error = from_problem(500, {"detail": "x" * 10**6, "title": "y" * 10**6})
    assert len(error.detail) == len(error.title) == DETAIL_LIMIT


@given(st.dictionaries(st.sampled_from(["detail", "title", "invalid_params", "status"]), json_values))
def test_odd_members_are_tolerated(problem: dict[str, Any]) -> None:
    error = from_problem(400, problem)
    assert str(error).startswith("The facility did not accept the request (HTTP 400)")
    assert all(isinstance(text, str) for pair in error.invalid_params for text in pair)


def test_every_class_hangs_under_the_root_and_stands_in_the_tree() -> None:
    classes = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    for kind in classes:
        assert issubclass(kind, IRIError)
        assert kind.__name__ in (errors.__doc__ or "")
