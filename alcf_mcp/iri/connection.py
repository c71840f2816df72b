"""Pooled connection to one facility: a request goes out, the bytes of its response come in.

This is the only module that knows the HTTP client. The client is loaded with the first request, so that
starting a server does not wait for it.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import anyio

from alcf_mcp import __version__
from alcf_mcp.iri.certificates import WHERE_INSPECTED, shared_tls_context, why_distrusted
from alcf_mcp.iri.crowd import Crowd
from alcf_mcp.iri.errors import (
    ConnectionLost,
    Crowded,
    InvalidCall,
    IRIError,
    NotAnIRIAnswer,
    NotConnected,
    NotTrusted,
    WrongEnvironment,
)
from alcf_mcp.iri.hosts import is_host_name, is_loopback
from alcf_mcp.iri.pace import Pace
from alcf_mcp.iri.wait import Wait

if TYPE_CHECKING:
    import httpx

    from alcf_mcp.iri.proxies import Proxy

USER_AGENT = f"alcf-mcp/{__version__}"

LAST_LOOK = 2.0
"""Seconds that a request may take even when the call's time limit is up."""

KEPT_ALIVE_SECONDS = 20.0
"""Idle connections are closed before a gateway closes them: a request on a dying one has an unknown fate."""


class Slots(Protocol):
    """Places for requests; a request that finds none waits in line."""

    @property
    def total_tokens(self) -> float:
        """How many requests may be in progress at once."""

    @property
    def waiting(self) -> int:
        """How many requests wait."""

    def acquire_nowait(self) -> None:
        """Take a place; raises ``anyio.WouldBlock`` if there is none."""

    async def acquire(self) -> None:
        """Wait in line for a place, and take it."""

    def release(self) -> None:
        """Give a place back."""


class OwnSlots:
    """The places of a connection that shares them with no other, in the order in which they are asked for."""

    def __init__(self, total: int) -> None:
        self._limiter = anyio.CapacityLimiter(total)
        self.total_tokens = float(total)
        self.acquire_nowait = self._limiter.acquire_nowait
        self.acquire = self._limiter.acquire
        self.release = self._limiter.release

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._limiter.statistics().tasks_waiting


@dataclass(frozen=True)
class Answer:
    """A complete response, as it arrived."""

    status: int
    headers: httpx.Headers
    content: bytes


class Connection:
    """Pooled connection to one facility; all calls of a process share it and wait in line for it.

    Args:
        base_url: the API's base URL, such as ``https://api.alcf.anl.gov/api/v1``.
        timeout: seconds without a byte from the facility after which a request is abandoned.
        max_bytes: size of the largest response that is read; a longer one is refused.
        max_requests: how many requests may be in progress at once.
        http: an httpx transport to use instead, such as one for an ASGI application.
        slots: places for requests, in place of ``max_requests`` of its own.

    Attributes:
        secure: whether a token may be sent over it.
        honours_keys: whether the facility honours idempotency keys; ``None`` until that is known.
        crowd: everything that waits for the facility.
        pace: how long the facility's operations take.

    Raises:
        InvalidCall: the base URL is not a valid API URL.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        max_bytes: int,
        max_requests: int,
        http: httpx.AsyncBaseTransport | None,
        slots: Slots | None = None,
    ) -> None:
        self.base_url = _checked(base_url)
        self.max_bytes = max_bytes
        url = urlsplit(self.base_url)
        self._local = http is not None or is_loopback(url.hostname or "")
        self.secure = self._local or url.scheme == "https"
        # The standard's next version honours keys or answers 501; v1 may ignore them.
        self.honours_keys: bool | None = True if "/v2" in url.path else None
        self.crowd = Crowd()
        self.pace = Pace()
        self._slots = slots or OwnSlots(max_requests)
        self._timeout = timeout
        self._transport = http

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - loaded with the first request

        proxy = self._proxy
        encrypted = self._transport is None and self.base_url.startswith("https:")
        trusted = shared_tls_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        over_tls = trusted if proxy and proxy.url.startswith("https:") else None
        most = int(self._slots.total_tokens)
        return httpx.AsyncClient(
            timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 10.0), pool=None),
            limits=httpx.Limits(
                max_connections=most, max_keepalive_connections=most, keepalive_expiry=KEPT_ALIVE_SECONDS
            ),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json, application/problem+json"},
            transport=self._transport,
            verify=trusted,
            proxy=httpx.Proxy(proxy.url, ssl_context=over_tls) if proxy else None,
            trust_env=False,  # the environment has been read
        )

    @cached_property
    def _proxy(self) -> Proxy | None:
        from alcf_mcp.iri.proxies import proxy_for  # noqa: PLC0415 - loaded with the first request

        return None if self._transport else proxy_for(self.base_url)

    def beside(self, base_url: str, *, timeout: float, max_bytes: int) -> Connection:
        """Return a connection of its own to another service, by the same transport if one was given.

        Raises:
            InvalidCall: the base URL is not a valid one.
        """
        return Connection(
            base_url, timeout=timeout, max_bytes=max_bytes, max_requests=1, http=self._transport
        )

    async def aclose(self) -> None:
        """Close the connections."""
        with suppress(WrongEnvironment):  # then there are none
            await self._http.aclose()

    def request(self, method: str, path: str, *, base: str | None = None, **options: Any) -> httpx.Request:
        """Build a request, ready to be sent.

        Args:
            method: HTTP method.
            path: the part after the base URL.
            base: a base URL to use instead of the API's.
            options: passed on to httpx.

        Raises:
            InvalidCall: an argument can't be sent.
        """
        import httpx  # noqa: PLC0415

        try:
            return self._http.build_request(method, (base or self.base_url) + path, **options)
        except (httpx.InvalidURL, UnicodeError):
            raise InvalidCall("An argument is too long, or contains characters that can't be sent") from None

    async def exchange(
        self, request: httpx.Request, wait: Wait, *, share: float = 1.0, since: float | None = None
    ) -> Answer:
        """Send a request and read its response.

        Args:
            request: the request.
            wait: the call's time limit, which also limits how long the request waits in line.
            share: the share of the remaining time that the response may take, to its last byte.
            since: when the first attempt at this request began, by ``time.monotonic``; now, if ``None``.

        Raises:
            NotConnected: the request did not leave, or did not arrive.
            ConnectionLost: no complete response came.
            NotAnIRIAnswer: the response is too long.
        """
        began = monotonic() if since is None else since
        await self._take_place(wait)
        try:
            wait.requests += 1
            with anyio.move_on_after(max(wait.left * share, LAST_LOOK)):
                return await self._answer(request)
        except TimeoutError:
            pass
        finally:
            self._slots.release()
        passed = monotonic() - began
        seconds = f"{passed:.0f}" if passed > 1 else f"{passed:.1f}"
        raise ConnectionLost(f"The facility at {_origin(request)} did not answer in time ({seconds} s)")

    async def _take_place(self, wait: Wait) -> None:
        """Take a request slot; slots are given out in the order in which calls ask for them."""
        with suppress(anyio.WouldBlock):
            self._slots.acquire_nowait()
            return
        ahead = self._slots.waiting
        await wait.say(f"waiting in line for the facility, behind {ahead} other requests")
        with anyio.move_on_after(max(wait.left, 1.0)) as standing:
            await self._slots.acquire()
        if standing.cancelled_caught:
            raise Crowded(
                "Too many calls are in progress at once: this one waited in line until its time ran out"
            )

    async def _answer(self, request: httpx.Request) -> Answer:
        import httpx  # noqa: PLC0415

        where = _origin(request)
        try:
            response = await self._http.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, await self._bounded(response))
            finally:
                await response.aclose()
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ) as error:
            raise self._not_connected(where, error) from None
        except httpx.TimeoutException:
            raise TimeoutError from None
        except httpx.HTTPError as error:
            raise ConnectionLost(
                f"The connection to {where} broke before the response was complete ({_reason(error)})"
            ) from None

    def _not_connected(self, where: str, error: httpx.HTTPError) -> IRIError:
        if distrust := why_distrusted(error):
            return NotTrusted(
                f"This machine does not trust the certificate of {where} ({distrust})", hint=WHERE_INSPECTED
            )
        through = f" through the proxy that {self._proxy.named_by} names" if self._proxy else ""
        return NotConnected(f"The facility at {where} can't be reached{through} ({_reason(error)})")

    async def _bounded(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self.max_bytes:
                raise NotAnIRIAnswer(
                    f"The facility's response is longer than {self.max_bytes} bytes; ask for less at a time",
                    status=response.status_code,
                )
        return bytes(content)


def _checked(base_url: str) -> str:
    try:
        url = urlsplit(base_url)
        host, port = url.hostname or "", url.port
        usable = url.scheme in ("http", "https") and is_host_name(host) and port != 0
        usable = usable and not (url.username or url.password or url.query or url.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidCall(
            "The facility's URL is not a valid API URL",
            hint="It should look like https://api.alcf.anl.gov/api/v1",
        )
    return base_url.rstrip("/")


def _origin(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode()}"


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
