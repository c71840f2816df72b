"""The client over real connections that fail in every way."""

import gzip
import socket
import struct
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from alcf_mcp.iri import IRIClient, errors
from tests.iri.support import TOKEN, Answer, loopback, response, sends

TASK = b'{"id": "t"}'


async def fetch(url: str, **options: Any) -> str:
    async with IRIClient(url, token=TOKEN, **{"timeout": 5.0, "max_bytes": 1_000_000, **options}) as iri:
        return (await iri.without_retries().get_task("t")).id


async def test_an_answer_arrives() -> None:
    async with loopback(sends(response(TASK))) as server:
        assert await fetch(server.url) == "t"
    assert server.heads[0].startswith(b"GET /api/v1/task/t HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}".encode() in server.heads[0]


async def test_nobody_listening_means_not_connected() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(errors.NotConnected, match="can't be reached") as caught:
            await fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1")
    assert TOKEN not in str(caught.value)


async def test_an_unknown_host_means_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(errors.NotConnected):
        await fetch("https://facility.invalid/api/v1")


async def reset(stream: SocketStream) -> None:
    raw: socket.socket = stream.extra(SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def reset_in_the_body(stream: SocketStream) -> None:
    await stream.send(response(TASK, Content_Length="1000"))
    await anyio.sleep(0.05)
    await reset(stream)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reset, id="reset before an answer"),
        pytest.param(reset_in_the_body, id="reset in the body"),
        pytest.param(sends(b""), id="closed before an answer"),
        pytest.param(sends(response(TASK, Content_Length="1000")), id="truncated body"),
        pytest.param(sends(b"SSH-2.0-OpenSSH_9.6\r\n"), id="another protocol"),
        pytest.param(sends(response(b"no gzip", Content_Encoding="gzip")), id="broken compression"),
    ],
)
async def test_a_connection_that_breaks_may_have_carried_the_request(answer: Answer) -> None:
    async with loopback(answer) as server:
        with pytest.raises(errors.ConnectionLost) as caught:
            await fetch(server.url)
    assert len(server.heads) == 1, "a kept-alive connection's fault is not smoothed over by the HTTP client"
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "begun", [b"", response(TASK, Content_Length="1000")], ids=["silent", "stalled body"]
)
async def test_a_silent_facility_is_given_up(begun: bytes) -> None:
    async def stall(stream: SocketStream) -> None:
        if begun:
            await stream.send(begun)
        await anyio.sleep_forever()

    async with loopback(stall) as server:
        with pytest.raises(errors.ConnectionLost, match="did not answer in time"):
            await fetch(server.url, timeout=0.2)


async def test_a_huge_body_is_not_read_to_its_end() -> None:
    written = 0

    async def flood(stream: SocketStream) -> None:
        nonlocal written
        await stream.send(response(Content_Length=str(10**12)))
        while True:
            await stream.send(b"x" * 65_536)
            written += 65_536

    async with loopback(flood) as server:
        with pytest.raises(errors.NotAnIRIAnswer, match="longer than 100000 bytes"):
            await fetch(server.url, max_bytes=100_000)
    assert written < 50_000_000


async def test_a_body_that_grows_by_decompression_is_bounded_too() -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    async with loopback(sends(response(bomb, Content_Encoding="gzip"))) as server:
        with pytest.raises(errors.NotAnIRIAnswer, match="longer than"):
            await fetch(server.url)


async def test_a_redirect_takes_the_token_nowhere() -> None:
    async with loopback(sends(response(TASK))) as other:
        moved = response(status="307 Temporary Redirect", Location=f"{other.url}/task/t")
        async with loopback(sends(moved)) as server:
            with pytest.raises(errors.NotAnIRIAnswer, match="redirect"):
                await fetch(server.url)
    assert other.heads == []


async def test_what_stays_on_this_machine_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(sends(response(TASK))) as server, loopback(sends(response(b"{}"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert await fetch(server.url) == "t"
    assert proxy.heads == []


async def test_a_proxy_that_refuses_means_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(sends(response(status="403 Forbidden"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(errors.NotConnected, match="403"):
            await fetch("https://facility.example/api/v1")
    assert TOKEN.encode() not in proxy.heads[0]


async def test_a_canceled_call_ends_at_once() -> None:
    async def stall(_: SocketStream) -> None:
        await anyio.sleep_forever()

    async with loopback(stall) as server:
        with anyio.move_on_after(0.2) as scope:
            await fetch(server.url, timeout=30)
    assert scope.cancelled_caught
