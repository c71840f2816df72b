"""Checks every response of the embedded local facility against the document."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.operations import OPERATIONS
from alcf_mcp.local import LocalFacility, LocalSettings
from alcf_mcp.local.settings import Profile
from tests.contract.document import Described, Document, shape
from tests.contract.findings import Finding
from tests.contract.visit import UNHURRIED, Visit, go_wrong

BASE = "http://local/api/v1"


@dataclass(frozen=True)
class Exchange:
    """A request and the facility's response to it."""

    request: httpx.Request
    status: int
    media_type: str
    content: bytes

    @property
    def anonymous(self) -> bool:
        """Whether the request had no token."""
        return "Authorization" not in self.request.headers

    @property
    def target(self) -> str:
        """A short form of the request."""
        path = self.request.url.raw_path.decode().removeprefix("/api/v1")
        return f"{self.request.method} {path}"[:120]


@dataclass
class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on to an application, and keeps both requests and responses."""

    inner: httpx.AsyncBaseTransport
    exchanges: list[Exchange] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        response = await self.inner.handle_async_request(request)
        content = await response.aread()
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        self.exchanges.append(Exchange(request, response.status_code, media_type, content))
        return httpx.Response(response.status_code, headers=response.headers, content=content)


async def check_facility(document: Document, root: Path, profile: Profile) -> list[Finding]:
    """Request everything from a local facility, and report where responses violate the document.

    There is one finding per operation. With the profile ``full``, the facility must carry out every one. With
    ``alcf``, it may refuse, as long as it does so in the document's terms.
    """
    settings = LocalSettings(
        root=root,
        profile=profile,
        task_latency=0.0,
        operation_latency={UNHURRIED: 60.0},
        confine=False,
    )
    facility = LocalFacility(settings)
    recorder = Recorder(httpx.ASGITransport(facility.app))
    async with facility.running(), IRIClient(BASE, token=facility.token, http=recorder) as iri:
        visit = Visit(iri)
        await visit.everything()
        async with httpx.AsyncClient(base_url=BASE, transport=recorder) as http:
            await go_wrong(http, facility.token.get_secret_value())
    findings = judged(document, recorder.exchanges)
    return (
        [_worked(finding, visit.troubles[finding.id]) for finding in findings] if settings.full else findings
    )


def judged(document: Document, exchanges: Iterable[Exchange]) -> list[Finding]:
    """The findings for each operation of the document; the notes are the statuses that occurred."""
    answers: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        answers[_operation_id(exchange.request)].append(exchange)
    return [
        Finding(
            id,
            described.method,
            described.path,
            tuple(_faults(document, described, answers[id])),
            tuple(sorted({str(answer.status) for answer in answers[id]})),
        )
        for id, described in sorted(document.operations.items())
    ]


def _worked(finding: Finding, troubles: list[str]) -> Finding:
    idle = not any(status.startswith("2") for status in finding.notes)
    reasons = [*troubles, *(["it was never carried out"] if idle else [])]
    return replace(finding, differences=(*finding.differences, *reasons))


def _operation_id(request: httpx.Request) -> str:
    """The operation that a request addresses; if the method is wrong, the first one at its path."""
    path = request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v1")
    there = [
        operation
        for operation in OPERATIONS.values()
        if re.fullmatch(shape(operation.path).replace("{}", "[^/]+"), path)
    ]
    return next((operation for operation in there if operation.method == request.method), there[0]).id


def _faults(document: Document, described: Described, answers: list[Exchange]) -> Iterator[str]:
    if not answers:
        yield "it was never requested"
    met: dict[str, Exchange] = {}
    for answer in answers:
        for fault in _judge(document, described, answer):
            met.setdefault(f"HTTP {answer.status}: {fault}", answer)
    for fault, answer in met.items():
        yield f"{fault} ({answer.target})"


def _judge(document: Document, described: Described, answer: Exchange) -> Iterator[str]:
    if answer.anonymous and described.wants_bearer != (answer.status == 401):
        yield "the request had no token"
    responses = described.responses
    declared = responses.get(str(answer.status), responses.get(f"{answer.status // 100}XX"))
    if declared is None:
        yield "the document has no such status"
        return
    schema = declared.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        if answer.content:
            yield "a body where the document has none"
        return
    wanted = "application/json" if answer.status < 400 else "application/problem+json"
    if answer.media_type != wanted:
        yield f"{answer.media_type or 'no content type'} instead of {wanted}"
    try:
        data = json.loads(answer.content)
    except ValueError:
        yield "no JSON"
        return
    yield from document.faults(data, schema)
