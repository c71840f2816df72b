"""A client's metadata is fetched from the address that was checked, whatever its name says a moment later."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from alcf_mcp.local.team import CLIENT_ID
from alcf_mcp.team.admission import Admission
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.sign_in import GlobusSignIn
from alcf_mcp.team.storage import encrypted, in_files
from tests.team.conftest import KEYS

PUBLIC, NAME = "93.184.215.14", "rebinding.example"


class Rebinding:
    """A name that is a public address when it is asked for first, and loopback from then on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.asked, self.connected = 0, list[str]()
        self._resolve = socket.getaddrinfo
        self._connect = anyio.connect_tcp
        patch.setattr(socket, "getaddrinfo", self._getaddrinfo)
        patch.setattr(anyio, "connect_tcp", self._connect_tcp)

    def _getaddrinfo(self, host: Any, port: Any, *given: Any, **options: Any) -> Any:
        if host not in (NAME, NAME.encode()):
            return self._resolve(host, port, *given, **options)
        self.asked += 1
        return self._resolve(PUBLIC if self.asked == 1 else "127.0.0.1", port, *given, **options)

    async def _connect_tcp(self, remote_host: str, remote_port: int, **options: Any) -> Any:
        self.connected.append(remote_host)
        if remote_host == PUBLIC:  # tests reach nothing but loopback
            raise OSError("nothing listens there")
        return await self._connect(remote_host, remote_port, **options)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """What an attacker would like the server to reach."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture
def sign_in(tmp_path: Path) -> GlobusSignIn:
    keys = ServerKeys.parse(KEYS)
    return GlobusSignIn(
        CLIENT_ID,
        SecretStr("secret"),
        origin="https://mcp.example",
        keys=keys,
        storage=encrypted(in_files(tmp_path), keys),
        admission=Admission(),
    )


@pytest.mark.parametrize(("asked_before", "connected"), [(0, [PUBLIC]), (1, [])], ids=["rebound", "loopback"])
async def test_loopback_is_not_reached_by_a_name(
    sign_in: GlobusSignIn,
    monkeypatch: pytest.MonkeyPatch,
    listener: socket.socket,
    asked_before: int,
    connected: list[str],
) -> None:
    rebinding = Rebinding(monkeypatch)
    rebinding.asked = asked_before
    assert await sign_in.get_client(f"https://{NAME}:{listener.getsockname()[1]}/client.json") is None
    assert rebinding.asked > asked_before
    assert rebinding.connected == connected, "only what was checked"
    with pytest.raises(BlockingIOError):
        listener.accept()
