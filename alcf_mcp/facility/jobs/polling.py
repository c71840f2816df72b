"""Many calls wait for jobs at once: one look serves all who ask at the same time."""

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
"""A look that is no older serves others, too."""

A_LIST_SERVES_FROM = 4
"""Waits for jobs of one machine from which on the list of its jobs is asked for instead of each."""


@dataclass
class _Look(Generic[T]):
    """A look and what it showed."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    seen_at: float = float("-inf")
    seen: T | None = None


class JobPoller:
    """Looks at jobs, shared by all calls of a process.

    ``listed_at`` is when a machine last answered with its list of jobs, by ``time.monotonic``.
    """

    def __init__(self) -> None:
        self.listed_at = float("-inf")
        self._waits: Counter[str] = Counter()
        self._jobs: dict[tuple[str, str], _Look[Job]] = {}
        self._lists: dict[str, _Look[dict[str, Job]]] = {}

    @contextmanager
    def waiting(self, resource_id: str, job_id: str) -> Iterator[None]:
        """Around a wait for a job."""
        self._waits[resource_id] += 1
        try:
            yield
        finally:
            self._waits[resource_id] -= 1
            self._jobs.pop((resource_id, job_id), None)
            if not self._waits[resource_id]:
                self._lists.pop(resource_id, None)

    async def look(self, iri: IRIClient, resource_id: str, job_id: str) -> Job:
        """How a job is now, or was a moment ago."""
        if self._waits[resource_id] >= A_LIST_SERVES_FROM:
            listed = await _shared(
                self._lists.setdefault(resource_id, _Look()), lambda: _unfinished(iri, resource_id)
            )
            if job_id in listed:
                return listed[job_id]
        # A new job may be missing in the list, one that has ended is: the job itself tells.
        look = self._jobs.setdefault((resource_id, job_id), _Look())
        return await _shared(look, lambda: iri.get_job(resource_id, job_id))


async def _shared(look: _Look[T], fetch: Callable[[], Awaitable[T]]) -> T:
    async with look.lock:
        if look.seen is None or monotonic() - look.seen_at > FRESH_SECONDS:
            look.seen = await fetch()
            look.seen_at = monotonic()
        return look.seen


async def _unfinished(iri: IRIClient, resource_id: str) -> dict[str, Job]:
    return {job.id: job for job in await iri.list_jobs(resource_id, historical=False, limit=LIST_LIMIT)}
