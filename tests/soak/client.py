"""One person's client: signs in by OAuth, calls tools in one era of the protocol, and records all of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any, TextIO

import anyio
import httpx
from mcp.types import CallToolResult

from tests.conftest import Answered, Era
from tests.team.browser import Browser
from tests.team.oauth_client import SteppingClient
from tests.team.plain_client import PlainClient, answers_in

LOGIN = "person{:02}"
ANYBODYS = re.compile(r"person\d\d")
"""A login name: it is in the names and contents of all that is somebody's, and in the ids of their jobs."""

PATIENCE = 120.0

PROTOCOL_ERROR = "protocol error"


@dataclass
class Notes:
    """What one person's clients have noticed.

    Attributes:
        login: whose they are.
        log: all that was sent and heard.
        wrong: what must not happen.
        answers: how often each status came, or each way in which an answer was lost.
    """

    login: str
    log: TextIO
    wrong: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def write(self, **facts: object) -> None:
        self.log.write(json.dumps({"at": time(), **facts}) + "\n")

    def hear(self, sent: str, heard: str) -> None:
        """Look for what is somebody else's."""
        if others := {*ANYBODYS.findall(heard)} - {self.login}:
            self.wrong.append(f"crossing: {sent[:300]} was answered with something of {sorted(others)}")


@dataclass
class SoakingClient:
    """A client of one era. An answer that does not arrive is ``None``; the call is not repeated."""

    notes: Notes
    origin: str
    era: Era
    plain: PlainClient
    oauth: SteppingClient
    refresh_token: str = ""
    sign_ins: int = 0
    renewals: int = 0
    _signing_in: anyio.Lock = field(default_factory=anyio.Lock)

    @classmethod
    def of(cls, notes: Notes, origin: str, era: Era, http: httpx.AsyncClient) -> SoakingClient:
        """A client that has not signed in yet."""
        plain = PlainClient(f"{origin}/mcp", "", era, http)
        return cls(notes, origin, era, plain, SteppingClient(origin, http=http))

    async def sign_in(self) -> None:
        """Sign in, however often it takes: replicas may be killed meanwhile."""
        with anyio.fail_after(PATIENCE):
            while True:
                try:
                    if not self.oauth.id:
                        self.oauth.id = (await self.oauth.register()).json()["client_id"]
                    tokens = await self.oauth.tokens_of(self.notes.login)
                except (httpx.HTTPError, ValueError, KeyError, AssertionError) as error:
                    self.notes.answers[f"sign-in repeated: {type(error).__name__}"] += 1
                    await anyio.sleep(0.3)
                else:
                    break
        self._take(tokens)
        self.sign_ins += 1

    async def renew(self) -> None:
        """Renew the tokens. One that may have been used by a renewal whose answer was lost may be refused."""
        async with self._signing_in:
            try:
                answer = await self.oauth.renew(self.refresh_token)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                self._take(answer.json())
                self.renewals += 1
                return
            if answer is not None and answer.status_code < 500:
                self.notes.wrong.append(f"a renewal was refused: {answer.status_code} {answer.text[:300]}")
            await self.sign_in()

    def _take(self, tokens: Mapping[str, Any]) -> None:
        self.plain.token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]

    async def call(self, tool: str, **given: Any) -> dict[str, Any] | None:
        """Call a tool; returns its result, which may be a question."""
        token = self.plain.token
        try:
            answer = await self.plain.post("tools/call", {"name": tool, **given})
        except httpx.HTTPError as error:
            self.notes.answers[type(error).__name__] += 1
            return None
        finally:
            sent = self.plain.sent.pop()
        heard = self.plain.heard.pop()
        self.notes.write(era=self.era, sent=sent, status=answer.status_code, heard=heard)
        self.notes.hear(sent, heard)
        self.notes.answers[str(answer.status_code)] += 1
        if answer.status_code == 401:
            await self._was_signed_out(token)
        if answer.status_code == 502:
            await anyio.sleep(0.5)
        return self._result(sent, answer) if answer.status_code == 200 else None

    async def _was_signed_out(self, token: str) -> None:
        self.notes.wrong.append("a client that had signed in was refused")
        async with self._signing_in:
            if self.plain.token == token:
                await self.sign_in()

    def _result(self, sent: str, answer: httpx.Response) -> dict[str, Any] | None:
        try:
            found = answers_in(answer)
        except ValueError:  # it ends in the middle of a message
            found = []
        if not found:
            self.notes.answers["200 without an answer"] += 1
            return None
        if len(found) > 1 or "result" not in found[0]:
            self.notes.wrong.append(f"{PROTOCOL_ERROR}: {sent[:300]} was answered with {found!s:.500}")
            return None
        return found[0]["result"]  # type: ignore[no-any-return]

    async def approve_on_page(self, preview: str) -> bool:
        """Approve what waits on the server's page; returns whether it was there and the answer arrived."""
        try:
            async with Browser(self.notes.login) as browser:
                page = await browser.open(f"{self.origin}/approvals")
                self.notes.hear("/approvals", page.text)
                article = next((one for one in page.text.split("<article>")[1:] if preview in one), None)
                if article is None:
                    return False
                only = httpx.Response(page.status_code, text=article, request=page.request)
                return (await browser.submit(only, {"answer": "approve"})).status_code == 303
        except (httpx.HTTPError, AssertionError) as error:
            self.notes.answers[f"page: {type(error).__name__}"] += 1
            return False


def answered(result: Mapping[str, Any]) -> Answered:
    """A result, as other tests have it."""
    return Answered.of(CallToolResult.model_validate({"content": [], **result}))
