"""A browser's session shows pages to whom it belongs, as long as they are let in and have not signed out."""

from __future__ import annotations

from key_value.aio.stores.memory import MemoryStore
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from alcf_mcp.team.admission import Admission
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.pages.browser import SESSION, BrowserSessions
from alcf_mcp.team.pages.visits import Visits
from alcf_mcp.team.sign_in import GlobusSignIn

ADA = {"iss": "https://auth.globus.org", "sub": "1", "preferred_username": "ada@alcf.anl.gov"}
KEYS = ServerKeys.parse("a-key-of-the-tests-with-forty-characters-01")


def sessions(
    origin: str = "https://mcp.example", *users: str, store: MemoryStore | None = None
) -> BrowserSessions:
    secret, admission = SecretStr("secret"), Admission(users)
    kept = store or MemoryStore()
    sign_in = GlobusSignIn("client", secret, origin=origin, keys=KEYS, storage=kept, admission=admission)
    return BrowserSessions(Visits("client", secret, f"{origin}/pages/callback", sign_in), origin, b"k" * 32)


async def cookie_of(browsers: BrowserSessions, seconds: int = 60, use: str = "session") -> str:
    """The cookie that a browser is given, as a header."""
    response = Response()
    visit = await browsers.visits.sign_in.keep({"access_token": "its"}, 60)
    browsers._set(response, SESSION, ADA | {"visit": visit}, seconds, use)
    return response.headers["Set-Cookie"]


def request(cookie: str) -> Request:
    value = cookie.partition(";")[0].encode()
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", value)]})


async def test_a_session_is_recognized_until_it_is_over() -> None:
    browsers = sessions()
    cookie = await cookie_of(browsers)
    visitor = await browsers.visitor(request(cookie))
    assert visitor
    assert str(visitor.person) == "ada@alcf.anl.gov"
    assert await browsers.visitor(request(await cookie_of(browsers, seconds=-1))) is None
    assert await browsers.visitor(request(await cookie_of(browsers, use="attempt"))) is None
    assert await browsers.visitor(request("")) is None
    await browsers.visits.end(visitor.visit)
    assert await browsers.visitor(request(cookie)) is None, "a copy of the cookie is worth nothing either"


async def test_who_is_not_let_in_any_more_sees_nothing() -> None:
    store = MemoryStore()
    cookie = await cookie_of(sessions(store=store))
    assert await sessions("https://mcp.example", "ada@*", store=store).visitor(request(cookie))
    assert await sessions("https://mcp.example", "bob@*", store=store).visitor(request(cookie)) is None


async def test_over_tls_no_other_host_can_set_the_cookie() -> None:
    over_tls = await cookie_of(sessions())
    assert over_tls.startswith("__Host-alcf_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {*over_tls.split("; ")}
    assert "Secure" not in await cookie_of(sessions("http://127.0.0.1:1"))
