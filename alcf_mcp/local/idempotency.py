"""Idempotency keys: a request that is repeated with its key is carried out once.

This is the standard's next version as its reference implementation has it (2026-08): only what succeeded is
kept, and a key counts for one user and one operation, whatever the resource.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio

from alcf_mcp.local.catalog import HOUR
from alcf_mcp.local.database import Database
from alcf_mcp.local.problems import Problem, not_implemented

KEPT_SECONDS = 24 * HOUR

# Whoever began with a request and did not finish it by then is no more.
LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request was answered: now, or ``replayed`` from an earlier one with the same key."""

    body: Any
    replayed: bool


class IdempotencyKeys:
    """The keys of requests that are under way or were answered, shared by all processes on the same root.

    Args:
        database: where they are kept.
        clock: the time, in seconds since the epoch.
        kept: whether there is a store at all.
    """

    def __init__(self, database: Database, clock: Callable[[], float], *, kept: bool = True) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    async def once(
        self, operation: str, key: str, request: Any, carry_out: Callable[[], Awaitable[Any]]
    ) -> Reply:
        """Carry out a request, or tell what it was answered before.

        Args:
            operation: what the key counts for.
            key: the key.
            request: what is asked for, as JSON can say it; a key belongs to one request.
            carry_out: carries it out, and gives the answer's body.

        Raises:
            Problem: 501 without a store, 409 while the same is under way, 422 if the key belongs to another
                request; and what ``carry_out`` raises, after which the key is free again.
        """
        if not self._kept:
            raise not_implemented("Idempotency-Key is not supported: no store is configured.")
        fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        if (answer := await self._claim(operation, key, fingerprint)) is not None:
            return Reply(json.loads(answer), replayed=True)
        with anyio.CancelScope(shield=True):  # what was carried out has to be known by its key
            try:
                body = await carry_out()
            except BaseException:
                await self._release(operation, key)
                raise
            await self._keep(operation, key, json.dumps(body))
        return Reply(body, replayed=False)

    async def _claim(self, operation: str, key: str, fingerprint: str) -> str | None:
        """Take a key for a request that is new; else what it was answered."""
        now = self._clock()

        def claim(connection: sqlite3.Connection) -> str | None:
            connection.execute(
                "DELETE FROM idempotency_keys WHERE since < CASE WHEN answer IS NULL THEN ? ELSE ? END",
                (now - LOCK_SECONDS, now - KEPT_SECONDS),
            )
            row = connection.execute(
                "SELECT fingerprint, answer FROM idempotency_keys WHERE operation = ? AND key = ?",
                (operation, key),
            ).fetchone()
            if row is None:
                connection.execute(
                    "INSERT INTO idempotency_keys (operation, key, fingerprint, since) VALUES (?, ?, ?, ?)",
                    (operation, key, fingerprint, now),
                )
                return None
            if row["answer"] is None:
                raise Problem(409, "A request with this Idempotency-Key is already in progress.")
            if row["fingerprint"] != fingerprint:
                raise Problem(422, "Idempotency-Key reused with a different request body.")
            return str(row["answer"])

        return await self._database.write(claim)

    async def _release(self, operation: str, key: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM idempotency_keys WHERE operation = ? AND key = ?", (operation, key)
            )
        )

    async def _keep(self, operation: str, key: str, answer: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE idempotency_keys SET answer = ?, since = ? WHERE operation = ? AND key = ?",
                (answer, self._clock(), operation, key),
            )
        )
