"""What can't be undone asks a person first.

A guarded tool names a preview: an async function that looks at the target and tells what would happen.
The guard puts that to the person, by elicitation where the client has it. Where it has not, the call is
answered with the preview and a code, and the same call with that code is carried out.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from time import monotonic
from typing import Annotated, Any, Protocol

from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    Elicit,
    ElicitationResult,
    Resolve,
)
from mcp.types.version import is_version_at_least
from pydantic import BaseModel, Field

CODE_SECONDS = 600.0

_MODERN = "2026-07-28"


@dataclass(frozen=True)
class Preview:
    """What a guarded call would do.

    Args:
        question: what the person is asked, ending in a question mark.
        facts: what was seen, a line each; an answer counts for these facts alone.
        settled: why there is nothing to do; then nobody is asked.
    """

    question: str
    facts: tuple[str, ...] = ()
    settled: str | None = None

    def text(self) -> str:
        """The question below the facts."""
        return "\n".join((*self.facts, self.question))


class Confirm(BaseModel):
    """The person's answer."""

    confirm: bool = Field(description="Yes, do it")


@dataclass(frozen=True)
class Verdict:
    """What the guard decided. ``go`` alone lets the call through."""

    outcome: str
    preview: Preview
    code: str | None = None

    @property
    def go(self) -> bool:
        """Whether the call may be carried out."""
        return self.outcome == "confirmed"


class Codes:
    """Confirmation codes: each is worth one call with the same arguments, as long as the facts hold."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, float]] = {}

    def issue(self, digest: str) -> str:
        """Make a code for exactly this call."""
        code = secrets.token_hex(4)
        self._waiting[code] = (digest, monotonic() + CODE_SECONDS)
        return code

    def redeem(self, code: str, digest: str) -> bool:
        """Use up a code; whether it was meant for exactly this call and is still valid."""
        expected, expires = self._waiting.pop(code.strip().lower(), ("", 0.0))
        return secrets.compare_digest(expected, digest) and monotonic() < expires


class Guarding(Protocol):
    """What the guard needs of the running server."""

    codes: Codes

    @property
    def confirm(self) -> str:
        """The policy: ``ask``, ``human`` or ``off``."""


PreviewFunction = Callable[..., Any]
"""Async; takes arguments of the tool by name (and resolved ones), returns a ``Preview``."""


def asks(tool_name: str, tool_signature: Signature, preview: PreviewFunction) -> Callable[..., Any]:
    """Make the resolver that decides on a guarded call.

    Args:
        tool_name: the tool; its name is part of what an answer is bound to.
        tool_signature: the tool's own parameters; their values are the rest of it.
        preview: looks at the target.
    """
    arguments = [p for p in tool_signature.parameters.values() if not _is_resolved(p.annotation)]

    async def ask(ctx: Context[Any], seen: Preview, confirmation: str | None, **values: Any) -> Any:
        app: Guarding = ctx.request_context.lifespan_context
        if seen.settled is not None:
            return Verdict("nothing_to_do", seen)
        if app.confirm == "off":
            return Verdict("confirmed", seen)
        digest = _digest(tool_name, values, seen)
        if confirmation and app.confirm == "ask":
            return Verdict("confirmed" if app.codes.redeem(confirmation, digest) else "code_refused", seen)
        if can_elicit(ctx):
            return Elicit(seen.text(), Confirm)
        if app.confirm == "human":
            return Verdict("nobody_to_ask", seen)
        return Verdict("confirmation_required", seen, app.codes.issue(digest))

    context_type = Context[Any]
    resolved_preview = Annotated[Preview, Resolve(preview)]
    extra = [
        Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=context_type),
        Parameter("seen", Parameter.KEYWORD_ONLY, annotation=resolved_preview),
        Parameter("confirmation", Parameter.KEYWORD_ONLY, annotation=str | None),
    ]
    parameters = [*extra, *arguments]
    ask.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    ask.__annotations__ = {p.name: p.annotation for p in parameters}
    ask.__qualname__ = f"ask_{tool_name}"
    return ask


def verdict_on(answer: ElicitationResult[Any], seen: Preview) -> Verdict:
    """Read what came of the question."""
    if isinstance(answer, AcceptedElicitation):
        if isinstance(answer.data, Verdict):
            return answer.data
        said_yes = isinstance(answer.data, Confirm) and answer.data.confirm
        return Verdict("confirmed" if said_yes else "declined", seen)
    return Verdict("dismissed" if isinstance(answer, CancelledElicitation) else "declined", seen)


def can_elicit(ctx: Context[Any]) -> bool:
    """Whether the client can put a form before its user on this connection."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    modern = is_version_at_least(ctx.protocol_version or "2024-11-05", _MODERN)
    return modern or ctx.session.can_send_request


def explain(verdict: Verdict, tool_name: str) -> tuple[str, str]:
    """What the verdict means for the model: a sentence, and the next step."""
    done = "Nothing was sent to the facility."
    match verdict.outcome:
        case "nothing_to_do":
            return (
                verdict.preview.settled or "",
                "No confirmation was needed; nothing was sent to the facility.",
            )
        case "confirmation_required":
            return (
                f"This waits for the person's confirmation. {done}",
                f"Show the preview to the person. Only if they agree, call {tool_name} again with the same "
                f"arguments and confirmation={verdict.code!r} (valid for 10 minutes, once).",
            )
        case "code_refused":
            return (
                "The confirmation code is not valid for this call: it was used, has expired, or the "
                f"arguments or the facts have changed. {done}",
                f"Call {tool_name} without confirmation for a new preview, and show that to the person.",
            )
        case "nobody_to_ask":
            return (
                f"ALCF_MCP_CONFIRM is 'human', and this client can't ask its user. {done}",
                "Tell the person what you wanted to do; a client that can ask its user lets them allow it.",
            )
        case "dismissed":
            return (
                f"The question was dismissed; some clients do so without showing it. {done}",
                "Tell the person. Do not try again unless they ask you to.",
            )
        case _:
            return f"The person declined. {done}", "Accept it. Do not try again unless they ask you to."


def _digest(tool_name: str, values: dict[str, Any], seen: Preview) -> str:
    bound = json.dumps([tool_name, values, seen.facts, seen.question], sort_keys=True, default=str)
    return hashlib.sha256(bound.encode()).hexdigest()


def _is_resolved(annotation: Any) -> bool:
    return any(isinstance(part, Resolve) for part in getattr(annotation, "__metadata__", ()))
