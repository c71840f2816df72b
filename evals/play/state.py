"""The facility's state, read from the local facility's own records and files."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alcf_mcp.local.jobs.records import FINISHED, JobRecord, select
from evals.play.conversations import EndState, ExpectedJob, ExpectedPath


@dataclass(frozen=True)
class FacilityState:
    """A local facility as it is on disk.

    Args:
        root: its directory.
    """

    root: Path

    def jobs(self) -> list[JobRecord]:
        """All jobs, ended or not."""
        with closing(sqlite3.connect(self.root / "facility.sqlite")) as connection:
            connection.row_factory = sqlite3.Row
            return select(connection, "1")

    def on_disk(self, path: str) -> Path:
        """Where a path of the facility is."""
        return self.root / "tree" / path.lstrip("/")

    def problems(self, end: EndState, before: int) -> Iterator[str]:
        """What differs from an end state, after there were so many jobs."""
        jobs = self.jobs()
        if (new := len(jobs) - before) != end.new_jobs:
            yield f"{new} new jobs, not {end.new_jobs}"
        for expected in end.jobs:
            if not any(_is(job, expected) for job in jobs):
                found = [_told(job) for job in jobs if job.spec.name == expected.name]
                wanted = expected.model_dump(exclude_none=True)
                yield f"no job is {wanted}; found: {found or 'none of that name'}"
        for path in end.paths:
            yield from self._path_problems(path)

    def _path_problems(self, expected: ExpectedPath) -> Iterator[str]:
        path = self.on_disk(expected.path)
        if path.exists() is not expected.exists:
            yield f"{expected.path} {'does not exist' if expected.exists else 'exists'}"
            return
        if not expected.exists:
            return
        mode = f"{stat.S_IMODE(path.stat().st_mode):o}"
        if expected.mode is not None and mode != expected.mode:
            yield f"{expected.path} has mode {mode}, not {expected.mode}"
        if expected.directory is not None and path.is_dir() is not expected.directory:
            yield f"{expected.path} is {'a' if path.is_dir() else 'no'} directory"
        if expected.contains is not None and expected.contains not in path.read_text(errors="replace"):
            yield f"{expected.path} does not contain {expected.contains!r}"


def _is(job: JobRecord, expected: ExpectedJob) -> bool:
    facts = {
        "name": job.spec.name,
        "state": _state(job),
        "machine": job.id.partition(".")[2].partition("-")[0],
        "queue": job.queue,
        "account": job.account,
        "node_count": job.node_count,
        "walltime": job.walltime,
    }
    return all(facts[name] == value for name, value in expected.model_dump(exclude_none=True).items())


def _state(job: JobRecord) -> str:
    """The job's state, unless it is about to be ended."""
    return "being canceled" if job.canceled and job.state != FINISHED else job.shown_state


def _told(job: JobRecord) -> str:
    return f"{job.id} {_state(job)}, {job.node_count} nodes in {job.queue} for {job.walltime} s"
