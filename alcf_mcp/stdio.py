"""MCP over standard input and output, where every request is answered, even one that can't be read.

The SDK drops a line that is not a JSON-RPC message, so that its client would wait for ever.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import ErrorData, JSONRPCError
from pydantic import ValidationError

logger = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST = -32700, -32600

_NO_BATCH = "message: Batches are not supported. Send each message on a line of its own"

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_VALUE = re.compile(r'\s*:\s*(-?[0-9]{1,18}|"(?:[^"\\]|\\.){0,200}")')


async def serve_stdio(server: MCPServer[Any], cut_off: Callable[[], object]) -> None:
    """Serve until the end of input, or until nobody reads the answers.

    Args:
        server: what is served.
        cut_off: called when serving ends before the input does. The thread that reads the input may then
            wait for more of it, and this function for the thread.
    """
    lowlevel = server._lowlevel_server
    try:
        async with stdio_server() as (messages, answers):
            try:
                await lowlevel.run(
                    Readable(messages, answers), answers, lowlevel.create_initialization_options()
                )
            except anyio.get_cancelled_exc_class():
                cut_off()
                raise
    except* (BrokenPipeError, ConnectionResetError):
        logger.info("the client closed its end of the connection")
        _discard_output()


def _discard_output() -> None:
    """Let what is still buffered go nowhere, or the interpreter would complain about it as it exits."""
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - not a path
        os.dup2(nowhere.fileno(), sys.__stdout__.fileno() if sys.__stdout__ else 1)


class Readable:
    """A client's messages; what can't be read is answered with an error, and not handed on.

    Args:
        messages: what the client sent, or why it can't be read.
        answers: where answers go.
    """

    def __init__(self, messages: Any, answers: Any) -> None:
        self._messages = messages
        self._answers = answers

    @property
    def last_context(self) -> Any:
        """The context of the last message's sender, which the SDK asks for."""
        return self._messages.last_context

    async def receive(self) -> SessionMessage | Exception:
        """The next message."""
        while True:
            item = await self._messages.receive()
            if not isinstance(item, ValidationError):
                return item  # type: ignore[no-any-return]
            for answer in errors_for(item):
                await self._answers.send(SessionMessage(answer))

    async def aclose(self) -> None:
        """Read no more."""
        await self._messages.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def errors_for(error: ValidationError) -> list[JSONRPCError]:
    """The answers to a message that can't be read: one to each request in it."""
    details = error.errors(include_url=False, include_context=False)
    line = next((one["input"] for one in details if one["type"] == "json_invalid"), None)
    if line is not None:
        known = _id_in(str(line))
        return [] if known is None else [_error(known, PARSE_ERROR, details[0]["msg"])]
    if len(details[0]["loc"]) == 1:  # the message as a whole is no object
        batch = details[0]["input"]
        requests = filter(_is_request, batch if isinstance(batch, list) else ())
        return [_error(one["id"], INVALID_REQUEST, _NO_BATCH) for one in requests]
    request = next((one["input"] for one in details if _is_request(one["input"])), None)
    if request is None:
        return []
    where = ".".join(str(part) for part in details[0]["loc"][1:]) or "message"
    return [_error(request["id"], INVALID_REQUEST, f"{where}: {details[0]['msg']}")]


def _is_request(value: object) -> bool:
    """Whether this asks for an answer and says under which id; it may lack everything else."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str | int)
        and not value.keys() & {"result", "error"}
    )


def _id_in(line: str) -> str | int | None:
    """The id at the top level of a line that the SDK can't read, as far as that shows."""
    depth = 0
    for token in _TOKEN.finditer(line):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
        elif depth == 1 and token[0] == '"id"' and (value := _VALUE.match(line, token.end())):
            return json.loads(value[1])  # type: ignore[no-any-return]
    return None


def _error(id: str | int, code: int, message: str) -> JSONRPCError:
    """An error under an id; under none, as JSON-RPC has it, if the id is text that can't be sent back."""
    can_be_sent = isinstance(id, int) or not _SURROGATE.search(id)
    return JSONRPCError(
        jsonrpc="2.0", id=id if can_be_sent else None, error=ErrorData(code=code, message=message)
    )
