"""Listen on this computer alone."""

from __future__ import annotations

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_address(host: str) -> Address:
    """Parse an address, or ``localhost``.

    Raises:
        ValueError: it is neither.
    """
    return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)


def listen_on(address: Address, port: int) -> socket.socket:
    """Accept connections at an address; port 0 is any free one.

    Raises:
        OSError: the port is taken.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def origin_of(address: Address, listener: socket.socket) -> str:
    """The origin of URLs at a listener, such as ``http://127.0.0.1:8000``."""
    shown = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{shown}:{listener.getsockname()[1]}"
