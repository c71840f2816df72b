"""What an error says of the change that was asked for: not carried out, failed, or not known."""

from __future__ import annotations

import re

from alcf_mcp.iri import errors as iri
from alcf_mcp.iri.retrying import was_turned_away

_PBS_REFUSAL = re.compile(
    r"^q(sub|del|alter|stat|hold|rls):|unknown queue|unknown job id|job has finished"
    r"|invalid for state of job|violates queue and/or server",
    re.IGNORECASE,
)


class OutcomeUnknown(iri.IRIError):
    """A change was sent, its answer is lost, and looking did not settle whether it was carried out.

    Attributes:
        check: how to find out, as a sentence.
    """

    def __init__(self, message: str, *, check: str) -> None:
        super().__init__(message)
        self.check = check


def is_scheduler_refusal(error: iri.APIError) -> bool:
    """Whether a 500 is PBS's own refusal: nothing was done (ALCF's deployment of the API, 2026-08)."""
    return bool(_PBS_REFUSAL.search(error.detail))


def was_refused(error: BaseException) -> bool:
    """Whether an error proves that a request was not carried out."""
    if isinstance(error, iri.GatewayTimeout):  # a 408 comes from a gateway that waited: PBS may go on
        return False
    if isinstance(error, iri.APIError):
        refused = 400 <= error.status < 500 or error.status == 501
        return refused or was_turned_away(error) or is_scheduler_refusal(error)
    if isinstance(error, iri.NotAnIRIAnswer):
        return isinstance(error, iri.BlockedByGateway) or 300 <= error.status < 400
    return isinstance(error, iri.InvalidCall | iri.NotConnected)


def has_failed(error: BaseException) -> bool:
    """Whether an error is the end of a task that did not do what it was to do."""
    return isinstance(error, iri.TaskFailed | iri.TaskCanceled)
