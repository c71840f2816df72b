"""The one place where HTTP happens: a request in, decoded JSON or an ``IRIError`` out."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import httpx
from pydantic import SecretStr

from alcf_mcp import __version__
from alcf_mcp.iri.errors import (
    BlockedByGateway,
    ConnectionLost,
    InsecureURL,
    InvalidCall,
    InvalidToken,
    NotAnIRIAnswer,
    NotConnected,
    from_problem,
)
from alcf_mcp.iri.operations import Operation


class RenewableTokens(Protocol):
    """Where bearer tokens come from that can be renewed when the facility rejects one."""

    async def token(self) -> SecretStr:
        """The token to use now."""

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Another token than the one that the facility rejected; ``None`` if there is none."""


TokenSource = Callable[[], Awaitable[SecretStr]] | RenewableTokens
"""Where a bearer token comes from; asked before every request that needs one."""

USER_AGENT = f"alcf-mcp/{__version__}"

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750, section 2.1
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Transport:
    """A pooled connection to one facility.

    Args:
        base_url: where the API lives, such as ``https://api.alcf.anl.gov/api/v1``.
        token: where the bearer token comes from; ``None`` for the public operations alone.
        timeout: seconds without a byte from the facility after which a request is given up.
        max_bytes: the largest answer that is read; what is longer is refused unread.
        http: another httpx transport, such as an ASGI application's.

    Raises:
        InvalidCall: the base URL is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: TokenSource | None = None,
        timeout: float = 30.0,
        max_bytes: int = 32 * 2**20,
        http: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = _checked(base_url)
        self.max_bytes = max_bytes
        self._token = token
        url = httpx.URL(self.base_url)
        local = http is not None or is_loopback(url.host)
        self._secure = local or url.scheme == "https"
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json, application/problem+json"},
            transport=http,
            trust_env=not local,  # what stays on this machine goes through no proxy
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        operation: Operation,
        *ids: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes] | None = None,
    ) -> Any:
        """Carry out one operation.

        Args:
            operation: which one.
            ids: the ids in its path, in order.
            query: query parameters; those that are ``None`` are left out.
            body: what goes out as JSON.
            file: name and content of a file that goes out as form data.

        Returns:
            The decoded JSON of the answer, ``None`` for an answer without a body.

        Raises:
            IRIError: see the hierarchy in ``alcf_mcp.iri.errors``.
        """

        def request(token: SecretStr | None) -> httpx.Request:
            authorization = self._authorization(token)
            try:
                return self._http.build_request(
                    operation.method,
                    self.base_url + operation.url_path(*ids),
                    params={key: value for key, value in (query or {}).items() if value is not None},
                    json=body,
                    files={"file": file} if file else None,
                    headers=authorization,
                )
            except (httpx.InvalidURL, UnicodeError):
                raise InvalidCall("An argument is too long, or holds characters that can't be sent") from None

        token = None if operation.public else await self._current_token()
        status, headers, content = await self._exchange(request(token))
        # A 401 proves that nothing was carried out: what changes something may be repeated too.
        if status == 401 and token is not None and (other := await self._renewed(token)) is not None:
            status, headers, content = await self._exchange(request(other))
        return _read(status, headers, content)

    async def _current_token(self) -> SecretStr | None:
        if self._token is None:
            return None
        return await (self._token() if callable(self._token) else self._token.token())

    async def _renewed(self, rejected: SecretStr) -> SecretStr | None:
        if self._token is None or callable(self._token):
            return None
        return await self._token.renewed(rejected)

    def _authorization(self, token: SecretStr | None) -> dict[str, str]:
        if token is None:
            return {}
        bearer = token.get_secret_value()
        if not _BEARER_TOKEN.fullmatch(bearer):
            raise InvalidToken("The access token is malformed: it is empty or has characters no token has")
        if not self._secure:
            raise InsecureURL(
                f"{self.base_url} is plain http to another machine: the access token would travel in the open"
            )
        return {"Authorization": f"Bearer {bearer}"}

    async def _exchange(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        where = f"{request.url.scheme}://{request.url.netloc.decode()}"
        try:
            response = await self._http.send(request, stream=True)
            try:
                return response.status_code, response.headers, await self._bounded(response)
            finally:
                await response.aclose()
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ) as error:
            raise NotConnected(f"The facility at {where} can't be reached ({_reason(error)})") from None
        except httpx.TimeoutException:
            raise ConnectionLost(f"The facility at {where} did not answer in time") from None
        except httpx.HTTPError as error:
            raise ConnectionLost(
                f"The connection to {where} broke before the answer was whole ({_reason(error)})"
            ) from None

    async def _bounded(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self.max_bytes:
                raise NotAnIRIAnswer(
                    f"The facility's answer is longer than {self.max_bytes} bytes; ask for less at once",
                    status=response.status_code,
                )
        return bytes(content)


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
        usable = url.scheme in ("http", "https") and bool(url.host) and (url.port or 0) < 2**16
        usable = usable and not (url.userinfo or url.query or url.fragment)
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise InvalidCall(
            "The facility's URL is none of an API", hint="It should look like https://api.alcf.anl.gov/api/v1"
        )
    return base_url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nothing sent to it leaves."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__


def _read(status: int, headers: httpx.Headers, content: bytes) -> Any:
    """Turn an answer into decoded JSON, or raise what it means."""
    if 300 <= status < 400:
        raise NotAnIRIAnswer(
            "The facility answered with a redirect, which is not followed",
            status=status,
        )
    if status == 204 or (200 <= status < 300 and not content.strip()):
        return None
    try:
        data = _decoded(content)
    except (ValueError, RecursionError):
        raise _not_json(status, headers, content) from None
    if status < 400:
        return data
    problem = data if isinstance(data, dict) else {"detail": data}
    if status == 403 and "cloudflare.com" in str(problem.get("type")):
        raise _blocked(str(problem.get("title")), status)
    raise from_problem(status, problem, retry_after=headers.get("Retry-After"))


def _decoded(content: bytes) -> Any:
    data = json.loads(content)
    if _SURROGATE.search(content):  # half a character can't be written again: it becomes "?"
        data = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
    return data


def _blocked(text: str, status: int) -> BlockedByGateway:
    return BlockedByGateway(
        f"The gateway in front of the facility refused this program ({text[:60]}, HTTP {status})",
        status=status,
    )


def _not_json(status: int, headers: httpx.Headers, content: bytes) -> Exception:
    text = content[:4096].decode(errors="replace").strip()
    kind = headers.get("Content-Type", "").partition(";")[0] or "no declared type"
    if status == 403 and "error code: 10" in text:
        return _blocked(text, status)
    if status < 400:
        return NotAnIRIAnswer(
            f"The answer is not the facility API's JSON (HTTP {status}, {kind}, {len(content)} bytes)",
            status=status,
        )
    looks_like_html = "html" in kind or text[:1] == "<"
    detail = (
        "a page of HTML came from a gateway in front of it"
        if looks_like_html
        else " ".join(text.split())[:200]
    )
    return from_problem(status, {"detail": detail}, retry_after=headers.get("Retry-After"))
