"""The only way to the facility: an operation in, decoded JSON or an ``IRIError`` out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import SecretStr

from alcf_mcp.iri.answers import read
from alcf_mcp.iri.connection import Answer, Connection
from alcf_mcp.iri.errors import InsecureURL, InvalidToken, IRIError, NotImplementedThere
from alcf_mcp.iri.observing import observed
from alcf_mcp.iri.operations import Operation
from alcf_mcp.iri.retrying import has_unknown_fate, repetition
from alcf_mcp.iri.wait import Wait

if TYPE_CHECKING:
    import httpx


class RenewableTokens(Protocol):
    """A source of bearer tokens that can renew a token when the facility rejects it."""

    async def token(self) -> SecretStr:
        """Return the token to use now."""

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Return a token other than the one that the facility rejected; ``None`` if there is none."""


TokenSource = Callable[[], Awaitable[SecretStr]] | RenewableTokens
"""A source of bearer tokens, called before every request that needs one."""

SHARE_OF_A_CHANGE = 2 / 3
"""Share of the remaining time that a change may take: the rest is for finding out what became of it if its
response is lost."""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750, section 2.1


@dataclass(frozen=True)
class Transport:
    """The way to one facility, as one call uses it.

    Attributes:
        connection: the connection that all calls share.
        tokens: source of the bearer token; ``None`` for the public operations only.
        wait: the call's time limit; ``None`` gives every request its own.
        repeats: whether requests are retried after a temporary failure.
    """

    connection: Connection
    tokens: TokenSource | None = None
    wait: Wait | None = None
    repeats: bool = True

    @property
    def base_url(self) -> str:
        """The API's base URL."""
        return self.connection.base_url

    def within(self, wait: Wait) -> Transport:
        """Return a transport whose requests share the time limit of one call."""
        return replace(self, wait=wait)

    def without_retries(self) -> Transport:
        """Return a transport that sends each request once."""
        return replace(self, repeats=False)

    async def call(
        self,
        operation: Operation,
        *ids: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes] | None = None,
        key: str | None = None,
    ) -> Any:
        """Carry out one operation.

        Args:
            operation: the operation.
            ids: the ids in its path, in order.
            query: query parameters; those that are ``None`` are left out.
            body: sent as JSON.
            file: name and content of a file that is sent as form data.
            key: an idempotency key; where the facility honours keys, it makes a retry harmless.

        Returns:
            The decoded JSON of the response, ``None`` for a response without a body.

        Raises:
            IRIError: see the hierarchy in ``alcf_mcp.iri.errors``.
        """
        outgoing = _Outgoing(operation, ids, query or {}, body, file, key)
        wait = self.wait or Wait()
        if not self.repeats:
            return await self._send(outgoing, wait)
        keyed = bool(key and self.connection.honours_keys)
        unclear: list[IRIError] = []
        try:
            async for attempt in repetition(wait, reads=operation.reads, keyed=keyed):
                with attempt:
                    try:
                        return await self._send(outgoing, wait)
                    except IRIError as error:
                        if has_unknown_fate(error):
                            unclear.append(error)
                        raise
        except IRIError:
            # A later refusal does not undo what an earlier attempt may have done.
            if unclear and not operation.reads:
                first, *others = unclear
                first.others = tuple(others)
                raise first from None
            raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _send(self, outgoing: _Outgoing, wait: Wait) -> Any:
        """Send a request, again only if it provably was not carried out; errors name the operation."""
        try:
            token = None if outgoing.operation.public else await self._current_token()
            answer = await self._exchange(outgoing, token, wait)
            # A 401 proves that nothing was carried out, so that even a change may be sent again.
            if (
                answer.status == 401
                and token is not None
                and (other := await self._renewed(token)) is not None
            ):
                answer = await self._exchange(outgoing, other, wait)
            return read(answer)
        except IRIError as error:
            error.operation = error.operation or outgoing.operation.id
            if not (outgoing.key and _keeps_no_keys(error)):
                raise
        self.connection.honours_keys = False
        return await self._send(replace(outgoing, key=None), wait)

    async def _exchange(self, outgoing: _Outgoing, token: SecretStr | None, wait: Wait) -> Answer:
        request = outgoing.request(self.connection, self._authorization(token))
        share = 1.0 if outgoing.operation.reads else SHARE_OF_A_CHANGE
        with observed(outgoing.operation, request.url.host) as seen:
            answer = await self.connection.exchange(request, wait, share=share, since=outgoing.began)
            seen.status, seen.size = answer.status, len(answer.content)
        if "Idempotency-Key-Reply" in answer.headers:
            self.connection.honours_keys = True
        return answer

    async def _current_token(self) -> SecretStr | None:
        if self.tokens is None:
            return None
        return await (self.tokens() if callable(self.tokens) else self.tokens.token())

    async def _renewed(self, rejected: SecretStr) -> SecretStr | None:
        if self.tokens is None or callable(self.tokens):
            return None
        return await self.tokens.renewed(rejected)

    def _authorization(self, token: SecretStr | None) -> dict[str, str]:
        if token is None:
            return {}
        bearer = token.get_secret_value()
        if not _BEARER_TOKEN.fullmatch(bearer):
            raise InvalidToken(
                "The access token is malformed: it is empty or contains characters that no token has"
            )
        if not self.connection.secure:
            raise InsecureURL(
                f"{self.base_url} is plain http to another machine: the access token would not be encrypted"
            )
        return {"Authorization": f"Bearer {bearer}"}


def _keeps_no_keys(error: IRIError) -> bool:
    return isinstance(error, NotImplementedThere) and "idempotency" in error.detail.lower()


@dataclass(frozen=True)
class _Outgoing:
    """A call before it becomes a request with a token; ``began`` is when it was first tried."""

    operation: Operation
    ids: tuple[str, ...]
    query: Mapping[str, Any]
    body: Any
    file: tuple[str, bytes] | None
    key: str | None
    began: float = field(default_factory=monotonic)

    def request(self, connection: Connection, authorization: dict[str, str]) -> httpx.Request:
        key = {"Idempotency-Key": self.key} if self.key and connection.honours_keys is not False else {}
        return connection.request(
            self.operation.method,
            self.operation.url_path(*self.ids),
            params={name: value for name, value in self.query.items() if value is not None} or None,
            json=self.body,
            files={"file": self.file} if self.file else None,
            headers=authorization | key,
        )
