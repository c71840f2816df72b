"""Everything that can go wrong with the IRI Facility API, as one hierarchy.

    IRIError
    ├── InvalidCall              the call can't be made: refused before anything is sent
    │   ├── InvalidToken             the token contains characters that no bearer token has
    │   ├── InsecureURL              a token would travel unprotected
    │   ├── WrongEnvironment         a variable that says how to reach the network can't be used
    │   └── NotTrusted               the server's certificate is not trusted here
    ├── NoAnswer                 nothing usable came back from the network
    │   ├── NotConnected             the request did not arrive
    │   │   └── Crowded                  it did not leave: too many others are in progress
    │   └── ConnectionLost           it may have arrived; the response did not (timeouts too)
    ├── NotAnIRIAnswer           something answered, but not the API: another shape, a redirect
    │   ├── NotJSON                  a success without the API's JSON: cut off, or somebody's page
    │   └── BlockedByGateway         the protection in front of the API refused the client program
    ├── APIError                 the API answered with a problem (RFC 9457)
    │   ├── InvalidRequest           400, 405, 422
    │   ├── NotAuthenticated         401
    │   ├── NotPermitted             403
    │   ├── NotFound                 404
    │   ├── Conflict                 409
    │   ├── TooManyRequests          429
    │   ├── NotImplementedThere      501
    │   ├── GatewayTimeout           408, 504: the request may have been carried out all the same
    │   └── ServerFault              500, 502, 503 and everything else
    └── TaskError                a filesystem task did not deliver its result
        ├── TaskFailed
        ├── TaskCanceled
        └── TaskStillRunning         the time limit passed, but the task goes on

No message contains a token, a page of HTML, a traceback or another library's validation report, or more than
``DETAIL_LIMIT`` characters from the facility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from alcf_mcp.iri.models import Task

DETAIL_LIMIT = 2000


class IRIError(Exception):
    """Anything that went wrong between this client and the facility; ``str()`` of it is a sentence.

    Attributes:
        operation: id of the operation whose request failed; empty if there was none.
        others: the errors of further attempts at the same change that leave its outcome open as well.
    """

    operation: str = ""
    others: tuple[IRIError, ...] = ()


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
    """The call can't be made as requested; nothing was sent.

    Attributes:
        hint: what to do instead, as a sentence; empty if the message already says it.
        look_at: where to see what would be right.
    """

    def __init__(self, message: str, hint: str = "", look_at: LookAt | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.look_at = look_at


class InvalidToken(InvalidCall):
    """The value given as the access token is not a valid token."""


class InsecureURL(InvalidCall):
    """Sending the token to this URL would expose it."""


class WrongEnvironment(InvalidCall):
    """A variable of the environment about proxies or certificates can't be used; the message names it."""


class NotTrusted(InvalidCall):
    """This machine does not trust the server's certificate: nothing was sent."""


class NoAnswer(IRIError):
    """The network returned no usable response."""


class NotConnected(NoAnswer):
    """The facility was not reached: the request did not arrive."""


class Crowded(NotConnected):
    """The request did not leave: too many others are in progress at once."""


class ConnectionLost(NoAnswer):
    """The request was sent, or part of it, but no complete response came: it may have been carried out."""


class NotAnIRIAnswer(IRIError):
    """Something answered that is not the IRI Facility API, or not in the API's format.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotJSON(NotAnIRIAnswer):
    """A success by its status, but its body is no JSON: it was cut off, or a gateway put its page there."""


class BlockedByGateway(NotAnIRIAnswer):
    """A gateway refused the client program (Cloudflare's ``error code: 1010``), whatever its sign-in."""


@dataclass(eq=False)
class APIError(IRIError):
    """A refusal by the API itself.

    Attributes:
        status: HTTP status.
        detail: the facility's explanation, limited in length.
        title: the facility's short name for the problem.
        invalid_params: for schema errors, pairs of a parameter's name and what is wrong with it.
        retry_after: the ``Retry-After`` header as received, if any.
        date: the ``Date`` header as received: the time by the facility's clock.
        is_problem: whether the API itself sent it, as a problem document, rather than a gateway.
    """

    status: int
    detail: str = ""
    title: str = ""
    invalid_params: list[tuple[str, str]] = field(default_factory=list)
    retry_after: str | None = None
    date: str | None = None
    is_problem: bool = False

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
    """401; ``detail`` gives the cause."""

    summary = "The facility did not accept the sign-in"


class NotPermitted(APIError):
    """403 from the API itself."""

    summary = "The facility does not permit this"


class NotFound(APIError):
    """404."""

    summary = "The facility can't find it"


class Conflict(APIError):
    """409."""

    summary = "The facility reports a conflict"


class TooManyRequests(APIError):
    """429."""

    summary = "The facility asks for fewer requests"


class NotImplementedThere(APIError):
    """501: the standard has the operation or option, but this facility does not."""

    summary = "The facility does not offer this"


class GatewayTimeout(APIError):
    """408 or 504: a gateway gave up waiting; the request may have been carried out all the same."""

    summary = "The facility's gateway gave up waiting"


class ServerFault(APIError):
    """500, 502, 503 and the rest. At ALCF the scheduler's refusals arrive as 500: read ``detail``."""

    summary = "The facility reports a failure"


class TaskError(IRIError):
    """A task did not deliver its result.

    Attributes:
        task_id: the task's id.
        task: the task as last seen, ``None`` if it was never seen.
    """

    def __init__(self, message: str, *, task_id: str, task: Task | None = None) -> None:
        super().__init__(message)
        self.task_id = task_id
        self.task = task


class TaskFailed(TaskError):
    """The task failed; the message is what it reports."""


class TaskCanceled(TaskError):
    """The task was canceled."""


class TaskStillRunning(TaskError):
    """The task is still running; only the wait for it has ended."""
