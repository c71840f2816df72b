"""Idempotency keys: a request that is retried with its key is carried out once.

This follows the standard's next version, as in its reference implementation (2026-08): only successful
requests are kept, and a key applies to one user and one operation, whatever the resource.
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

# A process that has not finished a request by then is presumed dead.
LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """The response to a request: a new one, or one ``replayed`` from an earlier request with the same key."""

    body: Any
    replayed: bool


class IdempotencyKeys:
    """The keys of requests in progress or completed, shared by all processes on the same root.

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
        """Carry out a request, or return the response that it got before.

        Args:
            operation: the operation that the key applies to.
            key: the key.
            request: the request, as JSON can express it; a key belongs to one request.
            carry_out: carries the request out and returns the response body.

        Raises:
            Problem: 501 without a store, 409 while a request with the key is in progress, 422 if the key
                belongs to another request. Whatever ``carry_out`` raises frees the key and is passed on.
        """
        if not self._kept:
            raise not_implemented("Idempotency-Key is not supported: no store is configured.")
        fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        if (answer := await self._claim(operation, key, fingerprint)) is not None:
            return Reply(json.loads(answer), replayed=True)
        with anyio.CancelScope(shield=True):  # the key of a request that was carried out must be kept
            try:
                body = await carry_out()
            except BaseException:
                await self._release(operation, key)
                raise
            await self._keep(operation, key, json.dumps(body))
        return Reply(body, replayed=False)

    async def _claim(self, operation: str, key: str, fingerprint: str) -> str | None:
        """Claim the key for a new request, or return the response that was kept for it."""
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
