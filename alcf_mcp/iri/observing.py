"""Log every request; where they are collected, time it and record it as an OpenTelemetry span."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from opentelemetry import trace

from alcf_mcp.iri.operations import Operation
from alcf_mcp.measures import FACILITY_REQUESTS

logger = logging.getLogger(__name__)
_tracer = trace.get_tracer("alcf_mcp.iri")


@dataclass
class Observed:
    """What is learned about a request while it is in progress."""

    status: int | None = None
    size: int | None = None


@contextmanager
def observed(operation: Operation, host: str) -> Iterator[Observed]:
    """Log, time and trace one request; ids, file paths and the token are never recorded.

    The attribute names follow OpenTelemetry's conventions for HTTP clients.
    """
    seen, began, error = Observed(), monotonic(), None
    attributes: dict[str, str | int] = {
        "http.request.method": operation.method,
        "url.template": operation.path,
        "server.address": host,
    }
    with _tracer.start_as_current_span(
        f"{operation.method} {operation.path}",
        kind=trace.SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield seen
        except BaseException as raised:
            error = type(raised).__name__
            raise
        finally:
            seconds = monotonic() - began
            _tell(span, operation, seen, error, seconds)
            FACILITY_REQUESTS.record(seconds, attributes | _outcome(seen, error))


def _outcome(seen: Observed, error: str | None) -> dict[str, str | int]:
    status: dict[str, str | int] = {} if seen.status is None else {"http.response.status_code": seen.status}
    failed = error or (str(seen.status) if seen.status and seen.status >= 400 else None)
    return status | {"error.type": failed} if failed else status


def _tell(span: trace.Span, operation: Operation, seen: Observed, error: str | None, seconds: float) -> None:
    if seen.status is not None:
        span.set_attribute("http.response.status_code", seen.status)
    if error is not None:
        span.set_attribute("error.type", error)
        span.set_status(trace.StatusCode.ERROR)
    facts = {
        "operation": operation.id,
        "status": seen.status,
        "bytes": seen.size,
        "ms": round(seconds * 1000),
        "error": error,
    }
    known = {name: fact for name, fact in facts.items() if fact is not None}
    logger.info("%s %s", operation.method, operation.path, extra=known)
