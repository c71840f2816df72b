"""Operations that the facility does not offer: each is tried once, then not again for a day."""

from __future__ import annotations

from time import monotonic

from alcf_mcp.learned import Learned
from alcf_mcp.store import or_else

LOOKED_AGAIN = 3600.0
"""Seconds after which a process reloads the recorded operations, as old records expire."""


class UnsupportedOperations:
    """Operations and options that one facility answered with 501, to this process or another."""

    def __init__(self, learned: Learned, api_url: str) -> None:
        self._learned = learned
        self._api_url = api_url
        self._missing: set[str] | None = None
        self._looked_at = 0.0

    async def lacks(self, operation: str) -> bool:
        """Whether the facility is known not to offer an operation."""
        return operation in await self._known()

    async def note_missing(self, operation: str) -> None:
        """Remember that the facility does not offer an operation."""
        known = await self._known()
        if operation in known:
            return
        known.add(operation)
        # If that fails, the operation is simply tried again.
        await or_else(self._learned.unsupported.note_missing(self._api_url, operation), None)

    async def _known(self) -> set[str]:
        if self._missing is None or monotonic() - self._looked_at > LOOKED_AGAIN:
            self._looked_at = monotonic()
            self._missing = await or_else(self._learned.unsupported.missing(self._api_url), set())
        return self._missing
