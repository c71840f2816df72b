"""Numbers that count once: whoever uses one first, on whichever replica, is the only one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from time import time

from alcf_mcp.postgres.database import Database
from alcf_mcp.store import Connection

LATE = 3600.0
"""How much longer a nonce is kept than it is valid: the replicas' clocks may differ."""


@dataclass(frozen=True)
class Nonces:
    """The nonces that were used."""

    database: Database

    async def use(self, nonce: str, until: float) -> bool:
        """Use up a nonce; returns whether it is valid and was not used before.

        Args:
            nonce: any text; only its digest is kept.
            until: when it ceases to be valid, in seconds since 1970.

        Raises:
            JournalError: the database can't be used, so it is not known whether it was used.
        """
        if until <= time():
            return False
        digest = hashlib.sha256(nonce.encode()).hexdigest()
        return await self.database.run(lambda db: _use(db, digest, until))


def _use(db: Connection, digest: str, until: float) -> bool:
    db.execute("DELETE FROM nonces WHERE until < ?", (time() - LATE,))
    sql = "INSERT INTO nonces (digest, until) VALUES (?, ?) ON CONFLICT DO NOTHING"
    return db.execute(sql, (digest, until)).rowcount == 1
