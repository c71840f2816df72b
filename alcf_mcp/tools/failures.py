"""Turn an exception into an answer that ends with what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcp.types import CallToolResult

from alcf_mcp.auth import cause_of
from alcf_mcp.facility.alcf.words import is_pbs_refusal
from alcf_mcp.facility.changes.evidence import OutcomeUnknown, was_refused
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri import errors as iri
from alcf_mcp.iri.operations import OPERATIONS
from alcf_mcp.iri.retrying import retry_after, was_turned_away
from alcf_mcp.journal import JournalError
from alcf_mcp.reports.text import one_line
from alcf_mcp.tools.next_steps import after_failed_task, after_refusal
from alcf_mcp.tools.results import error_result

EXPECTED = (iri.IRIError, JournalError, TimeoutError)
"""The exceptions that a tool may raise; any other is a bug in this server."""

CHECK_FIRST = (
    "It may have been carried out nevertheless: check (list_jobs, list_directory) before you repeat it."
)
NOT_AGAIN = "Do not repeat the call before checking: it might be carried out twice."
TRY_LATER = "Try again in a minute; list_resources shows whether the facility is up."


def failure(error: Exception, *, reads: bool, seconds: float) -> CallToolResult:
    """Turn an expected exception into the answer of a tool.

    Args:
        error: one of ``EXPECTED``.
        reads: whether the tool changes nothing, so that repeating it is harmless.
        seconds: how long the call took.
    """
    message, next_step = told(error, reads=reads, seconds=seconds)
    facts: dict[str, Any] = {"message": message, "next_step": next_step}
    if isinstance(error, iri.APIError):
        facts |= {"http_status": error.status, "detail": one_line(error.detail, 2000)}
        facts["invalid_params"] = [{"name": name, "reason": why} for name, why in error.invalid_params]
        if isinstance(error, iri.NotAuthenticated):
            facts["cause"] = cause_of(error.detail).name
    elif isinstance(error, iri.NotAnIRIAnswer):
        facts["http_status"] = error.status
    elif isinstance(error, iri.TaskError):
        facts["task_id"] = error.task_id
    return error_result(f"{message.rstrip('.')}. {next_step}".rstrip(), **facts)


def told(error: Exception, *, reads: bool, seconds: float) -> tuple[str, str]:
    """Say what went wrong and what to do next, each as a sentence."""
    # A call that changes something reads first: if that read failed, nothing was sent.
    operation = OPERATIONS.get(error.operation) if isinstance(error, iri.IRIError) else None
    reads = reads or bool(operation and operation.reads)
    if isinstance(error, TimeoutError):
        return f"No answer within {seconds:.0f} s", _next_step(error, reads)
    if isinstance(error, iri.APIError) and is_pbs_refusal(error):
        refused = f"The scheduler refused it (HTTP {error.status}): {error.detail}"
        return one_line(refused, limit=2500), _next_step(error, reads)
    return one_line(str(error), limit=2500), _next_step(error, reads)


def _next_step(error: Exception, reads: bool) -> str:
    if isinstance(error, iri.InvalidCall) and (error.hint or error.look_at):
        more = f"{_seen_by(error.look_at)}." if error.look_at else ""
        return f"{error.hint} {more}".strip()
    for kind, step in _STEPS:
        if isinstance(error, kind):
            return step if isinstance(step, str) else step(error, reads)
    return ""


def _unknown_fate(error: Exception, reads: bool) -> str:
    return TRY_LATER if reads else CHECK_FIRST


def _after_unknown(error: Exception, reads: bool) -> str:
    look_at = error.look_at if isinstance(error, OutcomeUnknown) else None
    return f"To check: {_seen_by(look_at)}. {NOT_AGAIN}" if look_at else CHECK_FIRST


def _seen_by(look_at: iri.LookAt) -> str:
    """Name the tool that shows more, and how to call it."""
    return _LOOKS[look_at.what].format(which=str(look_at.which))


def _after_too_many(error: Exception, reads: bool) -> str:
    seconds = retry_after(error)
    return f"Wait {spoken(seconds) if seconds else 'a minute'} before the next call."


def _after_odd_answer(error: Exception, reads: bool) -> str:
    return "Is ALCF_MCP_API_URL correct? " + _unknown_fate(error, reads)


def _after_refusal(error: Exception, reads: bool) -> str:
    return after_refusal(error) if isinstance(error, iri.APIError) else ""


def _after_fault(error: Exception, reads: bool) -> str:
    if was_turned_away(error):
        return TRY_LATER
    if not isinstance(error, iri.APIError) or not was_refused(error):
        return _unknown_fate(error, reads)
    return after_refusal(error) if is_pbs_refusal(error) else f"Nothing was carried out. {TRY_LATER}"


def _after_failed_task(error: Exception, reads: bool) -> str:
    return after_failed_task(error) if isinstance(error, iri.TaskFailed) else ""


def _after_still_running(error: Exception, reads: bool) -> str:
    task_id = error.task_id if isinstance(error, iri.TaskError) else ""
    return (
        f"The task continues at the facility: get_task with task_id={task_id!r} and wait_seconds=30 waits "
        "for it."
    )


def _after_rejected_token(error: Exception, reads: bool) -> str:
    return cause_of(error.detail if isinstance(error, iri.APIError) else "").cure


_LOOKS = {
    "jobs": "list_jobs shows yours; with include_finished=true, also those that have ended",
    "job": "get_job with job_id={which!r} shows it",
    "one of these jobs": "get_job shows whether it is {which}",
    "task": "get_task with task_id={which!r} and wait_seconds=30 waits for it",
    "projects": "list_projects shows yours",
    "directory": "list_directory with path={which!r} shows its state in a minute",
    "file": "list_directory shows it; view_file reads from an offset",
}
"""The tools that show more, by subject."""

Step = str | Callable[[Exception, bool], str]

_STEPS: tuple[tuple[type[Exception], Step], ...] = (
    (iri.InvalidToken, "Set ALCF_MCP_ACCESS_TOKEN to the token alone, without quotes, spaces or 'Bearer'."),
    (iri.InsecureURL, "Set ALCF_MCP_API_URL to an https URL."),
    (OutcomeUnknown, _after_unknown),
    (iri.Crowded, "Request less at once, or try again in a minute."),
    (iri.NotConnected, "Is the network up, and is ALCF_MCP_API_URL correct? " + TRY_LATER),
    (iri.ConnectionLost, _unknown_fate),
    (
        iri.BlockedByGateway,
        "This is not a sign-in problem: the gateway blocks this network or a proxy in between. "
        "Try from another network, or ask ALCF support.",
    ),
    (iri.NotAnIRIAnswer, _after_odd_answer),
    (iri.NotAuthenticated, _after_rejected_token),
    (
        iri.NotPermitted,
        "The user's account lacks this permission; ALCF support or the project's PI can grant it.",
    ),
    (iri.NotFound, "Check the name or id; list_resources and list_jobs show what exists."),
    (iri.TooManyRequests, _after_too_many),
    (
        iri.NotImplementedThere,
        "This facility does not offer it; do it another way, for example inside a job.",
    ),
    (iri.GatewayTimeout, _unknown_fate),
    (iri.InvalidRequest, _after_refusal),
    (iri.ServerFault, _after_fault),
    (iri.APIError, "Correct the arguments according to the facility's message."),
    (iri.TaskStillRunning, _after_still_running),
    (iri.TaskFailed, _after_failed_task),
    (iri.TaskCanceled, "Call the tool again if it is still wanted."),
    (TimeoutError, _unknown_fate),
    (JournalError, "Make its directory writable, or choose another with ALCF_MCP_STATE_DIR."),
)
