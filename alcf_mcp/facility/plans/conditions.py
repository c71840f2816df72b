"""Whether what a planned job waits for has happened, has not happened yet, or can't happen any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alcf_mcp.facility.jobs.diagnosis import status_in_words
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.planned import plan_in_words
from alcf_mcp.journal import PlannedJob
from alcf_mcp.journal.plans import AfterState


@dataclass(frozen=True)
class Standing:
    """How a condition stands.

    Attributes:
        verdict: it ``holds``, is ``open``, or is ``lost`` for good. It holds only if that was seen.
        reason: why it is lost, or why it can't be told.
        doubt: why it can't be told, if waiting may not help: the job is ``unseen``, as the facility does not
            know it, or ``untold``, as the facility does not say how it ended.
    """

    verdict: Literal["holds", "open", "lost"]
    reason: str = ""
    doubt: Literal["", "unseen", "untold"] = ""

    @property
    def reason_if_lost(self) -> str:
        """Why it is lost, after a doubt that lasted too long as well, and how to go on."""
        if self.doubt == "untold":
            return f"{self.reason}: if it succeeded, submit this one anew, or with after_state=ended"
        return self.reason


OPEN = Standing("open")


def standing_of_job(known: KnownJob, after_state: AfterState) -> Standing:
    """How a condition on a job stands."""
    job_id = known.job.id
    if known.lost:
        return unseen(job_id)
    if not known.finished:
        return OPEN
    if after_state == "ended" or known.succeeded:
        return Standing("holds")
    if known.succeeded is None:
        return Standing("open", f"job {job_id} has ended, but the facility does not say how", "untold")
    return Standing("lost", f"job {job_id} did not succeed ({status_in_words(known)})")


def unseen(job_id: str) -> Standing:
    """How a condition stands on a job that the facility says it does not know."""
    return Standing("open", f"the facility does not know job {job_id}", "unseen")


def standing_of_plan(before: PlannedJob | None, after: str) -> Standing | None:
    """How a condition on a planned job stands; ``None`` if it depends on the job that this became."""
    if before is None:
        return Standing("lost", f"there is no {after}")
    if before.is_open:
        return OPEN
    return None if before.job_id else Standing("lost", f"{before.id} {plan_in_words(before)}")
