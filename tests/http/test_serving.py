"""One person's server over HTTP: clients of both eras, and nobody without the token."""

import json
import signal
import socket
import stat
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.types import ElicitResult

from tests.conftest import Era
from tests.http.conftest import ConnectByHTTP, HTTPServer, started

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def post(
    server: HTTPServer, *, token: str | None = None, body: Any = None, **headers: str
) -> httpx2.Response:
    given = {"Authorization": f"Bearer {server.token if token is None else token}"}
    content = json.dumps(HELLO if body is None else body)
    return httpx2.post(server.url, content=content, headers=JSON | given | headers)


async def test_clients_of_both_eras_work_there(connect_by_http: ConnectByHTTP, era: Era) -> None:
    asked: list[str] = []

    async def agree(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True})

    async with connect_by_http(era, elicitation_callback=agree) as client:
        path = "/eagle/LocalDemo/over-http"
        made = await client.call_tool("make_directory", {"path": path})
        assert not made.is_error
        changed = await client.call_tool("chmod", {"path": path, "mode": "700"})
        assert not changed.is_error, changed.content
        assert "(700)" in asked[0]


async def test_several_clients_are_served_at_once(connect_by_http: ConnectByHTTP) -> None:
    names: list[str] = []

    async def look(mode: str) -> None:
        async with connect_by_http(mode) as client:
            answer = await client.call_tool("get_facility", {})
            names.append(str((answer.structured_content or {})["name"]))

    async with anyio.create_task_group() as group:
        for mode in ("auto", "legacy", "auto", "legacy"):
            group.start_soon(look, mode)
    assert len(names) == 4
    assert len(set(names)) == 1


@pytest.mark.parametrize("token", ["x", "wrong-but-as-long-as-a-real-one-would-be-0000"])
def test_without_the_token_nothing_is_told(http_server: HTTPServer, token: str) -> None:
    answer = post(http_server, token=token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert http_server.token not in answer.text
    assert httpx2.get(http_server.url).status_code == 401


def test_the_token_is_private_and_never_logged(http_server: HTTPServer) -> None:
    post(http_server)
    http_server.stop()  # so that everything is written
    assert http_server.token not in http_server.said
    assert '"path": "/mcp"' in http_server.said
    file = http_server.state / "http-token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_token_stays_the_same_until_its_file_is_deleted(http_server: HTTPServer) -> None:
    before = http_server.token
    http_server.stop()
    again = started(http_server.state)
    assert again.token == before
    again.stop()
    (again.state / "http-token").unlink()
    anew = started(http_server.state)
    assert anew.token != before
    anew.stop()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "127.0.0.1:1"}, 421),
    ],
)
def test_a_page_in_a_browser_cant_reach_it_by_a_name_of_its_own(
    http_server: HTTPServer, headers: dict[str, str], status: int
) -> None:
    assert post(http_server, **headers).status_code == status


def test_a_public_url_is_accepted_as_a_host(tmp_path: Path) -> None:
    server = started(tmp_path / "state", "--public-url", "https://alcf.example.org/mcp")
    try:
        assert server.url == "https://alcf.example.org/mcp"
    finally:
        server.stop()


def test_it_says_whether_it_is_alive_and_ready_to_everybody(http_server: HTTPServer) -> None:
    assert httpx2.get(f"{http_server.origin}/healthz").text == "alive\n"
    assert httpx2.get(f"{http_server.origin}/readyz").text == "ready\n"
    assert httpx2.get(f"{http_server.origin}/anything").status_code == 401


def test_a_request_that_is_too_large_is_refused(http_server: HTTPServer) -> None:
    assert post(http_server, body={"x": "y" * 5_000_000}).status_code == 413


def test_a_signal_stops_it(http_server: HTTPServer) -> None:
    assert http_server.stop() in (-signal.SIGTERM, 128 + signal.SIGTERM)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{http_server.origin}/healthz")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_it_is_for_this_computer_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(AssertionError, match="ALCF_MCP_HOST"):
        started(tmp_path / "state", "--host", host)


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(AssertionError, match="can't be served on"):
            started(tmp_path / "state", "--port", port)
