"""What an attacker tries against the sign-in, the pages and the transport comes to nothing."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import jwt
import pytest
from mcp.types import ElicitResult
from pydantic import SecretStr
from starlette.applications import Starlette

from alcf_mcp.auth.clients import RESOURCE_SERVER
from alcf_mcp.local.team import CLIENT_ID
from alcf_mcp.store import JournalError
from alcf_mcp.team import verified
from alcf_mcp.team.admission import Admission
from alcf_mcp.team.clients import REGISTRATIONS_A_MINUTE
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.sign_in import GlobusSignIn
from alcf_mcp.team.storage import encrypted, in_files
from tests.conftest import CANCEL, Answered, hide_settings
from tests.team.browser import Browser, Form
from tests.team.conftest import KEYS, TeamServer, team_server
from tests.team.oauth_client import RETURN, SteppingClient, query_of

EVIL = "https://evil.example"
CHMOD = {"path": "/eagle/LocalDemo", "mode": "700"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """One replica for all attacks, with its state in files."""
    root = tmp_path_factory.mktemp("attacks")
    with pytest.MonkeyPatch.context() as patch:
        hide_settings(patch, root)
        with team_server(root, None) as server:
            server.start()
            yield server


@pytest.fixture
async def client(server: TeamServer) -> AsyncIterator[SteppingClient]:
    """A client that has registered."""
    async with SteppingClient(server.origin) as client:
        yield client


@pytest.fixture
async def attacker(server: TeamServer) -> AsyncIterator[SteppingClient]:
    """Another one."""
    async with SteppingClient(server.origin) as client:
        yield client


def twin(server: TeamServer, patch: pytest.MonkeyPatch, *users: str) -> GlobusSignIn:
    """The replica's own sign-in in this process: the same keys and the same stored sign-ins."""
    patch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", server.environment["GLOBUS_SDK_SERVICE_URL_AUTH"])
    keys = ServerKeys.parse(KEYS)
    sign_in = GlobusSignIn(
        CLIENT_ID,
        SecretStr(server.environment["ALCF_MCP_GLOBUS_CLIENT_SECRET"]),
        origin=server.origin,
        keys=keys,
        storage=encrypted(in_files(server.root / "state-0" / "sign-ins"), keys),
        admission=Admission(users),
    )
    sign_in.set_mcp_path("/mcp")
    return sign_in


def in_process(client: SteppingClient, sign_in: GlobusSignIn) -> SteppingClient:
    """The same client, in front of a twin."""
    app = Starlette(routes=sign_in.get_routes("/mcp"))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app))  # it opens nothing that had to be closed
    return SteppingClient(client.origin, client.id, client.verifier, client.state, http)


def error_of(answer: httpx.Response) -> str:
    assert answer.status_code in (400, 401), answer.text
    return str(answer.json()["error"])


# Tokens


def forged(token: str, key: bytes | None = None, **changes: Any) -> str:
    """A token that says something else; signed with the server's own key, unless given another."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    return jwt.encode(claims, ServerKeys.parse(KEYS).signing() if key is None else key, "HS256")


async def test_only_the_servers_own_tokens_open_it(client: SteppingClient) -> None:
    tokens = await client.tokens_of("ada")
    good = tokens["access_token"]
    assert (await client.asks(good)).status_code == 200
    assert (await client.asks(forged(good))).status_code == 200, "else all below would prove nothing"
    claims = jwt.decode(good, options={"verify_signature": False})
    bad = {
        "another audience": forged(good, aud=f"{EVIL}/mcp"),
        "another issuer": forged(good, iss=EVIL),
        "another key": forged(good, key=secrets.token_bytes(32)),
        "no key": jwt.encode(claims, "", "none"),
        "expired": forged(good, exp=int(time.time()) - 1),
        "unknown": forged(good, jti=secrets.token_urlsafe(32)),
        "a refresh token": tokens["refresh_token"],
        "nothing of a token": "x",
    }
    opened = {what: (await client.asks(token)).status_code for what, token in bad.items()}
    assert opened == dict.fromkeys(bad, 401)


async def test_a_token_of_globus_is_no_token_of_the_server(
    server: TeamServer, client: SteppingClient
) -> None:
    await client.tokens_of("ada")
    issued = server.facility.globus.tokens
    for token in [*issued.access, *issued.refresh]:
        assert (await client.asks(token)).status_code == 401


async def test_an_access_token_renews_nothing(client: SteppingClient, attacker: SteppingClient) -> None:
    tokens = await client.tokens_of("ada")
    assert error_of(await client.renew(tokens["access_token"])) == "invalid_grant"
    assert error_of(await attacker.renew(tokens["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_token_that_is_revoked_here_ends_the_sign_in_here_and_at_globus(
    server: TeamServer, client: SteppingClient, attacker: SteppingClient, kind: str
) -> None:
    issued = server.facility.globus.tokens
    before = {*issued.access, *issued.refresh}
    tokens = await client.tokens_of("ada")
    all_new = (issued.access | issued.refresh).items()
    given = [one for token, one in all_new if token not in before and one.resource_server == RESOURCE_SERVER]
    assert len(given) == 2
    await attacker.revoke(tokens[kind])
    assert (await client.asks(tokens["access_token"])).status_code == 200, "only its own client revokes it"
    revoked = await client.revoke(tokens[kind])
    assert revoked.status_code == 200, revoked.text
    assert (await client.asks(tokens["access_token"])).status_code == 401
    assert error_of(await client.renew(tokens["refresh_token"])) == "invalid_grant"
    assert not any(one.active for one in given)


async def test_a_sign_in_that_is_revoked_at_globus_ends_when_it_is_checked(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = await client.tokens_of("bob")
    assert (await client.asks(tokens["access_token"])).status_code == 200
    server.facility.globus.tokens.revoke_all("bob")
    await let_its_check_come_due(twin(server, monkeypatch), tokens["access_token"])
    assert (await client.asks(tokens["access_token"])).status_code == 401
    assert error_of(await client.renew(tokens["refresh_token"])) == "invalid_grant"


async def let_its_check_come_due(sign_in: GlobusSignIn, token: str) -> None:
    known = await sign_in.load_access_token(token)
    assert known
    stored = await sign_in.sign_in(str((known.claims or {})["sign_in"]))
    assert stored
    due = stored.model_copy(update={"expires_at": time.time() - 1})
    await sign_in._upstream_token_store.put(key=due.upstream_token_id, value=due)
    await anyio.sleep(verified.SECONDS)  # so that the token counts as verified no more


async def test_who_is_not_admitted_any_more_renews_nothing(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = await client.tokens_of("bob")
    changed = twin(server, monkeypatch, "ada@*")
    assert error_of(await in_process(client, changed).renew(tokens["refresh_token"])) == "invalid_grant"
    assert (await client.asks(tokens["access_token"])).status_code == 401, "and the sign-in is over"


async def test_who_is_not_admitted_any_more_is_out_at_once(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = await client.tokens_of("bob")
    same, changed = twin(server, monkeypatch, "bob@*"), twin(server, monkeypatch, "ada@*")
    assert await same.load_access_token(tokens["access_token"])
    assert await changed.load_access_token(tokens["access_token"]) is None
    assert error_of(await client.renew(tokens["refresh_token"])) == "invalid_grant", "and the sign-in is over"


async def test_who_is_signed_in_stays_so_while_the_operators_list_can_not_be_read(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unreadable:
        async def standing(self, username: str, subject: str) -> None:
            raise JournalError("The server's database can't be used")

    tokens = await client.tokens_of("bob")
    broken = twin(server, monkeypatch)
    broken.admission = Admission(members=Unreadable())  # type: ignore[arg-type]
    assert await broken.load_access_token(tokens["access_token"])


async def test_who_is_not_admitted_gets_no_token(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Browser("bob") as browser:
        code = await client.code(browser)
    refused = await in_process(client, twin(server, monkeypatch, "ada@*")).exchange(code)
    assert error_of(refused) == "invalid_grant"
    assert "bob@alcf.anl.gov may not use this server" in refused.text


async def test_an_identity_of_elsewhere_can_do_nothing_at_the_facility(server: TeamServer) -> None:
    async with server.connected("eve@example.org") as client:
        refused = Answered.of(await client.call_tool("list_jobs", {}))
    assert refused.is_error
    assert "alcf.anl.gov" in refused.text


# Codes, and the way back from Globus


async def test_a_code_is_good_once_for_its_client_with_its_secret(
    client: SteppingClient, attacker: SteppingClient
) -> None:
    async with Browser("ada") as browser:
        code = await client.code(browser)
    assert error_of(await client.exchange(code, code_verifier=secrets.token_urlsafe(48))) == "invalid_grant"
    async with Browser("ada") as browser:
        code = await client.code(browser)
    assert error_of(await attacker.exchange(code, code_verifier=client.verifier)) == "invalid_grant"
    wrong = await client.exchange(code, redirect_uri=f"{RETURN}/elsewhere")
    assert error_of(wrong) in ("invalid_grant", "invalid_request")
    assert (await client.exchange(code)).status_code == 200
    assert error_of(await client.exchange(code)) == "invalid_grant"


async def test_a_request_without_pkce_leads_to_no_token(client: SteppingClient) -> None:
    plain = await client.http.get(client.request(code_challenge_method="plain"))
    assert plain.status_code == 400 or "error=" in plain.headers["Location"]
    async with Browser("ada") as browser:
        answer = await browser.open(client.request(code_challenge=""), until=RETURN)
        given = query_of(answer.headers.get("Location", ""))
    for verifier in ("", client.verifier):
        refused = await client.exchange(given.get("code", "none"), code_verifier=verifier)
        assert error_of(refused) in ("invalid_grant", "invalid_request")


async def test_a_sign_in_ends_only_in_the_browser_that_agreed_to_it(
    server: TeamServer, attacker: SteppingClient
) -> None:
    """Otherwise whoever agrees could have somebody else sign in for the attacker's client."""
    globus = server.environment["GLOBUS_SDK_SERVICE_URL_AUTH"]
    async with Browser("bob") as bob, Browser("ada") as ada:
        agreed = await bob.open(attacker.request(), until=globus)
        lured = await ada.open(agreed.headers["Location"])
        assert (lured.status_code, lured.request.url.path) == (403, "/auth/callback")
        await assert_no_way_around_consent(server, attacker, ada)


async def assert_no_way_around_consent(server: TeamServer, client: SteppingClient, browser: Browser) -> None:
    """What a request asks for is not given before its consent page was answered."""
    shown = await browser.http.get(client.request())
    state = query_of(shown.headers["Location"])["txn_id"]
    answer = await browser.http.get(f"{server.origin}/auth/callback", params={"state": state, "code": "x"})
    assert answer.status_code == 403


async def test_a_code_of_another_sign_in_can_not_be_put_into_ones_own(
    server: TeamServer, client: SteppingClient, attacker: SteppingClient
) -> None:
    callback = f"{server.origin}/auth/callback"
    async with Browser("bob") as bob, Browser("ada") as ada:
        bobs = query_of((await bob.open(attacker.request(), until=callback)).headers["Location"])
        adas = query_of((await ada.open(client.request(), until=callback)).headers["Location"])
        injected = await ada.http.get(callback, params={"code": bobs["code"], "state": adas["state"]})
        assert "code" not in query_of(injected.headers.get("Location", "")), "Globus expects another secret"
        assert injected.status_code != 200
        elsewhere = await ada.http.get(callback, params=bobs)
        assert elsewhere.status_code == 403


async def test_nobody_is_sent_anywhere_but_to_a_registered_address(client: SteppingClient) -> None:
    for target in (
        EVIL,
        f"{RETURN}.evil.example",
        f"{RETURN}/../x",
        "javascript:alert(1)",
        "data:text/html,x",
    ):
        answer = await client.http.get(client.request(redirect_uri=target))
        assert answer.status_code == 400, target
        assert "Location" not in answer.headers


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>"])
async def test_an_address_that_is_a_script_is_not_registered(client: SteppingClient, target: str) -> None:
    answer = await client.register(target)
    assert answer.status_code == 400, answer.text


async def test_the_servers_own_client_at_globus_is_no_client_here(client: SteppingClient) -> None:
    assert (await client.http.get(client.request(client_id=CLIENT_ID))).status_code == 400
    assert error_of(await client.exchange("x", client_id=CLIENT_ID)) == "invalid_client"


# What the server fetches


async def test_a_clients_metadata_is_not_fetched_from_a_private_address(client: SteppingClient) -> None:
    with ExitStack() as opened:
        listeners = [
            opened.enter_context(socket.create_server((host, 0), family=family))
            for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))
        ]
        port, port6 = (one.getsockname()[1] for one in listeners)
        for host in (
            *(f"127.0.0.1:{port}", f"localhost:{port}", f"0.0.0.0:{port}", f"2130706433:{port}"),
            *(f"[::1]:{port6}", f"localhost:{port6}", f"[::ffff:127.0.0.1]:{port}"),
            *("169.254.169.254", "10.0.0.1", "[fd00::1]"),
        ):
            for scheme in ("https", "http"):
                id = f"{scheme}://{host}/client.json"
                answer = await client.http.get(client.request(client_id=id), timeout=10)
                assert answer.status_code == 400, (id, answer.text)
        for listener in listeners:
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()


# Pages of other sites


async def test_a_page_that_has_rebound_its_name_reaches_nothing(client: SteppingClient) -> None:
    token = (await client.tokens_of("ada"))["access_token"]
    assert (await client.asks(token, Host="evil.example")).status_code == 421
    assert (await client.asks(token, Origin=EVIL)).status_code == 403
    assert (await client.asks(token, Origin="null")).status_code == 403


async def test_no_page_can_be_framed_or_kept(server: TeamServer, client: SteppingClient) -> None:
    async with Browser("ada") as browser:
        request = await browser.http.get(client.request())
        consent = await browser.http.get(request.headers["Location"])
        assert consent.headers["X-Frame-Options"] == "DENY"
        approvals = await browser.open(f"{server.origin}/approvals")
        assert "frame-ancestors 'none'" in approvals.headers["Content-Security-Policy"]
        assert approvals.headers["Cache-Control"] == "no-store"
        assert "<script" not in approvals.text


async def test_consent_can_not_be_given_from_elsewhere(server: TeamServer, attacker: SteppingClient) -> None:
    async with Browser("bob") as bob, Browser("ada") as ada:
        shown = await bob.http.get((await bob.http.get(attacker.request())).headers["Location"])
        form = Form(shown.text).fields | {"action": "approve"}
        assert form["csrf_token"]
        consent = f"{server.origin}/consent"
        assert (await ada.http.post(consent, data=form)).status_code == 403, "another browser's form"
        for token in ("", secrets.token_urlsafe(32)):
            answer = await bob.http.post(consent, data=form | {"csrf_token": token})
            assert answer.status_code == 400
        assert (await bob.http.post(consent, data=form)).status_code == 302, "the form as it was shown"
        assert (await bob.http.post(consent, data=form)).status_code in (400, 403), "once"


async def test_an_approval_can_not_be_given_from_elsewhere(server: TeamServer) -> None:
    async def closes(*_: Any) -> ElicitResult:
        return CANCEL

    async with (
        server.connected("ada", elicitation_callback=closes) as client,
        Browser("ada") as ada,
        Browser("bob") as bob,
    ):
        assert Answered.of(await client.call_tool("chmod", CHMOD)).facts["outcome"] == "dismissed"
        page = f"{server.origin}/approvals"
        shown, others = await ada.open(page), await bob.open(page)
        assert "/eagle/LocalDemo" in shown.text
        assert "Nothing is waiting" in others.text
        form = Form(shown.text).fields | {"answer": "approve"}
        here = {"Origin": server.origin}
        bad: list[tuple[Browser, dict[str, str], dict[str, str]]] = [
            (ada, form | {"token": ""}, here),
            (ada, form | {"token": "0" * 64}, here),
            (ada, form, {"Origin": EVIL}),
            (ada, form, {"Origin": "null"}),
            (bob, form, here),
        ]
        for browser, fields, headers in bad:
            assert (await browser.http.post(page, data=fields, headers=headers)).status_code == 403
        nobody = await client_of_nobody(page, form)
        assert nobody.status_code == 401, nobody.text
        bobs = await bob.open(page)
        assert (await ada.open(page)).text.count("<article>") == 1, "it still waits"
        assert "Nothing is waiting" in bobs.text
        assert (await ada.submit(shown, {"answer": "approve"})).status_code == 303
        assert not Answered.of(await client.call_tool("chmod", CHMOD)).is_error


async def client_of_nobody(page: str, form: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(page, data=form)


async def test_the_browser_says_from_where_an_approval_is_sent(server: TeamServer) -> None:
    """With the policy ``no-referrer``, a browser would send ``Origin: null`` from this very page."""
    async with Browser("ada") as browser:
        assert (await browser.open(f"{server.origin}/approvals")).headers["Referrer-Policy"] == "same-origin"


async def test_nobody_is_signed_in_to_the_pages_as_somebody_else(server: TeamServer) -> None:
    callback = f"{server.origin}/pages/callback"
    async with Browser("bob") as bob, Browser("ada") as ada:
        bobs = (await bob.open(f"{server.origin}/pages/sign-in", until=callback)).headers["Location"]
        assert (await ada.http.get(bobs)).status_code == 400, "ada has begun none"
        adas = (await ada.open(f"{server.origin}/pages/sign-in", until=callback)).headers["Location"]
        mixed = {"code": query_of(bobs)["code"], "state": query_of(adas)["state"]}
        assert (await ada.http.get(callback, params=mixed)).status_code == 400, "Globus does not confirm it"
        attempt = ada.http.cookies["alcf_attempt"]
        ada.http.cookies.set("alcf_session", attempt, domain="127.0.0.1")
        answer = await ada.http.get(f"{server.origin}/approvals")
        assert answer.headers["Location"].startswith("/pages/sign-in"), "an attempt is no session"


# Too much


async def test_registrations_are_limited_and_do_not_hold_up_those_who_have_registered(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = await client.tokens_of("ada")
    flooded = in_process(client, twin(server, monkeypatch))
    kept = server.root / "state-0" / "sign-ins"
    before = len([*kept.rglob("*.json")])
    answers = [(await flooded.register()).status_code for _ in range(10 * REGISTRATIONS_A_MINUTE)]
    assert answers.count(201) == REGISTRATIONS_A_MINUTE
    assert set(answers[REGISTRATIONS_A_MINUTE:]) == {400}
    assert len([*kept.rglob("*.json")]) - before <= REGISTRATIONS_A_MINUTE
    assert (await flooded.renew(tokens["refresh_token"])).status_code == 200
    async with Browser("ada") as browser:
        assert await client.code(browser)


async def test_sign_ins_that_are_begun_are_limited(
    server: TeamServer, client: SteppingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.team.clients.ATTEMPTS_A_MINUTE", 20)
    flooded = in_process(client, twin(server, monkeypatch))
    answers = [await flooded.http.get(flooded.request()) for _ in range(30)]
    paths = [urlsplit(answer.headers["Location"]).path for answer in answers]
    assert paths == ["/consent"] * 20 + [urlsplit(RETURN).path] * 10
    assert {query_of(answer.headers["Location"])["error"] for answer in answers[20:]} == {
        "temporarily_unavailable"
    }


async def test_a_body_that_is_too_large_is_refused_wherever_it_is_sent(
    server: TeamServer, client: SteppingClient
) -> None:
    body = b"x" * (4 * 2**20 + 1)
    for path in ("/mcp", "/register", "/token", "/consent", "/approvals", "/nowhere"):
        answer = await client.http.post(f"{server.replicas[0].origin}{path}", content=body)
        assert answer.status_code == 413, path


# Logs


async def test_no_log_has_a_secret_however_a_sign_in_goes(
    server: TeamServer, client: SteppingClient, attacker: SteppingClient
) -> None:
    """The replica logs at DEBUG, with all libraries."""
    callback = f"{server.origin}/auth/callback"
    telling = [client.verifier, client.state, attacker.state]
    async with Browser("ada") as ada, Browser("bob") as bob:
        code = await client.code(ada)
        tokens = (await client.exchange(code)).json()
        await client.exchange(code)
        await client.asks(tokens["refresh_token"])
        await client.renew(tokens["refresh_token"])
        await client.asks(tokens["access_token"], "tools/call")
        bobs = query_of((await bob.open(attacker.request(), until=callback)).headers["Location"])
        await ada.http.get(callback, params=bobs)
        await ada.http.get(callback, params={"error": "access_denied", "state": bobs["state"]})
        await ada.http.get(callback, params={"code": "x", "state": bobs["state"][::-1]})
        await bob.http.get(callback, params=bobs | {"code": code})
        await ada.open(f"{server.origin}/approvals")
        for browser in (ada, bob):
            telling += [cookie.value or "" for cookie in browser.http.cookies.jar if cookie.name != "person"]
        telling += [code, *(str(tokens[name]) for name in ("access_token", "refresh_token"))]
        telling += [*bobs.values(), bobs["state"][::-1]]
    await client.revoke(tokens["refresh_token"])
    issued = server.facility.globus.tokens
    telling += [*issued.access, *issued.refresh, KEYS]
    telling += [server.environment["ALCF_MCP_GLOBUS_CLIENT_SECRET"]]
    said = "".join(server.replicas[0].said.split())
    assert len(telling) > 20
    assert [secret for secret in telling if len(secret) > 8 and secret in said] == []


async def test_every_line_of_the_log_is_json(server: TeamServer) -> None:
    lines = [line for line in server.replicas[0].said.splitlines() if not line.startswith("alcf-mcp serves")]
    assert lines
    for line in lines:
        assert json.loads(line)["message"]


async def test_the_server_names_no_other_origin(server: TeamServer) -> None:
    """Whatever a request's Host says: where to sign in is never taken from it."""
    async with httpx.AsyncClient(trust_env=False, headers={"Host": "evil.example"}) as http:
        for path in (
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-protected-resource/mcp",
        ):
            told = await http.get(f"{server.replicas[0].origin}{path}")
            assert told.status_code == 200
            assert "evil.example" not in told.text
            assert urlsplit(server.origin).netloc in told.text
