"""This server's own state: who is signed in, and what is allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import anyio.to_thread
from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    ElicitationResult,
    Resolve,
)
from mcp.server.mcpserver import Elicit as Ask
from pydantic import BaseModel, Field, SecretStr

from alcf_mcp.app import App
from alcf_mcp.auth import AuthStatus, SignedIn
from alcf_mcp.guard import answer_of, can_elicit, put
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import clock
from alcf_mcp.tools.context import ThisApp, app_of
from alcf_mcp.tools.tool import tool
from alcf_mcp.wording import count

TokenFrom = Literal["settings", "Globus sign-in", "alcf-tokens", "local facility", "nowhere"]

_POLICIES = {
    "ask": "actions that can't be undone are confirmed with the user, through the client or by a code",
    "human": "actions that can't be undone need the user's own answer, in the client or in a terminal",
    "off": "the user is not asked",
}


_LIMITS = (
    "ask_node_hours",
    "max_node_hours",
    "max_node_hours_per_day",
    "max_nodes",
    "max_walltime",
    "allowed_accounts",
    "allowed_paths",
)


def _shown(limit: object) -> str:
    return (
        ", ".join(limit)
        if isinstance(limit, tuple)
        else f"{limit:g}"
        if isinstance(limit, float)
        else str(limit)
    )


class SignInReport(Result):
    """Whether there is a token, where it comes from, and what the user's settings allow."""

    facility: str
    api_url: str
    signed_in: bool
    token_from: TokenFrom
    identity: str | None = None
    token_file: str | None = None
    minutes_left: int | None = None
    valid_until: datetime | None = None
    sign_in_again_by: datetime | None = None
    remarks: list[str] = []
    confirm: Literal["ask", "human", "off"]
    confirm_means: str
    read_only: bool
    limits: dict[str, str] = {}
    next_step: str

    def text(self) -> str:
        """One fact per line."""
        limits = ", ".join(f"{name} {value}" for name, value in self.limits.items())
        lines = [
            f"{self.facility} at {self.api_url}: {self._signed()}.",
            self.valid_until
            and f"The token is valid for {count(self.minutes_left or 0, 'minute')}, until "
            f"{clock(self.valid_until)}; it is renewed before then.",
            self.sign_in_again_by
            and f"The user has to sign in again by about {clock(self.sign_in_again_by)}.",
            *self.remarks,
            f"Confirmation: {self.confirm} ({self.confirm_means}).",
            "Read-only: nothing can be changed." if self.read_only else "Changes are allowed.",
            f"The user's limits: {limits}.",
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)

    def _signed(self) -> str:
        if not self.signed_in:
            return "no token"
        whose = f" of {self.identity}" if self.identity else ""
        where = f" ({self.token_file})" if self.token_file else ""
        return f"a token from the {self.token_from}{whose} is used{where}"


@tool("Show sign-in and policy", remote=False)
async def auth_status(app: ThisApp) -> SignInReport:
    """Show whether the user is signed in (logged in), as whom and until when, and what you may change."""
    settings = app.settings
    common: dict[str, Any] = {
        "api_url": app.shared.iri.base_url,
        "confirm": settings.confirm,
        "confirm_means": _POLICIES[settings.confirm],
        "read_only": settings.read_only,
        "limits": {name: _shown(getattr(settings, name)) for name in _LIMITS if getattr(settings, name)},
    }
    if settings.facility == "local":
        return SignInReport(
            facility="The embedded local facility",
            signed_in=True,
            token_from="local facility",  # noqa: S106 - a name, no token
            next_step="No sign-in is needed here.",
            **common,
        )
    status = await app.auth.status()
    signed_in, left = status.signed_in, status.seconds_left
    return SignInReport(
        facility="ALCF",
        signed_in=status.has_token,
        token_from=status.source,
        identity=signed_in.identity if signed_in else None,
        token_file=status.store,
        minutes_left=None if left is None else int(left // 60),
        valid_until=_moment(signed_in.expires_at if signed_in else None),
        sign_in_again_by=_moment(signed_in.again_by if signed_in else None),
        remarks=status.remarks,
        next_step=_next_step(status),
        **common,
    )


def _next_step(status: AuthStatus) -> str:
    if status.problem:
        return f"{str(status.problem).rstrip('.')}. {status.problem.hint}"
    if status.source == "nowhere":
        return "Public information works. For the rest, the user signs in: sign_in, or `alcf-mcp login`."
    if status.session_over:
        return "The seven days since the sign-in are over: sign in again with sign_in, or `alcf-mcp login`."
    return "The facility checks the token on every call; list_projects shows whether it is accepted."


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)


class CodeForm(BaseModel):
    """The authorization code from Globus."""

    code: str = Field(description="The authorization code that Globus shows at the end")


class NotAsked(BaseModel):
    """The user was not asked for a code: none is needed, or it came another way."""


class SignIn(Result):
    """The result of a sign-in."""

    signed_in: bool
    message: str
    identity: str | None = None
    url: str | None = None
    sign_in_again_by: datetime | None = None
    next_step: str

    def text(self) -> str:
        """What happened, the address if there is one to open, and what to do next."""
        return "\n".join(line for line in (self.message, self.url, self.next_step) if line)


async def _ask_for_code(context: Context[App], code: str | None) -> Any:
    app = app_of(context)
    if code or _needs_none(app) or not can_elicit(context):
        return NotAsked()
    url = await anyio.to_thread.run_sync(app.auth.pending.url)
    question = Ask(
        "Open this address in your browser, sign in with your ALCF account, and paste the code that Globus "
        f"then shows you:\n\n{url}",
        CodeForm,
    )
    return await put(context, question) or NotAsked()


# It changes nothing at the facility, only who is signed in on this machine, and only the user can complete
# it, in a browser. It is needed even where nothing may be changed, so it counts as reading.
@tool("Sign in to ALCF")
async def sign_in(
    app: ThisApp,
    answer: Annotated[ElicitationResult[BaseModel], Resolve(_ask_for_code)],
    code: Annotated[str | None, Field(description="Only if asked for")] = None,
) -> SignIn:
    """Sign the user in (log in) to ALCF through Globus, or again."""
    answer = answer_of(answer)
    if reason := _needs_none(app):
        return SignIn(signed_in=True, message=reason, next_step="Continue with the user's request.")
    if isinstance(answer, AcceptedElicitation) and isinstance(answer.data, CodeForm):
        code = answer.data.code
    elif isinstance(answer, CancelledElicitation):
        raise InvalidCall(
            "The question for the code was dismissed; some clients do so without showing it",
            hint="Ask the user to run `alcf-mcp login` in a terminal.",
        )
    elif not isinstance(answer, AcceptedElicitation):
        raise InvalidCall("The user did not sign in", hint="Do not ask again unless they want it.")
    if code:
        return _done(await anyio.to_thread.run_sync(app.auth.pending.finish, SecretStr(code)))
    return SignIn(
        signed_in=False,
        message="Ask the user to open this address in a browser and sign in with their ALCF account:",
        url=await anyio.to_thread.run_sync(app.auth.pending.url),
        next_step="Show the user the whole address. Globus then shows them a code: call sign_in with it as "
        "`code` within 10 minutes. (`alcf-mcp login` in a terminal does the same, and the code stays there.)",
    )


def _needs_none(app: App) -> str | None:
    """Why a sign-in is not needed.

    Raises:
        InvalidCall: a sign-in would have no effect.
    """
    if app.settings.facility == "local":
        return "The local facility needs no sign-in."
    if app.auth.elsewhere:
        return app.auth.elsewhere
    if app.settings.access_token:
        raise InvalidCall(
            "ALCF_MCP_ACCESS_TOKEN is set, and takes precedence over any sign-in",
            hint="Ask the user to replace that token in this server's configuration (or to remove it, "
            "and sign in), and to restart the server.",
        )
    if app.auth.refusal:
        raise app.auth.refusal
    return None


def _done(signed_in: SignedIn) -> SignIn:
    again_by = _moment(signed_in.again_by)
    lasts = f" It lasts until {clock(again_by)}." if again_by else ""
    return SignIn(
        signed_in=True,
        message=f"Signed in as {signed_in.identity or 'an identity that Globus does not name'}.{lasts}",
        identity=signed_in.identity,
        sign_in_again_by=again_by,
        next_step="Continue with the user's request; no restart is needed.",
    )
