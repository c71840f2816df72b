"""What a facility does not offer, according to its recent responses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alcf_mcp.store import Store, put

REMEMBERED = timedelta(days=1)
"""After this time, the facility is asked again: it may offer more by then."""


@dataclass(frozen=True)
class NotOffered:
    """The operations and options that facilities answered 501 to."""

    store: Store

    async def note_missing(self, api_url: str, operation: str) -> None:
        """Record that a facility does not offer something."""
        key = {"api_url": api_url, "operation": operation}
        said = {"said_at": datetime.now(UTC).isoformat()}
        await self.store.run(lambda db: put(db, "not_offered", key, said))

    async def missing(self, api_url: str) -> set[str]:
        """Return what a facility does not offer."""
        sql = "SELECT operation FROM not_offered WHERE api_url = ? AND said_at > ?"
        values = (api_url, (datetime.now(UTC) - REMEMBERED).isoformat())
        return {str(row[0]) for row in await self.store.read(lambda db: db.execute(sql, values).fetchall())}
