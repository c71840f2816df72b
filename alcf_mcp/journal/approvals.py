"""Questions that wait for the user: in the client, in a terminal, or as the code of a preview.

Each is bound to exactly one call (by its digest), is valid for ten minutes, and is used up by that call.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from time import time
from typing import Literal

from pydantic import BaseModel

from alcf_mcp.store import Connection, Store

SECONDS = 600.0

ApprovalKind = Literal["code", "terminal"]
"""A ``code`` goes to the model with the preview; one for the ``terminal`` is shown only there."""


class PendingApproval(BaseModel):
    """A call that waits for approval in a terminal."""

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
        code = secrets.token_hex(4)
        values = (code, call, kind, tool, client, preview, time())
        return await self.store.run(lambda db: _insert(db, values))

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

    async def question(self, call: str, text: str, *, tool: str, client: str) -> str:
        """Return the text of the question about one call: the first one, however often it is asked.

        It ends in a code of its own, so that the answer to it fits no later question.
        """
        code = secrets.token_hex(4)
        shown = f"{text}\n(Question {code}: your answer counts once.)"
        values = (code, call, "question", tool, client, shown, time())
        return await self.store.run(lambda db: _question(db, values))

    async def take_question(self, call: str) -> bool:
        """Use up the question about one call; of two answers to it, only the first finds it."""
        sql = "DELETE FROM approvals WHERE kind = 'question' AND call = ?"
        return await self._use(sql, (call,))

    async def _use(self, sql: str, values: tuple[str | float, ...]) -> bool:
        return await self.store.run(lambda db: db.execute(sql, values).rowcount) > 0

    def waiting(self) -> list[PendingApproval]:
        """Return what waits for approval in a terminal, oldest first."""
        sql = (
            "SELECT * FROM approvals WHERE kind = 'terminal' AND approved_at IS NULL AND asked_at > ?"
            " ORDER BY asked_at"
        )
        rows = self.store.read_now(lambda db: db.execute(sql, (time() - SECONDS,)).fetchall())
        return [PendingApproval(**{name: row[name] for name in PendingApproval.model_fields}) for row in rows]

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


def _question(db: Connection, values: tuple[str | float, ...]) -> str:
    db.execute("DELETE FROM approvals WHERE asked_at < ?", (time() - SECONDS,))
    same = "SELECT preview FROM approvals WHERE kind = 'question' AND call = ?"
    if row := db.execute(same, (values[1],)).fetchone():
        return str(row["preview"])
    db.execute(
        "INSERT INTO approvals (code, call, kind, tool, client, preview, asked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return str(values[5])


def _insert(db: Connection, values: tuple[str | float, ...]) -> str:
    db.execute("DELETE FROM approvals WHERE asked_at < ?", (time() - SECONDS,))
    call, kind = values[1:3]
    if kind == "terminal":  # the same question twice is one question
        same = "SELECT code FROM approvals WHERE kind = 'terminal' AND call = ? AND approved_at IS NULL"
        if row := db.execute(same, (call,)).fetchone():
            return str(row["code"])
    db.execute(
        "INSERT INTO approvals (code, call, kind, tool, client, preview, asked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return str(values[0])
