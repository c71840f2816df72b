"""Whether what is in a job's output file may come from something else: file names are used again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from alcf_mcp.iri.models import File
from alcf_mcp.journal import SubmittedJob

CLOCKS_APART = timedelta(minutes=5)
"""How much the facility's clocks and ours may differ."""

WRITTEN_LATE = timedelta(minutes=15)
"""How long after a job's end PBS may still copy its output to its place."""


def doubt(job: SubmittedJob, path: str, file: File | None, later: Iterable[SubmittedJob]) -> str:
    """Why a file may not be a job's output, as a sentence; empty if nothing speaks against it.

    The facility does not report when a job began and ended. It began after it was last seen waiting, and had
    ended when it was first seen to have ended.

    Args:
        job: the job.
        path: where it writes.
        file: what is there, if that is known.
        later: the jobs that were submitted after it and write to the same file.
    """
    between = file.modified_between if file else None
    modified = f"{path} was last modified at {between[0]:%Y-%m-%d %H:%M} UTC" if between else ""
    if between and between[1] < _not_begun_at(job) - CLOCKS_APART:
        return f"{modified}, before job {job.job_id} began: it is not this job's output."
    for other in later:
        if between is None or between[1] >= _not_begun_at(other) - CLOCKS_APART:
            return f"Job {other.job_id}, submitted later, writes to {path} as well: this may be its output."
    if between and job.ended_by and between[0] > job.ended_by + WRITTEN_LATE:
        return f"{modified}, well after job {job.job_id} ended: something else may have written to it."
    return ""


def _not_begun_at(job: SubmittedJob) -> datetime:
    return job.waiting_at or job.submitted_at
