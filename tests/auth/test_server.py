"""What an assistant and its user see: signed out, signing in from the client, with a rejected token."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.types import ElicitResult, ErrorData, Implementation
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.auth import Auth, Cause, SignedIn, TokenStore, pending
from alcf_mcp.auth.storage import WholeFileStorage
from alcf_mcp.config import Settings, load_settings
from alcf_mcp.iri import IRIClient
from alcf_mcp.local import LocalFacility
from alcf_mcp.server import build_server
from tests.auth.conftest import Seen, age, sign_in
from tests.auth.globus_auth import ADA, BOB, GlobusAuth, problem
from tests.auth.test_causes import CASES
from tests.conftest import CANCEL, DECLINE, Answered, Era

Call = Callable[..., Any]
Reply = Callable[[str], ElicitResult]
Connect = Callable[..., AbstractAsyncContextManager[Call]]


@pytest.fixture
def connect(at_facility: Settings, seen: Seen, era: Era) -> Connect:
    """Connects an assistant; every result and question is kept, so that it can be searched for tokens."""

    @asynccontextmanager
    async def connected(
        reply: Reply | None = None, settings: Settings = at_facility, **options: Any
    ) -> AsyncIterator[Call]:
        async def answer(context: Any, params: Any) -> ElicitResult:
            seen.add(params.message)
            assert reply is not None
            return reply(params.message)

        server = build_server(settings, **options)
        hello = Implementation(name="tests", version="1")
        asked = answer if reply else None
        async with Client(server, mode=era, elicitation_callback=asked, client_info=hello) as client:

            async def call(tool: str, **arguments: Any) -> Answered:
                return seen.answer(Answered.of(await client.call_tool(tool, arguments)))

            yield call

    return connected


def address_in(text: str) -> str:
    return next(word for word in text.split() if word.startswith("http://127.0.0.1"))


async def test_signed_out_a_tool_says_what_to_do_and_works_after_it(
    globus: GlobusAuth, connect: Connect
) -> None:
    async with connect() as call:
        refused = await call("list_projects")
        assert "alcf-mcp login" in refused.error["next_step"]
        assert globus.facility_calls == 0
        sign_in(globus)
        assert not (await call("list_projects")).is_error
        status = await call("auth_status")
    assert status.facts["identity"] == ADA.username
    assert status.facts["token_from"] == "Globus sign-in"
    assert status.facts["minutes_left"] in (2879, 2880)
    assert "sign_in_again_by" in status.facts
    assert ADA.username in status.text


async def test_a_person_signs_in_from_within_the_assistant(globus: GlobusAuth, connect: Connect) -> None:
    def in_the_browser(question: str) -> ElicitResult:
        return ElicitResult(action="accept", content={"code": f" {globus.approve(address_in(question))}\n"})

    async with connect(in_the_browser) as call:
        done = await call("sign_in")
        assert done.facts["signed_in"] is True
        assert done.facts["identity"] == ADA.username
        assert ADA.username in done.text
        assert not (await call("list_projects")).is_error
        assert len(globus.codes) == 0


@pytest.mark.parametrize("era", ["legacy"])
@pytest.mark.parametrize(
    "failing",
    [
        ErrorData(code=-32601, message="no"),
        ErrorData(code=-32603, message="no"),
        ElicitResult(action="accept"),
    ],
)
async def test_where_the_question_fails_the_address_comes_as_the_answer(
    globus: GlobusAuth, connect: Connect, failing: Any
) -> None:
    async with connect(lambda _: failing) as call:
        begun = await call("sign_in")
        assert begun.facts["signed_in"] is False
        done = await call("sign_in", code=globus.approve(begun.facts["url"]))
        assert done.facts["identity"] == ADA.username


async def test_without_a_form_the_code_comes_as_an_argument(globus: GlobusAuth, connect: Connect) -> None:
    async with connect() as call:
        begun = await call("sign_in")
        assert begun.facts["signed_in"] is False
        assert begun.facts["url"] in begun.text
        again = await call("sign_in")
        assert again.facts["url"] == begun.facts["url"]
        done = await call("sign_in", code=globus.approve(begun.facts["url"]))
        assert done.facts["identity"] == ADA.username
        assert not (await call("list_projects")).is_error


async def test_a_code_without_an_attempt_is_refused(globus: GlobusAuth, connect: Connect) -> None:
    async with connect() as call:
        refused = await call("sign_in", code="left over")
        assert "No sign-in is waiting for a code" in refused.error["message"]
        assert "Start again" in refused.error["next_step"]


async def test_an_attempt_expires(
    globus: GlobusAuth, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect() as call:
        url = (await call("sign_in")).facts["url"]
        code = globus.approve(url)
        monkeypatch.setattr(pending, "LIFETIME", -1)
        assert "No sign-in is waiting" in (await call("sign_in", code=code)).text


async def test_a_foreign_code_is_refused_and_the_next_attempt_is_a_new_one(
    globus: GlobusAuth, connect: Connect
) -> None:
    async with connect() as call:
        url = (await call("sign_in")).facts["url"]
        refused = await call("sign_in", code="mistyped")
        assert "did not accept the authorization code" in refused.text
        assert (await call("sign_in")).facts["url"] != url


@pytest.mark.parametrize(("answer", "said"), [(DECLINE, "did not sign in"), (CANCEL, "alcf-mcp login")])
async def test_nobody_signs_in(globus: GlobusAuth, connect: Connect, answer: ElicitResult, said: str) -> None:
    async with connect(lambda _: answer) as call:
        refused = await call("sign_in")
    assert said in refused.text
    assert refused.is_error


async def test_another_identity_is_told(globus: GlobusAuth, connect: Connect, signed_in: SignedIn) -> None:
    globus.person = BOB
    async with connect() as call:
        url = (await call("sign_in")).facts["url"]
        refused = await call("sign_in", code=globus.approve(url))
    assert "is not the one that was signed in before" in refused.text
    assert "--force" in refused.error["next_step"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"facility": "local"}, "needs no sign-in"),
        ({"access_token": "given"}, "ALCF_MCP_ACCESS_TOKEN is set"),
        ({"api_url": "https://example.org/api/v1"}, "ALCF_MCP_TRUSTED_HOSTS=example.org"),
    ],
)
async def test_where_a_sign_in_would_be_of_no_use(
    globus: GlobusAuth, connect: Connect, tmp_path: Any, settings: dict[str, str], said: str
) -> None:
    async with connect(settings=load_settings(state_dir=tmp_path, **settings)) as call:
        assert said in (await call("sign_in")).text


async def test_the_token_goes_to_no_host_that_was_not_named(
    globus: GlobusAuth, connect: Connect, signed_in: SignedIn, tmp_path: Any
) -> None:
    foreign = load_settings(api_url=f"{globus.url}/api/v1", state_dir=tmp_path)
    async with connect(settings=foreign) as call:
        refused = await call("list_projects")
        status = await call("auth_status")
    assert "ALCF_MCP_TRUSTED_HOSTS=127.0.0.1" in refused.error["next_step"]
    assert status.facts["signed_in"] is False
    assert globus.facility_calls == 0


async def test_a_token_that_the_facility_rejects_is_renewed_unnoticed(
    globus: GlobusAuth, connect: Connect, signed_in: SignedIn
) -> None:
    globus.expire_all()
    async with connect() as call:
        assert not (await call("list_projects")).is_error
    assert globus.refreshes == 1
    assert globus.facility_calls == 2


@pytest.mark.parametrize(("detail", "cause"), CASES[:5])
async def test_every_cause_of_a_401_is_told_with_its_cure(
    globus: GlobusAuth, connect: Connect, signed_in: SignedIn, detail: str, cause: Cause
) -> None:
    globus.facility_says = detail
    async with connect() as call:
        first, second = await call("list_projects"), await call("list_projects")
        assert first.error["cause"] == second.error["cause"] == cause.name
        assert first.error["next_step"] == cause.cure
        assert detail in first.text
        assert globus.refreshes == 1  # the new token was rejected too: asking for more is no use
        globus.facility_says = None
        sign_in(globus)
        assert not (await call("list_projects")).is_error


async def test_globus_fails_and_says_so(
    globus: GlobusAuth, connect: Connect, signed_in: SignedIn, store: TokenStore
) -> None:
    age(store)
    globus.failing = True
    async with connect() as call:
        refused = await call("list_projects")
    assert "Globus failed (HTTP 503)" in refused.text
    assert "status.globus.org" in refused.error["next_step"]


class AsksGlobus:
    """The local facility, with Globus tokens instead of its own; they can expire at any request."""

    def __init__(self, local: LocalFacility, token: str, globus: GlobusAuth, expire_at: str) -> None:
        self._app: ASGIApp = local.app
        self._token, self._globus, self._expire_at = token, globus, expire_at
        self.rejected: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(("/api/v1/status", "/api/v1/facility")):
            headers = dict(scope["headers"])
            what = f"{scope['method']} {scope['path']}"
            if self._expire_at in what and not self.rejected:
                self._globus.expire_all()
            if refusal := self._globus.refusal(headers.get(b"authorization", b"").decode()):
                self.rejected.append(what)
                await problem(refusal)(scope, receive, send)
                return
            headers[b"authorization"] = f"Bearer {self._token}".encode()
            scope = {**scope, "headers": list(headers.items())}
        await self._app(scope, receive, send)


@pytest.mark.parametrize("expire_at", ["GET /api/v1/task/", "POST /api/v1/filesystem/mkdir"])
async def test_a_401_in_the_middle_of_a_call(
    globus: GlobusAuth, connect: Connect, signed_in: SignedIn, local: LocalFacility, expire_at: str
) -> None:
    """The request polls a task or makes a change, which a 401 proves was not carried out."""
    own = local.token.get_secret_value()
    facility = AsksGlobus(local, own, globus, expire_at)

    @asynccontextmanager
    async def at_local(settings: Settings) -> AsyncIterator[IRIClient]:
        asgi = httpx.ASGITransport(facility)
        async with IRIClient("http://local/api/v1", token=Auth.of(settings).tokens, http=asgi) as iri:
            yield iri

    async with connect(connect=at_local) as call:
        made = await call("make_directory", path="/eagle/LocalDemo/in-the-middle")
        listed = await call("list_directory", path="/eagle/LocalDemo")
    assert not made.is_error, made.text
    assert "in-the-middle" in listed.text
    assert len(facility.rejected) == 1
    assert expire_at in facility.rejected[0]
    assert globus.refreshes == 1


async def test_the_status_tells_of_the_token_in_use_also_where_it_could_not_be_written(
    globus: GlobusAuth,
    connect: Connect,
    signed_in: SignedIn,
    store: TokenStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A renewed token that can't be stored exists only in the process: it still has one sign-in, not two."""
    age(store)
    monkeypatch.setattr(WholeFileStorage, "store_token_data_by_resource_server", refuse_to_write)
    async with connect() as call:
        assert not (await call("list_projects")).is_error
        status = await call("auth_status")
    assert globus.refreshes == 1
    assert status.facts["minutes_left"] in (2879, 2880)


def refuse_to_write(*_: Any) -> None:
    raise OSError(28, "No space left on device")


async def test_a_whole_session_at_debug_says_no_token(
    globus: GlobusAuth, connect: Connect, store: TokenStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The fixtures search all logs and results; this makes sure that there is something to search."""

    def in_the_browser(question: str) -> ElicitResult:
        return ElicitResult(action="accept", content={"code": globus.approve(address_in(question))})

    async with connect(in_the_browser) as call:
        await call("list_projects")
        await call("sign_in")
        await call("list_projects")
        age(store)
        await call("list_projects")
        globus.facility_says = "Globus token not active"
        await call("list_projects")
        await call("auth_status")
    assert {"globus_sdk", "urllib3", "httpcore"} <= {
        record.name.partition(".")[0] for record in caplog.records
    }
    assert logging.getLogger().level == logging.DEBUG
    assert len(globus.secrets) >= 5
