"""A model on loopback that replays turns, in both dialects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Calling = tuple[str, Any]
"""A tool and its arguments."""


@dataclass(frozen=True)
class Reply:
    """An answer that is no turn of a model; ``{key}`` in its body becomes the key that was sent."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ReplayedModel:
    """A model that replays a script: texts that it says, calls that it makes, replies that go wrong."""

    script: list[str | Calling | Reply]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[ReplayedModel]:
        """Serve it."""
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                model.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                move = model.script[len(model.requests) - 1]
                if not isinstance(move, Reply):
                    move = Reply(200, json.dumps(_TURNS[self.path](move)))
                key = self.headers.get("x-api-key") or self.headers.get("Authorization") or ""
                body = move.body.replace("{key}", key).encode()
                self.send_response(move.status)
                for name, value in {**move.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Do not log requests."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            Thread(target=server.serve_forever, daemon=True).start()
            yield self
            server.shutdown()


def _chat_turn(move: str | Calling) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": move}
    if not isinstance(move, str):
        arguments = move[1] if isinstance(move[1], str) else json.dumps(move[1])
        call = {"id": "c1", "type": "function", "function": {"name": move[0], "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"choices": [{"message": message}], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}


def _messages_turn(move: str | Calling) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": move}
    if not isinstance(move, str):
        block = {"type": "tool_use", "id": "c1", "name": move[0], "input": move[1]}
    return {"content": [block], "usage": {"input_tokens": 100, "output_tokens": 10}}


_TURNS = {"/chat/completions": _chat_turn, "/v1/messages": _messages_turn}
