"""What ALCF's services say when something fails, and what it means.

The status alone is misleading: 400 can mean that there is no such job, 500 that PBS refused a request.
Source: ALCF's deployment of the API, 2026-04 to 2026-08.
"""

from __future__ import annotations

import re

from alcf_mcp.iri.errors import APIError, InvalidRequest, NotFound, ServerFault, TaskFailed

_PBS_REFUSAL = re.compile(
    r"^q(sub|del|alter|stat|hold|rls):|unknown queue|unknown job id|job has finished"
    r"|invalid for state of job|violates queue and/or server",
    re.IGNORECASE,
)

_UNKNOWN_JOB: dict[type[APIError], re.Pattern[str]] = {
    InvalidRequest: re.compile(r"\bjob \S+ not found", re.IGNORECASE),
    NotFound: re.compile(r"(?<![\w/])job(?![\w/])", re.IGNORECASE),
    ServerFault: re.compile(r"\bunknown job id\b|^\[\]$", re.IGNORECASE),
}
"""An unknown job: ALCF answers 400, sometimes 500 (PBS's words, or an empty list); the standard says 404."""

_NO_SCHEDULER = re.compile(r"does not exist for API component compute", re.IGNORECASE)

_NO_FILE = re.compile(
    r"is not a file|is a directory|expected a regular file, got something else", re.IGNORECASE
)

_NOTHING_THERE = re.compile(r"no such file or directory|does not exist", re.IGNORECASE)
"""The wording of the operating system, and that of ALCF's functions."""


def is_pbs_refusal(error: APIError) -> bool:
    """Whether an error is a refusal by PBS itself, which means that nothing was done."""
    return bool(_PBS_REFUSAL.search(error.detail))


def means_unknown_job(error: APIError) -> bool:
    """Whether an error says that there is no such job; the status alone does not show that."""
    said = _UNKNOWN_JOB.get(type(error))
    return said is not None and said.search(error.detail) is not None


def means_no_scheduler(error: APIError) -> bool:
    """Whether an error says that a machine has no scheduler."""
    return bool(_NO_SCHEDULER.search(error.detail))


def means_no_file(error: TaskFailed) -> bool:
    """Whether an error says that what is at a path is not a file."""
    return bool(_NO_FILE.search(str(error)))


def means_nothing_there(error: TaskFailed, path: str) -> bool:
    """Whether an error says that nothing is at ``path``, rather than that the facility lacks some program."""
    name = re.escape(path.rstrip("/").rpartition("/")[2])
    text = str(error)
    return bool(_NOTHING_THERE.search(text) and re.search(rf"/{name}(?![\w.-])", text))
