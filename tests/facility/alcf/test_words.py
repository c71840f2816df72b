"""What ALCF's services say when something fails, and what is made of it."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.alcf.words import (
    Meaning,
    is_pbs_refusal,
    is_refusal,
    meaning_of,
    means_nothing_there,
)
from alcf_mcp.facility.changes.evidence import was_refused
from alcf_mcp.iri.answers import read
from alcf_mcp.iri.connection import Answer
from alcf_mcp.iri.errors import APIError, ConnectionLost, TaskFailed

P = "/eagle/Proj/x"

SAID = {
    f"Path does not exist: {P}": Meaning.NOTHING_THERE,
    f"File {P} does not exist.": Meaning.NOTHING_THERE,
    "Parent path /eagle/Proj does not exist.": Meaning.NO_PARENT,
    f"Could not create directory {P}. Maybe try with parent=True?": Meaning.NO_PARENT,
    f"Path {P} already exists.": Meaning.THERE_ALREADY,
    f"Path is not a file: {P}": Meaning.NOT_A_FILE,
    f"Path {P} is not a file.": Meaning.NOT_A_FILE,
    f"Path is not a file or directory: {P}": Meaning.NOT_A_FILE,
    "Expected a regular file, got something else.": Meaning.NOT_A_FILE,
    "Expected a directory, got something else.": Meaning.NOT_A_DIRECTORY,
    "Target path is a symlink and cannot be listed.": Meaning.LINK,
    "Symlink targets are not allowed.": Meaning.LINK,
    "Input validation error: 1 validation error for InputData\npath\n  Value error": Meaning.OUTSIDE,
    "Resolved path must stay under one of: /eagle, /home/ada": Meaning.OUTSIDE,
    f"Could not open file {P}.": Meaning.NOT_PERMITTED,
    f"Could not ls path {P}.": Meaning.NOT_PERMITTED,
    f"Could not execute chmod command on file {P}.": Meaning.NOT_PERMITTED,
    f"Could not execute head command on file {P}.": Meaning.NOT_PERMITTED,
    "Could not get list of entries from directory.": Meaning.NOT_PERMITTED,
    "Could not resolve user or group.": Meaning.UNKNOWN_OWNER,
    "File changed during operation (inode mismatch). The change was reverted.": Meaning.CHANGED_MEANWHILE,
    "Directory changed during operation (inode mismatch).": Meaning.CHANGED_MEANWHILE,
    "Content exceeded 9.5 MB limit.": Meaning.TOO_LARGE,
    # What other facilities pass on: the words of the operating system and of its commands.
    f"ls: cannot access '{P}': No such file or directory": Meaning.NOTHING_THERE,
    f"[Errno 2] No such file or directory: '{P}'": Meaning.NOTHING_THERE,
    f"mkdir: cannot create directory '{P}': File exists": Meaning.THERE_ALREADY,
    f"view: cannot open '{P}': Is a directory": Meaning.NOT_A_FILE,
    f"ls: cannot access '{P}': Not a directory": Meaning.NOTHING_THERE,
    f"ls: cannot access '{P}': Too many levels of symbolic links": Meaning.LINK,
    f"chmod: cannot access '{P}': Permission denied": Meaning.NOT_PERMITTED,
    f"chown: changing ownership of '{P}': Operation not permitted": Meaning.NOT_PERMITTED,
    "chown: invalid user: 'nosuch'": Meaning.UNKNOWN_OWNER,
}

OPEN = (
    "Compute query timed out.",
    "Compute query response could not be parsed: Expecting value: line 1 column 1 (char 0)",
    "Compute query failed: [Errno 104] Connection reset by peer",
    "Compute query response could not be validated: 1 validation error",
    "Cannot access response data with ['data']['createJob']",
    "PBS job state X not supported.",
    "An unexpected error occurred.",
)


def failed(text: str) -> TaskFailed:
    return TaskFailed(text, task_id="t")


def answered(detail: object, *, status: int = 500, operation: str = "launchJob", **wire: object) -> APIError:
    """The error that a response of the API is read as."""
    problem = {"type": "https://api/problems/generic-error", "title": "Error", "status": status}
    body = wire.get("body", problem | {"detail": detail})
    headers = httpx.Headers({"Content-Type": str(wire.get("content_type", "application/problem+json"))})
    try:
        read(Answer(status, headers, json.dumps(body).encode()))
    except APIError as error:
        error.operation = operation
        return error
    raise AssertionError("no error was read")


@pytest.mark.parametrize(("text", "meaning"), SAID.items())
def test_what_is_said_about_a_path_is_understood(text: str, meaning: Meaning) -> None:
    assert meaning_of(failed(text)) is meaning
    assert means_nothing_there(failed(text), P) is (meaning is Meaning.NOTHING_THERE)


@given(st.text())
def test_words_that_are_not_known_never_say_that_nothing_is_there(text: str) -> None:
    assert meaning_of(failed(text)) is None
    assert not means_nothing_there(failed(f"{text} {P}"), P)


@pytest.mark.parametrize(
    "text",
    [
        "[Errno 2] No such file or directory: '/opt/helper.py'",
        "Path does not exist: /eagle/Proj/xy",
        "Path does not exist: /eagle/Proj",
        f"The endpoint that serves {P} does not exist any more",
        f"User ada does not exist, needed for {P}",
    ],
)
def test_something_else_that_is_missing_says_nothing_about_a_path(text: str) -> None:
    assert not means_nothing_there(failed(text), P)


def test_a_path_may_be_named_by_where_its_links_lead() -> None:
    assert means_nothing_there(failed("Path does not exist: /lus/eagle/projects/Proj/x"), P)


@given(st.text(min_size=1).filter(str.strip))
def test_any_other_message_is_the_scheduler_s_refusal(message: str) -> None:
    error = answered(message)
    assert is_pbs_refusal(error)
    assert was_refused(error)
    assert error.detail == message.strip()[:2000]


@pytest.mark.parametrize("detail", OPEN)
def test_a_few_words_of_the_api_leave_a_change_open(detail: str) -> None:
    assert not was_refused(answered(detail))


@pytest.mark.parametrize(
    "error",
    [
        answered("Unknown queue", status=408),
        answered("Unknown queue", status=502),
        answered("Unknown queue", operation="mkdir"),
        answered("Unknown queue", content_type="text/plain", body={"message": "Unknown queue"}),
        answered("", body={"type": "about:blank", "title": "Error", "status": 500, "detail": ""}),
        answered("x", body={"type": "https://developers.cloudflare.com/errors", "detail": "x"}),
        answered("x", body={"type": "…/problems/generic-error", "detail": "x", "status": 502}),
    ],
)
def test_what_did_not_come_from_the_api_about_a_job_leaves_a_change_open(error: APIError) -> None:
    assert not is_refusal(error)
    assert not was_refused(error)


@pytest.mark.parametrize(
    "detail", ["Could not get a token from Keycloak", "User could not be impersonated", "GraphQL error: [{}]"]
)
def test_what_failed_before_the_scheduler_was_asked_is_refused_but_not_by_it(detail: str) -> None:
    error = answered(detail)
    assert was_refused(error)
    assert not is_pbs_refusal(error)


def test_a_refusal_does_not_close_what_another_attempt_left_open() -> None:
    error = answered("Unknown queue")
    error.others = (ConnectionLost("the connection was lost"),)
    assert not was_refused(error)
