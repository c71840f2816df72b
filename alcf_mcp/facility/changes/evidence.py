"""What an error, or a check at the facility, proves about a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from alcf_mcp.facility.alcf.words import is_refusal
from alcf_mcp.iri import errors as iri
from alcf_mcp.iri.retrying import was_turned_away


class OutcomeUnknown(iri.IRIError):
    """A change was sent, its answer was lost, and checking did not resolve whether it was carried out.

    Attributes:
        look_at: where the outcome can be seen.
    """

    def __init__(self, message: str, *, look_at: iri.LookAt | None) -> None:
        super().__init__(message)
        self.look_at = look_at


def was_refused(error: BaseException) -> bool:
    """Whether an error proves that a request was not carried out, by any of the attempts at it."""
    others = error.others if isinstance(error, iri.IRIError) else ()
    return all(_proves_refusal(one) for one in (error, *others))


def _proves_refusal(error: BaseException) -> bool:
    if isinstance(error, iri.GatewayTimeout):  # a 408 is a gateway that gave up: PBS may carry on
        return False
    if isinstance(error, iri.APIError):
        refused = 400 <= error.status < 500 or error.status == 501
        return refused or was_turned_away(error) or is_refusal(error)
    if isinstance(error, iri.NotAnIRIAnswer):
        return isinstance(error, iri.BlockedByGateway) or 300 <= error.status < 400
    return isinstance(error, iri.InvalidCall | iri.NotConnected)


def has_failed(error: BaseException) -> bool:
    """Whether an error means that a task ended without doing its work."""
    return isinstance(error, iri.TaskFailed | iri.TaskCanceled)


@dataclass(frozen=True)
class Finding:
    """What a check found out about a change.

    Attributes:
        outcome: ``unknown`` as long as nothing is proven.
        detail: what was seen, as a sentence without its full stop.
        value: what the call would have returned: the job, the entry of a path, or nothing.
        look_at: where the outcome can be seen, if it is unknown.
        job_id: the job that was submitted, if there is one.
        is_final: whether checking again can't find out any more.
    """

    outcome: Literal["done", "failed", "unknown"]
    detail: str
    value: Any = None
    look_at: iri.LookAt | None = None
    job_id: str | None = None
    is_final: bool = False
