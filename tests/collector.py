"""A collector of OpenTelemetry: keeps what is sent to it by OTLP over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.threads import served


@dataclass
class Collector:
    """What was received.

    Attributes:
        bodies: the requests' bodies.
        spans: the spans in them.
        metrics: the names of the metrics in them.
        services: what they are about, by the attributes of their resources.
    """

    bodies: list[bytes] = field(default_factory=list)
    spans: list[Any] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)
    services: list[dict[str, str]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The application that receives it."""
        return Starlette(
            routes=[
                Route("/v1/traces", self._traces, methods=["POST"]),
                Route("/v1/metrics", self._metrics, methods=["POST"]),
            ]
        )

    async def _traces(self, request: Request) -> Response:
        message = ExportTraceServiceRequest()
        message.ParseFromString(await self._body(request))
        for about in message.resource_spans:
            self.services.append(attributes_of(about.resource))
            self.spans += [span for scope in about.scope_spans for span in scope.spans]
        return Response(media_type="application/x-protobuf")

    async def _metrics(self, request: Request) -> Response:
        message = ExportMetricsServiceRequest()
        message.ParseFromString(await self._body(request))
        for about in message.resource_metrics:
            self.services.append(attributes_of(about.resource))
            self.metrics |= {metric.name for scope in about.scope_metrics for metric in scope.metrics}
        return Response(media_type="application/x-protobuf")

    async def _body(self, request: Request) -> bytes:
        self.bodies.append(await request.body())
        return self.bodies[-1]


def attributes_of(told: Any) -> dict[str, str]:
    """The attributes of a span or a resource that are text."""
    return {one.key: one.value.string_value for one in told.attributes}


@contextmanager
def collecting(port: int) -> Iterator[Collector]:
    """A collector at a port of this computer."""
    collector = Collector()
    with served(collector.app, port):
        yield collector
