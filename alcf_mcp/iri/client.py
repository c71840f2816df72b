"""The IRI Facility API as one object with one method per operation."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from alcf_mcp.iri.connection import Connection, Slots
from alcf_mcp.iri.crowd import Crowd
from alcf_mcp.iri.groups.account import AccountOperations
from alcf_mcp.iri.groups.compute import ComputeOperations
from alcf_mcp.iri.groups.filesystem import FilesystemOperations
from alcf_mcp.iri.groups.status import StatusOperations
from alcf_mcp.iri.groups.task import TaskOperations
from alcf_mcp.iri.pace import Pace
from alcf_mcp.iri.tasks import Tasks
from alcf_mcp.iri.transport import TokenSource, Transport
from alcf_mcp.iri.wait import Wait

if TYPE_CHECKING:
    import httpx


class IRIClient(StatusOperations, AccountOperations, ComputeOperations, FilesystemOperations, TaskOperations):
    """Client for one facility.

        async with IRIClient("https://api.alcf.anl.gov/api/v1", token=…) as iri:
            for resource in await iri.list_resources(): ...
            task = await iri.tasks.resolve(await iri.ls(eagle, "/eagle/MyProject"), patience=45)
            entries = alcf_mcp.iri.task_results.files(task)

    Args:
        base_url: the API's base URL.
        token: the bearer token, or a source of tokens: an async function that returns one, or an object that
            can also renew one. Public operations need none.
        timeout: seconds without a byte from the facility after which a request is abandoned.
        max_bytes: size of the largest response that is read.
        max_requests: how many requests may be in progress at once; the others wait in line.
        http: an httpx transport to use instead, such as one for an ASGI application.
        slots: places for requests that several clients share, in place of ``max_requests`` of its own.

    Reads are retried after temporary failures. A request that changes something is retried only if the first
    one provably was not carried out.

    Every method raises ``alcf_mcp.iri.errors.IRIError`` and nothing else.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | SecretStr | TokenSource | None = None,
        timeout: float = 30.0,
        max_bytes: int = 32 * 2**20,
        max_requests: int = 16,
        http: httpx.AsyncBaseTransport | None = None,
        slots: Slots | None = None,
    ) -> None:
        connection = Connection(
            base_url,
            timeout=timeout,
            max_bytes=max_bytes,
            max_requests=max_requests,
            http=http,
            slots=slots,
        )
        self.transport = Transport(connection, _source(token))

    @property
    def base_url(self) -> str:
        """The API's base URL."""
        return self.transport.base_url

    @property
    def crowd(self) -> Crowd:
        """Everything that waits for the facility, so that together the waiters poll politely."""
        return self.transport.connection.crowd

    @property
    def pace(self) -> Pace:
        """How long the facility's tasks take."""
        return self.transport.connection.pace

    @property
    def honours_keys(self) -> bool | None:
        """Whether the facility honours idempotency keys; ``None`` until it has shown that."""
        return self.transport.connection.honours_keys

    @property
    def tasks(self) -> Tasks:
        """Waits for the tasks that filesystem operations start."""
        return Tasks(self)

    def within(self, wait: Wait) -> Self:
        """Return a client whose requests share the time limit of one call."""
        return self._with(self.transport.within(wait))

    def without_retries(self) -> Self:
        """Return a client that sends each request once, for callers that run their own retry loop."""
        return self._with(self.transport.without_retries())

    async def aclose(self) -> None:
        """Close the connections to the facility."""
        await self.transport.connection.aclose()

    def _with(self, transport: Transport) -> Self:
        other = copy(self)
        other.transport = transport
        return other

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _source(token: str | SecretStr | TokenSource | None) -> TokenSource | None:
    if not isinstance(token, str | SecretStr):
        return token
    secret = SecretStr(token) if isinstance(token, str) else token

    async def constant() -> SecretStr:
        return secret

    return constant
