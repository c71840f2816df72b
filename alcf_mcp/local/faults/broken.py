"""Connections that end before the whole response has arrived.

These are httpx errors, so a client that reaches the facility in-process sees what it would see on a real
connection; there, ``alcf_mcp.local.serving`` breaks the connection.
"""

from __future__ import annotations

import httpx


class ConnectionDropped(httpx.RemoteProtocolError):
    """The connection ends without a response."""

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


class AnswerTruncated(httpx.RemoteProtocolError):
    """The connection ends in the middle of a response body."""

    def __init__(self) -> None:
        super().__init__("peer closed connection without sending complete message body")


class ConnectionReset(httpx.ReadError):
    """A TCP reset tears down the connection."""

    def __init__(self) -> None:
        super().__init__("Connection reset by peer")
