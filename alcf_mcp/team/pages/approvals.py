"""The page where people approve what their clients can't ask them; it works without scripts."""

from __future__ import annotations

from dataclasses import dataclass

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from alcf_mcp.guard import ApprovalPlace
from alcf_mcp.journal.approvals import PendingApproval
from alcf_mcp.reports.text import clock_of
from alcf_mcp.team.pages.browser import BrowserSessions, Visitor, not_from_here, not_signed_in, to_sign_in
from alcf_mcp.team.pages.frame import framed, safe
from alcf_mcp.team.state import PeoplesState

PATH = "/approvals"

_ABOUT = """<p>What you approve is carried out once, when your assistant asks again within ten minutes of its
first request.</p>"""
_NOTHING = "<p>Nothing is waiting.</p>"
_TOO_LATE = """<p role="alert"><strong>Nothing was approved or refused.</strong> This question was answered
before, or is more than ten minutes old. Let your assistant ask again if you still want it.</p>"""

_QUESTION = """<article><h2>{tool}, requested by {client} at {asked}</h2><pre>{preview}</pre>
<form method="post" action="{path}"><input type="hidden" name="token" value="{token}">
<input type="hidden" name="code" value="{code}">
<button class="yes" name="answer" value="approve">Approve</button>
<button name="answer" value="refuse">Refuse</button></form></article>
"""


def approval_page(origin: str) -> ApprovalPlace:
    """The place, as users and the journal call it."""
    return ApprovalPlace(f"on this server's page {origin}{PATH}", "on the server's page")


@dataclass(frozen=True)
class ApprovalPages:
    """The page of each person.

    Args:
        browsers: recognizes who looks at it.
        state: where the questions are.
    """

    browsers: BrowserSessions
    state: PeoplesState

    def routes(self) -> list[Route]:
        """The page."""
        return [Route(PATH, self._page, methods=["GET", "POST"])]

    async def _page(self, request: Request) -> Response:
        visitor = await self.browsers.visitor(request)
        if visitor is None:
            return not_signed_in() if request.method == "POST" else to_sign_in(request)
        if request.method == "POST":
            return await self._answered(request, visitor)
        return await self._shown(visitor)

    async def _shown(self, visitor: Visitor, notice: str = "", status: int = 200) -> Response:
        approvals = self.state.journal_of(visitor.person).approvals
        waiting = await anyio.to_thread.run_sync(approvals.waiting)
        questions = "".join(_question(visitor, one) for one in waiting) or _NOTHING
        body = f"{_ABOUT}{notice}{questions}"
        return framed(visitor, PATH, "What waits for your approval", body, status=status)

    async def _answered(self, request: Request, visitor: Visitor) -> Response:
        form = await request.form()
        if not self.browsers.is_from_here(request, visitor, form.get("token")):
            return not_from_here()
        approvals = self.state.journal_of(visitor.person).approvals
        answer = approvals.approve if form.get("answer") == "approve" else approvals.refuse
        if not await anyio.to_thread.run_sync(answer, str(form.get("code", ""))):
            return await self._shown(visitor, _TOO_LATE, 409)
        return RedirectResponse(PATH, 303)


def _question(visitor: Visitor, one: PendingApproval) -> str:
    return _QUESTION.format(
        tool=safe(one.tool),
        client=safe(one.client),
        asked=clock_of(one.asked_at),
        preview=safe(one.preview),
        path=PATH,
        token=visitor.token,
        code=safe(one.code),
    )
