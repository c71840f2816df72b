"""A SOCKS 5 proxy on this machine (RFC 1928, RFC 1929)."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class SocksProxy:
    """A proxy that leads every connection to one server on this machine.

    Attributes:
        leads_to: the URL of that server.
        password: the password of the user ``ada``; without one, everyone may connect.
        asked: the names or addresses and ports that were asked for.
    """

    leads_to: str
    password: str = ""
    port: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The proxy's host and port."""
        return f"127.0.0.1:{self.port}"

    def converse(self, client: socket.socket) -> None:
        """Serve one connection to its end."""
        methods = _exactly(client, _exactly(client, 2)[1])
        wanted = 2 if self.password else 0
        client.sendall(bytes([5, wanted if wanted in methods else 0xFF]))
        if wanted not in methods or not self._knows(client):
            return
        _, _, _, kind = _exactly(client, 4)
        host = _host(client, kind)
        (port,) = struct.unpack("!H", _exactly(client, 2))
        self.asked.append((host, port))
        target = urlsplit(self.leads_to)
        with socket.create_connection((target.hostname or "", target.port or 0)) as server:
            client.sendall(b"\x05\x00\x00\x01" + bytes(6))
            back = threading.Thread(target=_pass_on, args=(server, client))
            back.start()
            _pass_on(client, server)
            back.join()

    def _knows(self, client: socket.socket) -> bool:
        if not self.password:
            return True
        user = _exactly(client, _exactly(client, 2)[1])
        password = _exactly(client, _exactly(client, 1)[0])
        known = (user, password) == (b"ada", self.password.encode())
        client.sendall(bytes([1, 0 if known else 1]))
        return known


@contextmanager
def socks_proxy(leads_to: str, *, password: str = "") -> Iterator[SocksProxy]:
    """Serve a proxy on a free port, in threads of its own."""
    proxy = SocksProxy(leads_to, password)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, EOFError):
                proxy.converse(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def _host(client: socket.socket, kind: int) -> str:
    if kind == 3:
        return _exactly(client, _exactly(client, 1)[0]).decode()
    family, length = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
    return socket.inet_ntop(family, _exactly(client, length))


def _exactly(client: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = client.recv(length - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
