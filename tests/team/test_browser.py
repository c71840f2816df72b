"""A browser's session shows pages to whom it belongs, as long as they are let in."""

from __future__ import annotations

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from alcf_mcp.team.admission import Admission
from alcf_mcp.team.browser import SESSION, BrowserSessions
from alcf_mcp.team.globus_client import IDTokens

ADA = {"iss": "https://auth.globus.org", "sub": "1", "preferred_username": "ada@alcf.anl.gov"}


def sessions(origin: str = "https://mcp.example", *users: str) -> BrowserSessions:
    id_tokens = IDTokens("client")
    return BrowserSessions("client", SecretStr("secret"), origin, b"k" * 32, Admission(users), id_tokens)


def cookie_of(browsers: BrowserSessions, seconds: int = 60, use: str = "session") -> str:
    """The cookie that a browser is given, as a header."""
    response = Response()
    browsers._set(response, SESSION, ADA | {"jti": "x"}, seconds, use)
    return response.headers["Set-Cookie"]


def request(cookie: str) -> Request:
    value = cookie.partition(";")[0].encode()
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", value)]})


async def test_a_session_is_recognized_until_it_is_over() -> None:
    browsers = sessions()
    visitor = await browsers.visitor(request(cookie_of(browsers)))
    assert visitor
    assert str(visitor.person) == "ada@alcf.anl.gov"
    assert await browsers.visitor(request(cookie_of(browsers, seconds=-1))) is None
    assert await browsers.visitor(request(cookie_of(browsers, use="attempt"))) is None
    assert await browsers.visitor(request("")) is None


async def test_who_is_not_let_in_any_more_sees_nothing() -> None:
    cookie = cookie_of(sessions())
    assert await sessions("https://mcp.example", "ada@*").visitor(request(cookie))
    assert await sessions("https://mcp.example", "bob@*").visitor(request(cookie)) is None


def test_over_tls_no_other_host_can_set_the_cookie() -> None:
    over_tls = cookie_of(sessions())
    assert over_tls.startswith("__Host-alcf_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {*over_tls.split("; ")}
    assert "Secure" not in cookie_of(sessions("http://127.0.0.1:1"))
