"""The HTTP endpoint of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import httpx
from mcp.types import Tool
from pydantic import SecretStr

from evals.play.dialects import Dialect, ModelTurn, Turn

TRIES = 3
AGAIN = {408, 429, 500, 502, 503, 504, 529}
LONGEST_PAUSE = 60.0
ANSWER_SECONDS = 300.0
SHOWN = 300


class EndpointError(Exception):
    """The model's endpoint can't be used; the message says why, and never holds the key."""


class Endpoint:
    """A model at an endpoint.

    Args:
        url: the endpoint's address, up to the dialect's path.
        dialect: what it speaks.
        model: the model's name there.
        key: the key; empty if none is needed.
    """

    def __init__(self, url: str, dialect: Dialect, model: str, key: SecretStr) -> None:
        self.model = model
        self._url = url.rstrip("/") + dialect.path
        self._dialect = dialect
        self._key = key

    async def reply(self, system: str, tools: Sequence[Tool], turns: Sequence[Turn]) -> ModelTurn:
        """Ask for the model's next turn; after a failure that may pass, again.

        Raises:
            EndpointError: there is none.
        """
        body = self._dialect.request(self.model, system, tools, turns)
        answer = await self._post(body)
        for attempt in range(1, TRIES):
            if answer.status_code not in AGAIN:
                break
            await anyio.sleep(_pause(answer, attempt))
            answer = await self._post(body)
        if answer.status_code != httpx.codes.OK:
            raise self._error(f"it answered {answer.status_code}: {answer.text[:SHOWN]}")
        try:
            return self._dialect.turn(answer.json())
        except (ValueError, LookupError, TypeError, AttributeError):
            raise self._error(f"its answer is not a model's turn: {answer.text[:SHOWN]}") from None

    async def _post(self, body: dict[str, Any]) -> httpx.Response:
        key = self._key.get_secret_value()
        headers = self._dialect.headers(key) if key else {}
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as http:
                return await http.post(self._url, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._error(f"it can't be reached: {error or type(error).__name__}") from None

    def _error(self, why: str) -> EndpointError:
        key = self._key.get_secret_value()
        said = f"the model's endpoint {self._url}: {why}"
        return EndpointError(said.replace(key, "[key]") if key else said)


def _pause(answer: httpx.Response, attempt: int) -> float:
    try:
        asked = float(answer.headers.get("retry-after", 2**attempt))
    except ValueError:  # a date
        asked = LONGEST_PAUSE
    return min(max(asked, 0.0), LONGEST_PAUSE)
