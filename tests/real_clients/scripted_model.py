"""A model on loopback that plays a script: it calls the given tools, one after another.

It implements as much of two APIs as clients need: ``/v1/messages`` (Claude Code) and ``/v1/responses``
(Codex). It keeps what the clients send, which is what a model would have been shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A tool that the model calls; Codex also needs the tool's server."""

    tool: str
    arguments: dict[str, Any]
    server: str | None = None


@dataclass
class ScriptedModel:
    """A model that plays a script.

    Args:
        script: what it calls, one call per turn; after that it says that it is done.
    """

    script: list[Call]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[ScriptedModel]:
        """Serve it."""
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                play = _APIS.get(self.path.partition("?")[0])
                self.send_response(200 if play else 404)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                if play:
                    model.requests.append(request)
                    for event in play(model, request):
                        self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

            def log_message(self, *_: Any) -> None:
                """Do not log requests."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            Thread(target=server.serve_forever, daemon=True).start()
            yield self
            server.shutdown()

    def next_call(self, turn: int) -> Call | None:
        """The next call, after so many calls have been answered."""
        return self.script[turn] if turn < len(self.script) else None


def messages_results(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of tools that a request to ``/v1/messages`` shows, in order."""
    blocks = [b for m in request["messages"] if isinstance(m["content"], list) for b in m["content"]]
    return [block for block in blocks if block["type"] == "tool_result"]


def responses_results(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of tools that a request to ``/v1/responses`` shows, in order."""
    return [item for item in request["input"] if item["type"] == "function_call_output"]


def _play_messages(model: ScriptedModel, request: dict[str, Any]) -> Iterator[Event]:
    turn = len(messages_results(request))
    # Clients also ask for titles and the like, without tools.
    call = model.next_call(turn) if request.get("tools") else None
    block: dict[str, Any] = {"type": "text", "text": ""}
    delta: dict[str, Any] = {"type": "text_delta", "text": "Done."}
    if call:
        block = {"type": "tool_use", "id": f"call_{turn}", "name": call.tool, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(call.arguments)}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": f"turn_{turn}", "type": "message", "role": "assistant", "model": request["model"]}
    yield {"type": "message_start", "message": message | {"content": [], "usage": usage}}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    reason = "tool_use" if call else "end_turn"
    yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    yield {"type": "message_stop"}


def _play_responses(model: ScriptedModel, request: dict[str, Any]) -> Iterator[Event]:
    turn = len(responses_results(request))
    call = model.next_call(turn)
    item: dict[str, Any] = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Done."}],
    }
    if call:
        item = {"type": "function_call", "call_id": f"call_{turn}", "name": call.tool}
        item |= {"namespace": call.server, "arguments": json.dumps(call.arguments)}
    response = {"id": f"turn_{turn}", "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}
    yield {"type": "response.created", "response": {"id": response["id"]}}
    yield {"type": "response.output_item.done", "item": item}
    yield {"type": "response.completed", "response": response}


_APIS = {"/v1/messages": _play_messages, "/v1/responses": _play_responses}
