"""How much of allocations was used, and when that was seen: the facility reports only the current total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alcf_mcp.store import Connection, Row, Store

SEEN_EVERY = timedelta(hours=1)
"""Least time between two samples of one allocation."""

KEPT = timedelta(days=60)

DAY = timedelta(days=1).total_seconds()

SHORTEST = timedelta(days=1)
"""A rate covers at least this time: nobody computes evenly throughout a day."""

LOOKED_BACK = timedelta(days=30)
"""How far back a rate goes if it can: what happened long ago says little about what is to come."""


NODE_HOURS = "node_hours"
"""The one unit whose use only adds up; stored data comes and goes."""

LARGEST_REFUND = 0.1
"""The largest share of the used node hours that can come back without a renewal."""


@dataclass(frozen=True)
class Amount:
    """What one project may use, and has used, of one capability in one unit."""

    project_id: str
    capability_id: str
    unit: str
    granted: float
    used: float

    def plus(self, other: Amount) -> Amount:
        """Return the sum with another amount of the same kind."""
        return replace(self, granted=self.granted + other.granted, used=self.used + other.used)


@dataclass(frozen=True)
class Rate:
    """How much of an allocation was used per day, on average over the last ``days``.

    Attributes:
        per_day: how much.
        days: over how many days.
        seen: from what that is known: how much was used, by when, the oldest first and at most one a day.
    """

    per_day: float
    days: float
    seen: Sequence[tuple[float, float]] = field(default=(), compare=False)


@dataclass(frozen=True)
class Usage:
    """The use of allocations, as observed."""

    store: Store

    async def see(self, api_url: str, amounts: Sequence[Amount], now: datetime) -> list[Rate | None]:
        """Record how much of the allocations is used now.

        Returns:
            How fast each was used; ``None`` if it was not observed for long enough.
        """
        return await self.store.run(lambda db: _see(db, api_url, amounts, now.timestamp()))


def _see(db: Connection, api_url: str, amounts: Sequence[Amount], now: float) -> list[Rate | None]:
    db.execute("DELETE FROM usage WHERE seen_at < ?", (now - KEPT.total_seconds(),))
    rates: list[Rate | None] = []
    for amount in amounts:
        key = (api_url, amount.project_id, amount.capability_id, amount.unit)
        seen = db.execute(
            "SELECT seen_at, used FROM usage"
            " WHERE api_url = ? AND project = ? AND capability = ? AND unit = ? ORDER BY seen_at",
            key,
        ).fetchall()
        rates.append(_rate(seen, amount, now))
        if not seen or seen[-1]["seen_at"] <= now - SEEN_EVERY.total_seconds():
            db.execute(
                "INSERT INTO usage (api_url, project, capability, unit, used, granted, seen_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, amount.used, amount.granted, now),
            )
    return rates


def _rate(seen: Sequence[Row], amount: Amount, now: float) -> Rate | None:
    counted = _since_renewal(seen, amount.used) if amount.unit == NODE_HOURS else seen
    enough = [s for s in counted if now - s["seen_at"] >= SHORTEST.total_seconds()]
    if not enough:
        return None
    first = min(enough, key=lambda s: abs(now - s["seen_at"] - LOOKED_BACK.total_seconds()))
    days = (now - first["seen_at"]) / DAY
    samples = [(s["seen_at"], s["used"]) for s in counted if s["seen_at"] >= first["seen_at"]]
    return Rate((amount.used - first["used"]) / days, days, [*_one_a_day(samples), (now, amount.used)])


def _one_a_day(samples: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The first sample, and those that come a day or more after the one before."""
    kept: list[tuple[float, float]] = []
    for at, used in samples:
        if not kept or at - kept[-1][0] >= DAY:
            kept.append((at, used))
    return kept


def _since_renewal(seen: Sequence[Row], used: float) -> Sequence[Row]:
    """Return the samples since an allocation was last renewed, when its use began again from zero."""
    later = used
    for index in reversed(range(len(seen))):
        if later < seen[index]["used"] * (1 - LARGEST_REFUND):
            return seen[index + 1 :]
        later = seen[index]["used"]
    return seen
