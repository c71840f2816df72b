"""Everything that can go wrong with the IRI Facility API, as one hierarchy.

    IRIError
    ├── InvalidCall              the call can't be made: refused before anything is sent
    │   ├── InvalidToken             the token has characters that no bearer token has
    │   └── InsecureURL              a token would travel unprotected
    ├── NoAnswer                 nothing usable came back from the network
    │   ├── NotConnected             the request did not arrive
    │   │   └── Crowded                  it did not leave: too many others are under way
    │   └── ConnectionLost           it may have arrived; the answer did not (time-outs too)
    ├── NotAnIRIAnswer           something answered, but not the API: HTML, broken JSON, a redirect
    │   └── BlockedByGateway         the protection in front of the API refused the client program
    ├── APIError                 the API answered with a problem (RFC 9457)
    │   ├── InvalidRequest           400, 405, 422
    │   ├── NotAuthenticated         401
    │   ├── NotPermitted             403
    │   ├── NotFound                 404
    │   ├── Conflict                 409
    │   ├── TooManyRequests          429
    │   ├── NotImplementedThere      501
    │   ├── GatewayTimeout           408, 504: what was asked may have been done all the same
    │   └── ServerFault              500, 502, 503 and whatever else
    └── TaskError                a filesystem task did not give its result
        ├── TaskFailed
        ├── TaskCanceled
        └── TaskStillRunning         the patience ended, not the task

No message holds a token, a page of HTML, or more than ``DETAIL_LIMIT`` characters from the facility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from alcf_mcp.iri.models import Task

DETAIL_LIMIT = 2000


class IRIError(Exception):
    """Anything that went wrong between us and the facility; ``str()`` of it is a sentence.

    Attributes:
        operation: id of the operation whose request went wrong; empty where it was none.
    """

    operation: str = ""


@dataclass(frozen=True)
class LookAt:
    """Where a caller can see more. A tool and a command each put it in their own words.

    Attributes:
        what: the kind of thing to look at.
        which: its id or path, or several ids, where some are meant.
    """

    what: Literal["jobs", "job", "one of these jobs", "task", "projects", "directory", "file"]
    which: str = ""


class InvalidCall(IRIError):
    """The call can't be made as asked; nothing was sent.

    Attributes:
        hint: what would be right, as a sentence; empty where the message says it.
        look_at: where to see what would be right.
    """

    def __init__(self, message: str, hint: str = "", look_at: LookAt | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.look_at = look_at


class InvalidToken(InvalidCall):
    """What was given as the access token is none."""


class InsecureURL(InvalidCall):
    """Sending the token to this URL would expose it."""


class NoAnswer(IRIError):
    """The network gave no usable answer."""


class NotConnected(NoAnswer):
    """The facility was not reached: the request did not arrive."""


class Crowded(NotConnected):
    """The request did not leave: too many others are under way at once."""


class ConnectionLost(NoAnswer):
    """The request was sent, or part of it, and no whole answer came: it may have been carried out."""


class NotAnIRIAnswer(IRIError):
    """Something answered that is not the IRI Facility API, or not in its form.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class BlockedByGateway(NotAnIRIAnswer):
    """A gateway refused the client program (Cloudflare's ``error code: 1010``); no question of sign-in."""


@dataclass(eq=False)
class APIError(IRIError):
    """The API's own refusal.

    Attributes:
        status: HTTP status.
        detail: what the facility says, bounded in length.
        title: the facility's short name for the problem.
        invalid_params: for schema errors, pairs of the parameter's name and what is wrong with it.
        retry_after: the ``Retry-After`` header as it came, if any.
        date: the ``Date`` header as it came: what the facility's clock said.
    """

    status: int
    detail: str = ""
    title: str = ""
    invalid_params: list[tuple[str, str]] = field(default_factory=list)
    retry_after: str | None = None
    date: str | None = None

    summary: ClassVar[str] = "The facility refused the request"

    def __str__(self) -> str:
        """One sentence with the status, the detail and the parameters at fault."""
        text = f"{self.summary} (HTTP {self.status})"
        if self.detail or self.title:
            text += f": {self.detail or self.title}"
        if self.invalid_params:
            text += " [" + "; ".join(f"{name}: {reason}" for name, reason in self.invalid_params) + "]"
        return text


class InvalidRequest(APIError):
    """400, 405, 422. At ALCF a 400 can also mean that a job does not exist: read ``detail``."""

    summary = "The facility did not accept the request"


class NotAuthenticated(APIError):
    """401; ``detail`` tells the cause."""

    summary = "The facility did not accept the sign-in"


class NotPermitted(APIError):
    """403 from the API itself."""

    summary = "The facility does not permit this"


class NotFound(APIError):
    """404."""

    summary = "The facility does not know it"


class Conflict(APIError):
    """409."""

    summary = "The facility sees a conflict"


class TooManyRequests(APIError):
    """429."""

    summary = "The facility asks for fewer requests"


class NotImplementedThere(APIError):
    """501: the standard has the operation or option, this facility does not."""

    summary = "The facility does not offer this"


class GatewayTimeout(APIError):
    """408 or 504: a gateway gave up waiting; what was asked may have been done all the same."""

    summary = "The facility's gateway gave up waiting"


class ServerFault(APIError):
    """500, 502, 503 and the rest. At ALCF the scheduler's refusals come as 500: read ``detail``."""

    summary = "The facility reports a failure"


_BY_STATUS: dict[int, type[APIError]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: NotPermitted,
    404: NotFound,
    405: InvalidRequest,
    408: GatewayTimeout,
    409: Conflict,
    422: InvalidRequest,
    429: TooManyRequests,
    501: NotImplementedThere,
    504: GatewayTimeout,
}


def from_problem(
    status: int, problem: dict[str, Any], *, retry_after: str | None = None, date: str | None = None
) -> APIError:
    """Make the exception for a problem document (RFC 9457); odd members are tolerated.

    Args:
        status: the HTTP status of the answer; it wins over the document's own.
        problem: the decoded body.
        retry_after: the ``Retry-After`` header, if the answer had one.
        date: the ``Date`` header, if the answer had one.
    """
    error_class = _BY_STATUS.get(status, APIError if 400 <= status < 500 else ServerFault)
    return error_class(
        status=status,
        detail=_text(problem.get("detail")),
        title=_text(problem.get("title")),
        invalid_params=_invalid_params(problem.get("invalid_params")),
        retry_after=retry_after,
        date=date,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()[:DETAIL_LIMIT]


def _invalid_params(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        return []
    return [
        (_text(item.get("name")), _text(item.get("reason"))) for item in value[:20] if isinstance(item, dict)
    ]


class TaskError(IRIError):
    """A task did not give its result.

    Attributes:
        task_id: the task's id.
        task: the task as last seen, ``None`` if it was never seen.
    """

    def __init__(self, message: str, *, task_id: str, task: Task | None = None) -> None:
        super().__init__(message)
        self.task_id = task_id
        self.task = task


class TaskFailed(TaskError):
    """The task ended without success; the message is what it reports."""


class TaskCanceled(TaskError):
    """Somebody canceled the task."""


class TaskStillRunning(TaskError):
    """The task goes on; only the waiting for it ended."""
