"""Questions that wait for the user: in the client, in a terminal, or as the code of a preview.

Each is bound to exactly one call (by its digest), is valid for ten minutes, and is used up by that call.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from time import time
from typing import Any, Literal

from pydantic import BaseModel

from alcf_mcp.measures import ASKED, EXPIRED_QUESTIONS, QUESTIONS
from alcf_mcp.store import Connection, Row, Store, insert

SECONDS = 600.0

ApprovalKind = Literal["code", "terminal"]
"""A ``code`` goes to the model with the preview; one for the ``terminal`` is shown only there."""

_COUNTED_AS = {"question": "in_client", "code": "through_assistant", "terminal": "elsewhere"}
"""Where the user is asked, as it is counted."""


class PendingApproval(BaseModel):
    """A call that waits for an answer."""

    code: str
    tool: str
    client: str
    preview: str
    asked_at: float


@dataclass(frozen=True)
class Approvals:
    """The waiting questions of one journal."""

    store: Store

    async def ask(self, call: str, kind: ApprovalKind, *, tool: str, client: str, preview: str) -> str:
        """Record a question about one call; returns its code."""
        return (await self._ask(secrets.token_hex(4), call, kind, tool, client, preview)).code

    async def redeem_code(self, call: str, code: str) -> bool:
        """Use up a code that a model was given; returns whether it was valid for exactly this call."""
        sql = "DELETE FROM approvals WHERE kind = 'code' AND code = ? AND call = ? AND asked_at > ?"
        return await self._use(sql, (code.strip().lower(), call, time() - SECONDS))

    async def redeem_approval(self, call: str) -> bool:
        """Use up an approval given in a terminal for exactly this call; returns whether there was one."""
        sql = (
            "DELETE FROM approvals WHERE kind = 'terminal' AND approved_at IS NOT NULL"
            " AND call = ? AND asked_at > ?"
        )
        return await self._use(sql, (call, time() - SECONDS))

    async def question(self, call: str, text: str, *, tool: str, client: str) -> PendingApproval:
        """Return the question about one call: the first one, however often it is asked.

        Its text ends in a code of its own, so that the answer to it fits no later question.
        """
        code = secrets.token_hex(4)
        shown = f"{text}\n(Question {code}: your answer counts once.)"
        return await self._ask(code, call, "question", tool, client, shown)

    async def take_question(self, call: str, code: str) -> bool:
        """Use up the question about one call; of two answers to it, only the first finds it.

        Args:
            call: the call.
            code: the code of the question that was answered; empty for a no, which answers any.
        """
        sql = "DELETE FROM approvals WHERE kind = 'question' AND call = ? AND ? IN (code, '')"
        return await self._use(sql, (call, code))

    async def _ask(
        self, code: str, call: str, kind: str, tool: str, client: str, preview: str
    ) -> PendingApproval:
        new: dict[str, Any] = {"code": code, "call": call, "kind": kind, "tool": tool, "client": client}
        new |= {"preview": preview, "asked_at": time()}
        expired, kept = await self.store.run(lambda db: (_forget_expired(db), _kept(db, new)))
        EXPIRED_QUESTIONS.add(expired, {})
        if kept.code == code:
            QUESTIONS.add(1, {ASKED: _COUNTED_AS[kind]})
        return kept

    async def _use(self, sql: str, values: tuple[str | float, ...]) -> bool:
        return await self.store.run(lambda db: db.execute(sql, values).rowcount) > 0

    def waiting(self) -> list[PendingApproval]:
        """Return what waits for approval in a terminal, oldest first."""
        sql = (
            "SELECT * FROM approvals WHERE kind = 'terminal' AND approved_at IS NULL AND asked_at > ?"
            " ORDER BY asked_at"
        )
        rows = self.store.read_now(lambda db: db.execute(sql, (time() - SECONDS,)).fetchall())
        return [_pending(row) for row in rows]

    def approve(self, code: str) -> bool:
        """Approve the call that waits under a code; returns whether it was still waiting."""
        sql = (
            "UPDATE approvals SET approved_at = ? WHERE code = ? AND kind = 'terminal'"
            " AND approved_at IS NULL AND asked_at > ?"
        )
        values = (time(), code, time() - SECONDS)
        return self.store.run_now(lambda db: db.execute(sql, values).rowcount) == 1

    def refuse(self, code: str) -> bool:
        """Take back the question of a call that waits under a code; returns whether it was still waiting."""
        sql = "DELETE FROM approvals WHERE code = ? AND kind = 'terminal' AND approved_at IS NULL"
        return self.store.run_now(lambda db: db.execute(sql, (code,)).rowcount) == 1


def _kept(db: Connection, new: dict[str, Any]) -> PendingApproval:
    """Keep a question; the same one twice is one question, but for codes, which differ."""
    same = "SELECT * FROM approvals WHERE kind = ? AND kind != 'code' AND call = ? AND approved_at IS NULL"
    if row := db.execute(same, (new["kind"], new["call"])).fetchone():
        return _pending(row)
    insert(db, "approvals", new)
    return PendingApproval(**{name: new[name] for name in PendingApproval.model_fields})


def _forget_expired(db: Connection) -> int:
    return db.execute("DELETE FROM approvals WHERE asked_at < ?", (time() - SECONDS,)).rowcount


def _pending(row: Row) -> PendingApproval:
    return PendingApproval(**{name: row[name] for name in PendingApproval.model_fields})
