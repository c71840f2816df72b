"""Decide whether and how the user is asked about a guarded call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

import anyio
from mcp import MCPError
from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    DeclinedElicitation,
    Elicit,
    ElicitationResult,
)
from mcp.types import ElicitResult
from mcp.types.version import is_version_at_least

from alcf_mcp.guard.preview import Preview, agrees
from alcf_mcp.guard.verdict import IN_A_TERMINAL, ApprovalPlace, Outcome, Verdict
from alcf_mcp.journal import Journal
from alcf_mcp.journal.approvals import SECONDS, ApprovalKind, PendingApproval

logger = logging.getLogger(__name__)

Policy = Literal["ask", "human", "off"]

Answer = Literal["accept", "decline", "cancel"]

_MODERN = "2026-07-28"

ANSWER_SECONDS = SECONDS
"""The time limit for an answer in the client: the same as for an answer given elsewhere."""

_ANSWERS = (AcceptedElicitation, DeclinedElicitation, CancelledElicitation)

_failed: ContextVar[bool] = ContextVar("failed", default=False)


@dataclass(frozen=True)
class Call:
    """A guarded call: together with its preview, what an answer is bound to.

    ``person`` says whose call it is: the facility, the user's account on this machine, the client.
    """

    tool: str
    arguments: dict[str, Any]
    client: str
    person: str

    def digest(self, preview: Preview) -> str:
        """The digest that an answer to this call is bound to."""
        return preview.digest(self.tool, self.arguments, self.person)


@dataclass
class Guard:
    """Decides on guarded calls according to the user's policy.

    Args:
        policy: ``ask``, ``human`` or ``off``.
        journal: stores the questions, codes and approvals.
        place: where the user approves what their client can't ask them.
    """

    policy: Policy
    journal: Journal
    place: ApprovalPlace = IN_A_TERMINAL

    async def decide(
        self,
        call: Call,
        preview: Preview,
        confirmation: str | None,
        *,
        can_ask: bool,
        answered: Answer | None = None,
    ) -> Verdict | Elicit[Any]:
        """Allow a call, refuse it, or ask the user a question.

        Args:
            call: the call.
            preview: what it would do.
            confirmation: the code that the model gave, if any.
            can_ask: whether the client can show a form to its user.
            answered: what the user chose, if the call repeats an earlier one with an answer to its question.
        """
        known = self._by_policy(preview, confirmation, answered) or await self._by_answer(
            call.digest(preview), preview, confirmation
        )
        if known:
            return known
        if can_ask:
            question = await self._question(call, preview)
            return Elicit(question.preview, preview.form(question.code))
        if self.policy == "human":
            await self._note(call, preview, "terminal")
            return Verdict(Outcome.APPROVAL_NEEDED, preview, place=self.place)
        return Verdict(Outcome.CODE_NEEDED, preview, code=await self._note(call, preview, "code"))

    async def judge(
        self, call: Call, answer: ElicitationResult[Any], asked: Preview, now: Preview
    ) -> Verdict:
        """Turn the answer to a question into a verdict.

        Args:
            call: the call.
            answer: a verdict if nobody was asked, otherwise the user's answer.
            asked: what the user was shown.
            now: what the call would do now, checked again after the answer.
        """
        if isinstance(answer, AcceptedElicitation) and isinstance(answer.data, Verdict):
            return answer.data
        # Removed in one step: of two calls that repeat the same answer, only one finds the question. If the
        # same was asked anew meanwhile, that is a question of its own, which this does not answer.
        code = answer.data.question if isinstance(answer, AcceptedElicitation) else ""
        is_first = await self.journal.approvals.take_question(call.digest(asked), code)
        if isinstance(answer, CancelledElicitation):
            await self._note(call, asked, "terminal")
            return Verdict(Outcome.DISMISSED, asked, place=self.place)
        if not isinstance(answer, AcceptedElicitation) or not agrees(answer.data, asked):
            return Verdict(Outcome.DECLINED, asked)
        if now.settled is not None:
            return Verdict(Outcome.NOTHING_TO_DO, now)
        if not is_first or call.digest(now) != call.digest(asked):
            return Verdict(Outcome.FACTS_CHANGED if is_first else Outcome.ANSWER_USED, now)
        return Verdict(Outcome.CONFIRMED, asked, "answered in the client")

    def _by_policy(
        self, preview: Preview, confirmation: str | None, answered: Answer | None
    ) -> Verdict | None:
        """The verdict if nobody has to answer."""
        if preview.settled is not None:
            return Verdict(Outcome.NOTHING_TO_DO, preview)
        if preview.harmless and self.policy != "off":
            # It was asked about before: a no has to count, and a yes only once. So no answer counts now.
            if answered:
                return Verdict(Outcome.DECLINED if answered == "decline" else Outcome.FACTS_CHANGED, preview)
            if confirmation:
                return Verdict(Outcome.CODE_REFUSED, preview)
        if preview.harmless:
            return Verdict(Outcome.CONFIRMED, preview, f"not asked: {preview.harmless}")
        if self.policy == "off":
            return Verdict(Outcome.CONFIRMED, preview, "not asked: ALCF_MCP_CONFIRM is off")
        return None

    async def _by_answer(self, digest: str, preview: Preview, confirmation: str | None) -> Verdict | None:
        """The verdict if the user has already answered outside this call."""
        if await self.journal.approvals.redeem_approval(digest):
            return Verdict(Outcome.CONFIRMED, preview, f"approved {self.place.where}")
        if not confirmation or self.policy != "ask":
            return None
        if await self.journal.approvals.redeem_code(digest, confirmation):
            return Verdict(Outcome.CONFIRMED, preview, "code of the preview")
        return Verdict(Outcome.CODE_REFUSED, preview)

    async def _note(self, call: Call, preview: Preview, kind: ApprovalKind) -> str:
        """Record a question to be answered outside this call, and return its code."""
        return await self.journal.approvals.ask(
            call.digest(preview), kind, tool=call.tool, client=call.client, preview=preview.text()
        )

    async def _question(self, call: Call, preview: Preview) -> PendingApproval:
        # Modern clients answer by repeating the call, perhaps to another replica. The question must then be
        # exactly the same, although its remarks ("running for 5 min") would have changed.
        return await self.journal.approvals.question(
            call.digest(preview), preview.text(), tool=call.tool, client=call.client
        )


@contextmanager
def question_failed() -> Iterator[None]:
    """Wrap a call whose question came back without an answer: its client is not asked again."""
    token = _failed.set(True)
    try:
        yield
    finally:
        _failed.reset(token)


async def put(ctx: Context[Any], question: Elicit[Any]) -> Elicit[Any] | ElicitationResult[Any] | None:
    """Ask the user a question in the way that the client's protocol version requires.

    Returns:
        The question itself, for the SDK to ask, if the client answers by repeating the call. Otherwise the
        answer, or ``None`` if the client answered with an error, with something that does not fit the form,
        or not at all.
    """
    if is_modern(ctx):
        return question
    try:
        with anyio.move_on_after(ANSWER_SECONDS):
            return await ctx.elicit(question.message, question.schema)
    except (MCPError, ValueError) as error:
        logger.info("the client did not answer the question: %s", type(error).__name__)
    return None


def answer_of(resolved: ElicitationResult[Any]) -> ElicitationResult[Any]:
    """The answer to a question, whether it was asked within the call or by the SDK."""
    data = resolved.data if isinstance(resolved, AcceptedElicitation) else None
    return data if isinstance(data, _ANSWERS) else resolved


def answer_given(ctx: Context[Any]) -> Answer | None:
    """What the user chose, if the call repeats an earlier one with the answer to its question."""
    if not (is_modern(ctx) and ctx.request_state):
        return None
    given = next(iter((ctx.input_responses or {}).values()), None)
    return given.action if isinstance(given, ElicitResult) else None


def can_elicit(ctx: Context[Any]) -> bool:
    """Whether the client can show a form to its user on this connection."""
    if _failed.get():
        return False
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return is_modern(ctx) or ctx.session.can_send_request


def is_modern(ctx: Context[Any]) -> bool:
    """Whether the client answers a question by repeating the call rather than within it."""
    return is_version_at_least(ctx.protocol_version or "2024-11-05", _MODERN)
