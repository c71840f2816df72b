"""How long a facility's operations took recently, so that a new process need not learn it again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from alcf_mcp.store import Connection, Store, put


@dataclass(frozen=True)
class Paces:
    """What was learned about the operations of facilities; the last process to write wins."""

    store: Store

    async def known(self, api_url: str) -> dict[str, list[float]]:
        """Return the seconds that the last tasks of each operation took."""
        sql = "SELECT operation, seconds FROM paces WHERE api_url = ?"
        rows = await self.store.read(lambda db: db.execute(sql, (api_url,)).fetchall())
        return {str(row["operation"]): [float(one) for one in json.loads(row["seconds"])] for row in rows}

    async def tell(self, api_url: str, known: dict[str, list[float]]) -> None:
        """Store the seconds that the last tasks of each operation took."""
        await self.store.run(lambda db: _put(db, api_url, known))


def _put(db: Connection, api_url: str, known: dict[str, list[float]]) -> None:
    for operation, seconds in known.items():
        key = {"api_url": api_url, "operation": operation}
        put(db, "paces", key, {"seconds": json.dumps(seconds)})
