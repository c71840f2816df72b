"""The page where people approve what their clients can't ask them; it works without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from alcf_mcp.guard import ApprovalPlace
from alcf_mcp.journal.approvals import PendingApproval
from alcf_mcp.reports.text import clock_of, visible
from alcf_mcp.team.browser import SIGN_IN_PATH, BrowserSessions, Visitor
from alcf_mcp.team.state import PeoplesState

PATH = "/approvals"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with "no-referrer", browsers send forms with "Origin: null"
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Approvals – alcf-mcp</title><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
article {{ border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px;
  padding: 1rem; margin: 1rem 0; }}
h2 {{ font-size: 1rem; margin: 0 0 .5rem; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.45 ui-monospace, monospace; }}
form {{ display: inline-block; margin-right: .5rem; }}
button {{ font: inherit; padding: .4rem 1rem; border-radius: 6px; border: 1px solid currentColor;
  background: transparent; color: inherit; cursor: pointer; }}
button.yes {{ background: #1f6f43; border-color: #1f6f43; color: #fff; }}
p.who {{ opacity: .75; }}
</style></head><body><main><h1>What waits for your approval</h1>
<p class="who">Signed in as {who}. What you approve is carried out once, when your assistant asks
again within ten minutes of its first request.</p>{notice}{questions}</main></body></html>
"""

_QUESTION = """<article><h2>{tool}, requested by {client} at {asked}</h2><pre>{preview}</pre>
<form method="post" action="{path}"><input type="hidden" name="token" value="{token}">
<input type="hidden" name="code" value="{code}">
<button class="yes" name="answer" value="approve">Approve</button>
<button name="answer" value="refuse">Refuse</button></form></article>
"""


_TOO_LATE = """<p role="alert"><strong>Nothing was approved or refused.</strong> This question was answered
before, or is more than ten minutes old. Let your assistant ask again if you still want it.</p>
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
        """The page, and how people sign in to it."""
        return [Route(PATH, self._page, methods=["GET", "POST"]), *self.browsers.routes()]

    async def _page(self, request: Request) -> Response:
        visitor = await self.browsers.visitor(request)
        if visitor is None:
            return RedirectResponse(SIGN_IN_PATH, 303)
        if request.method == "POST":
            return await self._answered(request, visitor)
        return await self._shown(visitor)

    async def _shown(self, visitor: Visitor, notice: str = "", status: int = 200) -> Response:
        approvals = self.state.journal_of(visitor.person).approvals
        waiting = await anyio.to_thread.run_sync(approvals.waiting)
        return HTMLResponse(_page(visitor, waiting, notice), status, headers=_HEADERS)

    async def _answered(self, request: Request, visitor: Visitor) -> Response:
        form = await request.form()
        if not self.browsers.is_from_here(request, visitor, form.get("token")):
            return PlainTextResponse("This form was not sent from this server's page.\n", 403)
        approvals = self.state.journal_of(visitor.person).approvals
        answer = approvals.approve if form.get("answer") == "approve" else approvals.refuse
        if not await anyio.to_thread.run_sync(answer, str(form.get("code", ""))):
            return await self._shown(visitor, _TOO_LATE, 409)
        return RedirectResponse(PATH, 303)


def _page(visitor: Visitor, waiting: list[PendingApproval], notice: str) -> str:
    questions = "".join(_question(visitor, one) for one in waiting) or "<p>Nothing is waiting.</p>"
    return _PAGE.format(who=_safe(str(visitor.person)), notice=notice, questions=questions)


def _question(visitor: Visitor, one: PendingApproval) -> str:
    return _QUESTION.format(
        tool=_safe(one.tool),
        client=_safe(one.client),
        asked=clock_of(one.asked_at),
        preview=_safe(one.preview),
        path=PATH,
        token=visitor.token,
        code=_safe(one.code),
    )


def _safe(text: str) -> str:
    """Others' text: its control characters visible, and no markup."""
    return escape(visible(text))
