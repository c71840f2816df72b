"""Poll jobs for many waiting calls at once: calls that ask at the same time share a poll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

import anyio

from alcf_mcp.facility.jobs.known import LIST_LIMIT
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.models import Job

T = TypeVar("T")

FRESH_SECONDS = 1.0
"""A result up to this old is shared with other calls."""

A_LIST_SERVES_FROM = 4
"""From this many waits on one machine, its list of jobs is polled instead of each job."""


@dataclass
class _Poll(Generic[T]):
    """The last poll of something, and its result."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    seen_at: float = float("-inf")
    seen: T | None = None


class JobPoller:
    """Polls jobs; shared by all calls of a process.

    ``listed_at`` is when a machine last returned its list of jobs, by ``time.monotonic``.
    """

    def __init__(self) -> None:
        self.listed_at = float("-inf")
        self._waits: Counter[str] = Counter()
        self._jobs: dict[tuple[str, str], _Poll[Job]] = {}
        self._lists: dict[str, _Poll[dict[str, Job]]] = {}

    @contextmanager
    def waiting(self, resource_id: str, job_id: str) -> Iterator[None]:
        """Context of a call that waits for a job."""
        self._waits[resource_id] += 1
        try:
            yield
        finally:
            self._waits[resource_id] -= 1
            self._jobs.pop((resource_id, job_id), None)
            if not self._waits[resource_id]:
                self._lists.pop(resource_id, None)

    async def look(self, iri: IRIClient, resource_id: str, job_id: str) -> Job:
        """The job as it is now, or was within ``FRESH_SECONDS``."""
        if self._waits[resource_id] >= A_LIST_SERVES_FROM:
            listed = await _shared(
                self._lists.setdefault(resource_id, _Poll()), lambda: _unfinished(iri, resource_id)
            )
            if job_id in listed:
                return listed[job_id]
        # A new job may be missing from the list, and an ended one always is: ask for the job itself.
        poll = self._jobs.setdefault((resource_id, job_id), _Poll())
        return await _shared(poll, lambda: iri.get_job(resource_id, job_id))


async def _shared(poll: _Poll[T], fetch: Callable[[], Awaitable[T]]) -> T:
    async with poll.lock:
        if poll.seen is None or monotonic() - poll.seen_at > FRESH_SECONDS:
            poll.seen = await fetch()
            poll.seen_at = monotonic()
        return poll.seen


async def _unfinished(iri: IRIClient, resource_id: str) -> dict[str, Job]:
    return {job.id: job for job in await iri.list_jobs(resource_id, historical=False, limit=LIST_LIMIT)}
