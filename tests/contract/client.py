"""Checks every request that the client can make against the document."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.operations import OPERATIONS, Operation
from tests.contract.document import Described, Document, shape
from tests.contract.examples import EXAMPLES, left_out, operation_methods
from tests.contract.findings import Finding

BASE = "https://facility.example/api/v1"

_JSON = "application/json"
_FORM = "multipart/form-data"
_INTEGER = re.compile(r"-?\d+")
_BOOLEANS = {"true": True, "false": False}


async def check_client(document: Document) -> list[Finding]:
    """Call every method of the client, and report where each operation's request violates the document."""
    requests: dict[str, httpx.Request] = {}
    findings: list[Finding] = []
    for name, method in operation_methods().items():
        example = EXAMPLES.get(name)
        if example is None:
            findings.append(Finding(name, "", "", ("the client's method has no example call",)))
            continue
        if missing := left_out(method, example):
            findings.append(Finding(name, "", "", (f"the example does not set {', '.join(missing)}",)))
        request = await record(name, example)
        requests[operation_of(request).id] = request
    ids = sorted(set(OPERATIONS) | set(document.operations))
    return findings + [_compare(document, id, requests.get(id)) for id in ids]


async def record(name: str, arguments: dict[str, Any]) -> httpx.Request:
    """The request that a method of the client makes."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    async with IRIClient(BASE, token="t0ken", http=httpx.MockTransport(answer)) as iri:
        with contextlib.suppress(IRIError):  # few of them accept a 204; only the request matters
            await getattr(iri, name)(**arguments)
    (request,) = seen
    return request


def operation_of(request: httpx.Request) -> Operation:
    """The operation in the client's table that a request belongs to."""
    path = request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v1")
    (operation,) = (
        operation
        for operation in OPERATIONS.values()
        if operation.method == request.method
        and re.fullmatch(shape(operation.path).replace("{}", "[^/]+"), path)
    )
    return operation


def _compare(document: Document, id: str, request: httpx.Request | None) -> Finding:
    described = document.operations.get(id)
    operation = OPERATIONS.get(id)
    if described is None:
        assert operation is not None
        return Finding(id, operation.method, operation.path, ("the document has no such operation",))
    if operation is None:
        return Finding(id, described.method, described.path, ("the client has no such operation",))
    if request is None:
        return Finding(id, described.method, described.path, ("no method of the client calls it",))
    differences = (
        *_place(operation, described),
        *_query(document, described, request),
        *_body(document, described, request),
        *_security(described, request),
    )
    unused = sorted(set(described.query) - set(request.url.params))
    return Finding(id, described.method, described.path, differences, tuple(unused))


def _place(operation: Operation, described: Described) -> Iterator[str]:
    if (operation.method, shape(operation.path)) != (described.method, shape(described.path)):
        yield f"the client sends {operation.method} {operation.path}"


def _query(document: Document, described: Described, request: httpx.Request) -> Iterator[str]:
    declared = described.query
    sent = request.url.params
    for name in sent:
        if name not in declared:
            yield f"the document lacks the query parameter {name}"
        elif not any(
            document.faults(value, declared[name]["schema"]) == [] for value in _readings(sent.get_list(name))
        ):
            yield f"the query parameter {name}={','.join(sent.get_list(name))} does not fit the document"
    for name, spec in declared.items():
        if spec.get("required") and name not in sent:
            yield f"the required query parameter {name} is not sent"


def _readings(values: list[str]) -> Iterator[Any]:
    """What a query parameter's text may mean: one value of some type, or an array."""
    yield values
    if len(values) == 1:
        (text,) = values
        yield text
        if _INTEGER.fullmatch(text):
            yield int(text)
        if text in _BOOLEANS:
            yield _BOOLEANS[text]


def _body(document: Document, described: Described, request: httpx.Request) -> Iterator[str]:
    kind = request.headers.get("Content-Type", "").partition(";")[0]
    declared = described.body or {}
    if not request.content:
        if declared.get("required"):
            yield "the required body is not sent"
        return
    media = declared.get("content", {}).get(kind)
    if media is None:
        yield f"the document has no body of type {kind}"
    elif kind == _JSON:
        for fault in document.faults(json.loads(request.content), media["schema"], closed=True):
            yield f"body: {fault}"
    elif kind == _FORM:
        for fault in document.faults(_form(request.content), media["schema"], closed=True):
            yield f"form: {fault}"


def _form(content: bytes) -> dict[str, str]:
    return {name.decode(): "" for name in re.findall(rb'form-data; name="([^"]+)"', content)}


def _security(described: Described, request: httpx.Request) -> Iterator[str]:
    sent = request.headers.get("Authorization", "").startswith("Bearer ")
    if sent != described.wants_bearer:
        yield "the token is sent, but not required" if sent else "the token is required, but not sent"
