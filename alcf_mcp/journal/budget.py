"""Node hours that were spent from here, and those that planned jobs will spend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alcf_mcp.store import Connection, one


def submitted_within_a_day(db: Connection) -> float:
    """The most that the jobs submitted within the last 24 hours may cost."""
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    sql = "SELECT sum(node_hours) FROM actions WHERE began_at >= ? AND outcome IN ('sent', 'done', 'unknown')"
    return _sum(db, sql, since)


def planned(db: Connection, root: str = "") -> float:
    """The most that the planned jobs that still wait may cost: all, or those of one chain."""
    return _sum(db, "SELECT sum(node_hours) FROM plans WHERE state = 'waiting' AND ? IN (root, '')", root)


def _sum(db: Connection, sql: str, value: str) -> float:
    return float(one(db.execute(sql, (value,)))[0] or 0.0)
