"""What to do next after an error, in the words of commands."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from alcf_mcp.auth import NotSignedIn, cause_of
from alcf_mcp.auth.causes import NOT_IN_GROUP, WRONG_PROVIDER
from alcf_mcp.facility.alcf.words import Meaning, is_pbs_refusal, meaning_of
from alcf_mcp.facility.changes.evidence import OutcomeUnknown, was_refused
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri import errors as iri
from alcf_mcp.iri.operations import OPERATIONS
from alcf_mcp.iri.retrying import retry_after, was_turned_away

TRY_LATER = "Try again in a minute; `alcf-mcp doctor` shows whether the facility is up."
CHECK_FIRST = "It may have been carried out nevertheless: check with `alcf-mcp jobs` or `alcf-mcp ls` first."
SIGN_IN = "Run `alcf-mcp login`."
SIGN_IN_AGAIN = "Run `alcf-mcp login`; a token in ALCF_MCP_ACCESS_TOKEN must be replaced instead."
NOT_CARRIED_OUT = "Nothing was carried out."

_LOOKS = {
    "jobs": "`alcf-mcp jobs` shows yours; with --all, also those that have ended",
    "job": "`alcf-mcp job {which}` shows it",
    "one of these jobs": "`alcf-mcp job` shows whether it is {which}",
    "task": "the facility goes on with its task {which}; look again in a minute",
    "projects": "`alcf-mcp projects` shows yours",
    "directory": "`alcf-mcp ls -a {which}` shows its state in a minute",
    "file": "`alcf-mcp ls {which}` shows it",
}
"""The commands that show more, by subject."""

_AFTER_FILES = {
    Meaning.NOTHING_THERE: "Check the path: `alcf-mcp ls` of the directory above shows what is there.",
    Meaning.NO_PARENT: "Check the directories above it with `alcf-mcp ls`.",
    Meaning.THERE_ALREADY: "Nothing was changed; `alcf-mcp ls` shows what is there.",
    Meaning.NOT_A_FILE: "Name a file; if it is a directory, `alcf-mcp ls` shows what is in it.",
    Meaning.NOT_A_DIRECTORY: "Name a directory; `alcf-mcp cat` shows a file.",
    Meaning.LINK: "The facility does not follow links here: name the path that the link points to.",
    Meaning.OUTSIDE: "The path lies, or leads, outside the directories that are open to you: use your own "
    "home, or a project's directory.",
    Meaning.NOT_PERMITTED: "You may not do this there, or the filesystem failed: `alcf-mcp ls` of the "
    "directory above shows owner, group and permissions.",
    Meaning.CHANGED_MEANWHILE: "Something else changed it at that moment: look again with `alcf-mcp ls`.",
    Meaning.TOO_LARGE: "Read its end with `alcf-mcp tail`.",
}


def next_step(error: Exception) -> str:
    """Say what to do next, as a sentence; empty if the error says it."""
    if isinstance(error, iri.InvalidCall) and not isinstance(error, OutcomeUnknown | NotSignedIn):
        more = f"{_seen_by(error.look_at)}." if error.look_at else ""
        if error.hint or more:
            return f"{error.hint} {more}".strip()
    return next((step(error) for kind, step in _STEPS if isinstance(error, kind)), "")


def _seen_by(look_at: iri.LookAt) -> str:
    which = look_at.which if look_at.what == "one of these jobs" else shlex.quote(str(look_at.which))
    text = _LOOKS[look_at.what].format(which=which)
    return text if text.startswith("`") else text[:1].upper() + text[1:]


def _always(text: str) -> Callable[[Exception], str]:
    return lambda _: text


def _unknown_fate(error: Exception) -> str:
    """Repeating what only reads is harmless."""
    operation = OPERATIONS.get(error.operation) if isinstance(error, iri.IRIError) else None
    return TRY_LATER if operation is None or operation.reads else CHECK_FIRST


def _after_unknown(error: Exception) -> str:
    look_at = error.look_at if isinstance(error, OutcomeUnknown) else None
    return f"{_seen_by(look_at)}. Check before you repeat it." if look_at else CHECK_FIRST


def _after_rejected_token(error: Exception) -> str:
    cause = cause_of(error.detail if isinstance(error, iri.APIError) else "")
    return cause.cure if cause in (WRONG_PROVIDER, NOT_IN_GROUP) else SIGN_IN_AGAIN


def _after_too_many(error: Exception) -> str:
    seconds = retry_after(error)
    return f"Wait {spoken(seconds) if seconds else 'a minute'}, then try again."


def _after_refusal(error: Exception) -> str:
    return NOT_CARRIED_OUT if isinstance(error, iri.APIError) and is_pbs_refusal(error) else ""


def _after_fault(error: Exception) -> str:
    if was_turned_away(error) or not was_refused(error):
        return _unknown_fate(error)
    refused_by_pbs = isinstance(error, iri.APIError) and is_pbs_refusal(error)
    return NOT_CARRIED_OUT if refused_by_pbs else f"{NOT_CARRIED_OUT} {TRY_LATER}"


def _after_failed_task(error: Exception) -> str:
    meaning = meaning_of(error) if isinstance(error, iri.TaskFailed) else None
    return _AFTER_FILES.get(meaning, "") if meaning else "Check the path and its permissions."


_STEPS: tuple[tuple[type[Exception], Callable[[Exception], str]], ...] = (
    (NotSignedIn, _always(SIGN_IN)),
    (iri.InvalidToken, _always("Set ALCF_MCP_ACCESS_TOKEN to the token alone, without quotes or spaces.")),
    (iri.InsecureURL, _always("Set ALCF_MCP_API_URL to an https URL.")),
    (OutcomeUnknown, _after_unknown),
    (iri.NotConnected, _always(f"Is the network up, and is ALCF_MCP_API_URL correct? {TRY_LATER}")),
    (
        iri.BlockedByGateway,
        _always("This is not a sign-in problem: try from another network, or ask ALCF support."),
    ),
    (iri.NotAnIRIAnswer, lambda error: f"Is ALCF_MCP_API_URL correct? {_unknown_fate(error)}"),
    (iri.NotAuthenticated, _after_rejected_token),
    (
        iri.NotPermitted,
        _always("Your account lacks this permission; ALCF support or the project's PI can grant it."),
    ),
    (iri.NotFound, _always("Check the name or id.")),
    (iri.TooManyRequests, _after_too_many),
    (iri.NotImplementedThere, _always("This facility does not offer it.")),
    (iri.InvalidRequest, _after_refusal),
    (iri.ServerFault, _after_fault),
    (iri.TaskStillRunning, _always("The facility goes on with it: look again in a minute.")),
    (iri.TaskFailed, _after_failed_task),
    (iri.NoAnswer, _unknown_fate),
    (iri.GatewayTimeout, _unknown_fate),
    (TimeoutError, _unknown_fate),
)
