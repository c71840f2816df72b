"""Node hours that were spent from here, and those that planned jobs will spend."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta


def submitted_within_a_day(db: sqlite3.Connection) -> float:
    """The most that the jobs submitted within the last 24 hours may cost."""
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    sql = "SELECT sum(node_hours) FROM actions WHERE began_at >= ? AND outcome IN ('sent', 'done', 'unknown')"
    return _sum(db, sql, since)


def planned(db: sqlite3.Connection, root: str = "") -> float:
    """The most that the planned jobs that still wait may cost: all, or those of one chain."""
    return _sum(db, "SELECT sum(node_hours) FROM plans WHERE state = 'waiting' AND ? IN (root, '')", root)


def _sum(db: sqlite3.Connection, sql: str, value: str) -> float:
    return float(db.execute(sql, (value,)).fetchone()[0] or 0.0)
