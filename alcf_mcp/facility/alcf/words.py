"""What ALCF's services say when something fails, and what it means.

The status alone is misleading: 400 can mean that there is no such job, 500 that PBS refused a request.
Source: ALCF's deployment of the API, 2026-04 to 2026-08. The operating system's own words are known too,
because other facilities pass them on.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from alcf_mcp.iri.errors import APIError, InvalidRequest, NotFound, ServerFault, TaskFailed
from alcf_mcp.iri.operations import OPERATIONS


class Meaning(Enum):
    """What the failure of a file operation means."""

    NOTHING_THERE = auto()
    NO_PARENT = auto()
    THERE_ALREADY = auto()
    NOT_A_FILE = auto()
    NOT_A_DIRECTORY = auto()
    LINK = auto()
    OUTSIDE = auto()
    NOT_PERMITTED = auto()
    UNKNOWN_OWNER = auto()
    CHANGED_MEANWHILE = auto()
    TOO_LARGE = auto()


_FILE_WORDS = tuple(
    (meaning, re.compile(words, re.IGNORECASE))
    for meaning, words in (
        (
            Meaning.OUTSIDE,
            r"input validation error|validation errors? for inputdata|must stay under one of",
        ),
        (
            Meaning.LINK,
            r"is a symlink and cannot be listed|symlink targets are not allowed|symbolic links",
        ),
        (Meaning.NO_PARENT, r"parent path \S+ does not exist|maybe try with parent=true"),
        (
            Meaning.NOTHING_THERE,
            # "Not a directory" is a part above the path: nothing can be below that.
            r"path does not exist: |file \S+ does not exist|no such file or directory|not a directory",
        ),
        (Meaning.THERE_ALREADY, r"path \S+ already exists|file exists"),
        (
            Meaning.NOT_A_FILE,
            r"path is not a file|path \S+ is not a file|expected a regular file, got something else"
            r"|is a directory|not a regular file",
        ),
        (Meaning.NOT_A_DIRECTORY, r"expected a directory, got something else"),
        (Meaning.UNKNOWN_OWNER, r"could not resolve user or group|invalid (user|group):"),
        (Meaning.CHANGED_MEANWHILE, r"(file|directory) changed during operation"),
        (Meaning.TOO_LARGE, r"content exceeded [\d.]+ \w+ limit|exceeds the limit of|is larger than"),
        (
            Meaning.NOT_PERMITTED,
            r"permission denied|operation not permitted|could not (open file|ls path) \S"
            r"|could not execute \w+ command on file \S|could not get list of entries",
        ),
    )
)
"""The words of each meaning. Words that say two things are known by what comes first here."""

_PATH = re.compile(r"/[\w\-./\\]+")

_LEAVES_OPEN = re.compile(
    r"compute query (timed out|failed|response could not be (parsed|validated))"
    r"|cannot access response data with|pbs job state .* not supported|an unexpected error occurred",
    re.IGNORECASE,
)
"""What the API itself says about a request to PBS that may have been carried out."""

_BEFORE_PBS = re.compile(r"keycloak|impersonated|globus token introspection|graphql error", re.IGNORECASE)
"""What the API says when it failed before it asked PBS."""

_UNKNOWN_JOB: dict[type[APIError], re.Pattern[str]] = {
    InvalidRequest: re.compile(r"\bjob \S+ not found", re.IGNORECASE),
    NotFound: re.compile(r"(?<![\w/])job(?![\w/])", re.IGNORECASE),
    ServerFault: re.compile(r"\bunknown job id\b|^\[\]$", re.IGNORECASE),
}
"""An unknown job: ALCF answers 400, sometimes 500 (PBS's words, or an empty list); the standard says 404."""

_NO_SCHEDULER = re.compile(r"does not exist for API component compute", re.IGNORECASE)


def is_refusal(error: APIError) -> bool:
    """Whether a 500 proves that a change of a job was refused, so that nothing was done.

    PBS has hundreds of refusals, and a site's hooks word their own, so they can't be listed. What leaves a
    change open can: a few texts of the API itself. Any other detail of its own problem document is the
    message of PBS, or of something that failed before PBS was asked.
    """
    operation = OPERATIONS.get(error.operation)
    return (
        isinstance(error, ServerFault)
        and error.status == 500
        and error.is_problem
        and bool(error.detail)
        and operation is not None
        and operation.path.startswith("/compute/")
        and not _LEAVES_OPEN.search(error.detail)
    )


def is_pbs_refusal(error: APIError) -> bool:
    """Whether an error is a refusal by PBS itself, and its detail PBS's own message."""
    return is_refusal(error) and not _BEFORE_PBS.search(error.detail)


def means_unknown_job(error: APIError) -> bool:
    """Whether an error says that there is no such job; the status alone does not show that."""
    said = _UNKNOWN_JOB.get(type(error))
    return said is not None and said.search(error.detail) is not None


def means_no_scheduler(error: APIError) -> bool:
    """Whether an error says that a machine has no scheduler."""
    return bool(_NO_SCHEDULER.search(error.detail))


def meaning_of(error: TaskFailed) -> Meaning | None:
    """What the failure of a file operation means; ``None`` for words that are not known."""
    text = str(error)
    return next((meaning for meaning, words in _FILE_WORDS if words.search(text)), None)


def means_nothing_there(error: TaskFailed, path: str) -> bool:
    """Whether an error says that nothing is at ``path``, rather than at another path.

    The facility may name a path by where its links lead, so that only the last part is sure to be the same.
    """
    if meaning_of(error) is not Meaning.NOTHING_THERE:
        return False
    named = (found.rstrip("./").rpartition("/")[2] for found in _PATH.findall(str(error)))
    return path.rstrip("./").rpartition("/")[2] in named
