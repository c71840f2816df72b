"""Results of the tools for several jobs."""

from __future__ import annotations

from collections import Counter

from alcf_mcp.facility.jobs.known import KnownJob, Listing
from alcf_mcp.tools.job_results import JobReport
from alcf_mcp.tools.results import Result
from alcf_mcp.tools.text import count, one_line


class JobList(Result):
    """Jobs, running ones first."""

    summary: str
    total: int
    jobs: list[JobReport]
    unanswered: dict[str, str] = {}
    note: str | None = None
    next_step: str | None = None

    def text(self) -> str:
        """One job per line."""
        silent = [f"{machine} did not answer: {why}" for machine, why in self.unanswered.items()]
        lines = [self.summary, *(job.headline() for job in self.jobs), *silent, self.note, self.next_step]
        return "\n".join(line for line in lines if line)


_ORDER = ("active", "held", "queued", "new")
_WAITS_OR_RUNS = {"active": "running"}


def listing(found: Listing, jobs: list[KnownJob], *, since: str | None, limit: int, offset: int) -> JobList:
    """Order, count and page a list of jobs.

    Args:
        found: the facility's answer.
        jobs: the jobs in it that are wanted.
        since: how far back ended jobs were requested, in the user's words.
        limit: the maximum number of jobs to list.
        offset: the number of jobs to skip.
    """
    ordered = sorted(jobs, key=_by_attention)
    shown = ordered[offset : offset + limit]
    rest = len(ordered) - offset - len(shown)
    more = f"{rest} more: call again with offset={offset + len(shown)}." if rest > 0 else None
    cut = "The facility truncates long lists, so there may be more." if found.cut else None
    return JobList(
        summary=_summary(jobs, since),
        total=len(jobs),
        jobs=[JobReport.of(known).model_copy(update={"next_step": None}) for known in shown],
        unanswered={machine: one_line(str(error)) for machine, error in found.unanswered.items()},
        note=cut,
        next_step=more,
    )


def _summary(jobs: list[KnownJob], since: str | None) -> str:
    """How many jobs run, wait and have ended, and how: `3 running, 1 queued; 2 ended, 1 of them failed`.

    Jobs that could not be looked up are counted separately: `1 last seen running`.
    """
    ended = [known for known in jobs if known.finished]
    lost = sum(known.lost for known in jobs)
    states = Counter(
        (known.out_of_sight, known.state) for known in jobs if not (known.finished or known.lost)
    )
    alive = [
        f"{number} {'last seen ' if hidden else ''}{_WAITS_OR_RUNS.get(state, state)}"
        for (hidden, state), number in sorted(states.items(), key=_by_sight_and_order)
    ]
    if lost:
        alive.append(f"{lost} not known to the facility now")
    parts = [", ".join(alive) or "none waiting or running"]
    if ended:
        canceled = sum(known.state == "canceled" for known in ended)
        failed = sum(known.failed for known in ended)
        wrong = [f"{n} of them {what}" for n, what in ((failed, "failed"), (canceled, "canceled")) if n]
        parts.append(", ".join([f"{len(ended)} ended{f' since {since}' if since else ''}", *wrong]))
    return f"{count(len(jobs), 'job')}: {'; '.join(parts)}" if jobs else "No jobs match."


def _by_sight_and_order(counted: tuple[tuple[bool, str], int]) -> tuple[bool, int, str]:
    (hidden, state), _ = counted
    return hidden, _rank(state), state


def _by_attention(known: KnownJob) -> tuple[int, int, float, str]:
    rank = len(_ORDER) if known.lost else _rank(known.state) + known.finished
    newest_first = -known.record.submitted_at.timestamp() if known.record else 0.0
    return rank, 0 if known.failed else 1, newest_first, known.job.id


def _rank(state: str) -> int:
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)
