"""What was used of allocations, and when that was seen: the facility tells only what is used by now."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alcf_mcp.store import Store

SEEN_EVERY = timedelta(hours=1)
"""Between two samples of one allocation."""

KEPT = timedelta(days=60)

SHORTEST = timedelta(days=1)
"""A rate is told over no less: nobody computes evenly through a day."""

LOOKED_BACK = timedelta(days=30)
"""How far back a rate goes where it can; what was long ago tells little of what comes."""


NODE_HOURS = "node_hours"
"""The one unit that is counted up; what is stored comes and goes."""

LARGEST_REFUND = 0.1
"""The part of the used node hours that can come back without a renewal."""


@dataclass(frozen=True)
class Amount:
    """What one project may use of one capability in one unit, and has used."""

    project_id: str
    capability_id: str
    unit: str
    granted: float
    used: float

    def plus(self, other: Amount) -> Amount:
        """The sum with another of the same."""
        return replace(self, granted=self.granted + other.granted, used=self.used + other.used)


@dataclass(frozen=True)
class Rate:
    """How much of an allocation was used a day, on average over the last days."""

    per_day: float
    days: float


@dataclass(frozen=True)
class Usage:
    """The use of allocations, as it was seen."""

    store: Store

    async def see(self, api_url: str, amounts: Sequence[Amount], now: datetime) -> list[Rate | None]:
        """Remember what is used of allocations now.

        Returns:
            How fast each was used; ``None`` where it was not seen for long enough.
        """
        return await self.store.run(lambda db: _see(db, api_url, amounts, now.timestamp()))


def _see(db: sqlite3.Connection, api_url: str, amounts: Sequence[Amount], now: float) -> list[Rate | None]:
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


def _rate(seen: list[sqlite3.Row], amount: Amount, now: float) -> Rate | None:
    counted = _since_renewal(seen, amount.used) if amount.unit == NODE_HOURS else seen
    enough = [s for s in counted if now - s["seen_at"] >= SHORTEST.total_seconds()]
    if not enough:
        return None
    first = min(enough, key=lambda s: abs(now - s["seen_at"] - LOOKED_BACK.total_seconds()))
    days = timedelta(seconds=now - first["seen_at"]) / timedelta(days=1)
    return Rate((amount.used - first["used"]) / days, days)


def _since_renewal(seen: list[sqlite3.Row], used: float) -> list[sqlite3.Row]:
    """The samples since an allocation was last renewed, so that its use is counted anew."""
    later = used
    for index in reversed(range(len(seen))):
        if later < seen[index]["used"] * (1 - LARGEST_REFUND):
            return seen[index + 1 :]
        later = seen[index]["used"]
    return seen
