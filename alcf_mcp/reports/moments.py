"""When a job came to what it is, as figures for views to draw; reports tell the same in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from alcf_mcp.activity.start_range import StartRange
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.weather import Outlook


@dataclass(frozen=True)
class Moments:
    """The times of one job, as far as they were seen: the facility reports none.

    Attributes:
        submitted: when it was submitted from here.
        waiting: when it was last seen waiting, before it was seen running or ended.
        started: when it was first seen running.
        running: when it was last seen running, before it was seen to have ended.
        ended: when it was first seen to have ended.
        walltime: how long it may run, in seconds.
        members: how many members its ensemble has.
        starts: when it may start: the earliest and the latest time.
        ends_by: when it ends at the latest.
        place: its place in its queue, from 1, how many wait there, and how many are ahead of it.
    """

    submitted: datetime | None = None
    waiting: datetime | None = None
    started: datetime | None = None
    running: datetime | None = None
    ended: datetime | None = None
    walltime: int | None = None
    members: int | None = None
    # Two looks at an unchanged job are equal, although its outlook was reckoned anew.
    starts: tuple[datetime, datetime] | None = field(default=None, compare=False)
    ends_by: datetime | None = field(default=None, compare=False)
    place: tuple[int, int, int] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, known: KnownJob, seen: Outlook | None = None) -> Moments:
        """The times of a job.

        Args:
            known: the job.
            seen: what its machine's activity feed tells of it.
        """
        record, ensemble = (
            known.record,
            known.record and known.record.program and known.record.program.ensemble,
        )
        start = seen.start if seen else None
        foreseen: dict[str, Any] = {
            "walltime": known.walltime,
            "members": ensemble.size if ensemble else None,
            "ends_by": _moment(seen.ends_by) if seen and seen.ends_by else None,
        }
        if seen and seen.place:
            foreseen["place"] = (seen.place.position, seen.place.of, seen.place.ahead)
        if seen and isinstance(start, StartRange):
            foreseen["starts"] = (_moment(seen.now + start.earliest), _moment(seen.now + start.latest))
        if record is None:
            return cls(**foreseen)
        left_queue = record.active_from or record.ended_by
        return cls(
            submitted=record.submitted_at,
            waiting=record.waiting_at if left_queue else None,
            started=record.active_from,
            running=record.active_at if record.ended_by else None,
            ended=record.ended_by,
            **foreseen,
        )

    def drawn(self) -> dict[str, Any]:
        """The times that are known, in seconds since the epoch."""
        return {name: _figure(value) for name, value in vars(self).items() if value is not None}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _figure(value: datetime | tuple[Any, ...] | int) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp(), 1)
    return [_figure(one) for one in value] if isinstance(value, tuple) else value
