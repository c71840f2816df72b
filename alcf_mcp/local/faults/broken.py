"""The ends of a connection without a whole answer.

They are httpx's errors, so a client that reaches the facility in-process sees what one on a real connection
would see; there, ``alcf_mcp.local.serving`` breaks the connection.
"""

from __future__ import annotations

import httpx


class ConnectionDropped(httpx.RemoteProtocolError):
    """The connection ends without an answer."""

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


class AnswerTruncated(httpx.RemoteProtocolError):
    """The connection ends in the middle of an answer's body."""

    def __init__(self) -> None:
        super().__init__("peer closed connection without sending complete message body")


class ConnectionReset(httpx.ReadError):
    """The connection is torn down by a TCP reset."""

    def __init__(self) -> None:
        super().__init__("Connection reset by peer")
