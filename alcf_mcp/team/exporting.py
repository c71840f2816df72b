"""Collect metrics and traces by OpenTelemetry's SDK, and export them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.environment_variables import OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server

from alcf_mcp import __version__
from alcf_mcp.config import Settings, SettingsError
from alcf_mcp.logs import take_over
from alcf_mcp.loopback import parse_address
from alcf_mcp.measures import collect_all
from alcf_mcp.postgres.database import Database
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.people import People
from alcf_mcp.team.telemetry import Exports

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
"""How long the end of the server waits for what is not exported yet."""

LONGEST_TEXT = 200
"""Characters of a span's name and of each of its attributes: clients choose some of them."""

Counts = Callable[[], Iterable[Observation]]


@dataclass(frozen=True)
class Telemetry:
    """What is collected on one replica."""

    meters: MeterProvider
    tracers: TracerProvider | None

    @classmethod
    def of(cls, settings: Settings, exports: Exports) -> Telemetry:
        """Begin to collect, and serve metrics if the settings ask for it.

        Raises:
            SettingsError: metrics can't be served as the settings say.
        """
        take_over("opentelemetry")
        resource = _resource()
        readers: list[MetricReader] = []
        if settings.metrics_port:
            registry = CollectorRegistry()
            ProcessCollector(registry=registry)
            readers.append(PrometheusMetricReader(scope_info_enabled=False, registry=registry))
            _serve(registry, settings.metrics_host, settings.metrics_port)
        if exports.metrics:
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
        meters = MeterProvider(readers, resource, shutdown_on_exit=False)
        collect_all(_meter(meters))
        return cls(meters, _tracers(resource) if exports.traces else None)

    def watch(self, people: People, line: FairLine, database: Database | None) -> None:
        """Tell how much of a replica is in use."""
        self._tell("alcf_mcp.people.open", "People with an open server", lambda: len(people))
        self._tell("alcf_mcp.line.waiting", "Requests that wait for the facility", lambda: line.all_waiting)
        self._tell("alcf_mcp.line.used", "Requests to the facility in progress", lambda: line.used)
        self._tell("alcf_mcp.line.limit", "Requests that may be in progress", lambda: line.total)
        if database:
            self._watch_pool(database)

    def _watch_pool(self, database: Database) -> None:
        pool = database.pool
        name = {"db.client.connection.pool.name": pool.name}

        def by_state(_: CallbackOptions) -> Iterable[Observation]:
            seen = pool.get_stats()
            idle = seen["pool_available"]
            for state, number in (("idle", idle), ("used", seen["pool_size"] - idle)):
                yield Observation(number, name | {"db.client.connection.state": state})

        _meter(self.meters).create_observable_up_down_counter(
            "db.client.connection.count", [by_state], description="Connections to the database, by state"
        )
        self._tell("db.client.connection.max", "Connections that may be open", lambda: pool.max_size, name)
        self._tell(
            "db.client.connection.pending_requests",
            "Transactions that wait for a connection",
            lambda: pool.get_stats()["requests_waiting"],
            name,
        )

    def _tell(
        self, name: str, description: str, number: Callable[[], int], attributes: dict[str, str] | None = None
    ) -> None:
        """Tell a number whenever metrics are collected, which is in another thread."""
        _meter(self.meters).create_observable_up_down_counter(
            name, [lambda _: [Observation(number(), attributes)]], description=description
        )

    async def until_the_end(self) -> None:
        """Wait for the end of the server, and export what is left then."""
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.move_on_after(FLUSH_SECONDS, shield=True):
                await anyio.to_thread.run_sync(self._shut_down, abandon_on_cancel=True)

    def _shut_down(self) -> None:
        try:
            if self.tracers:
                self.tracers.shutdown()
            self.meters.shutdown(FLUSH_SECONDS * 1000)
        except Exception as error:  # whatever the collector does, the server ends
            logger.warning("not all telemetry could be exported (%s)", type(error).__name__)


def _meter(meters: MeterProvider) -> Meter:
    return meters.get_meter("alcf_mcp", __version__)


def _resource() -> Resource:
    """What the telemetry is about: as the environment says, with a name if it gives none."""
    given = Resource.create({SERVICE_VERSION: __version__})
    if str(given.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return given.merge(Resource({SERVICE_NAME: "alcf-mcp"}))
    return given


def _serve(registry: CollectorRegistry, host: str, port: int) -> None:
    """Serve metrics, in a thread: they are told even if the event loop hangs.

    Raises:
        SettingsError: they can't be served there.
    """
    try:
        start_http_server(port, str(parse_address(host)), registry)
    except ValueError:
        raise SettingsError.about("metrics_host", f"{host!r} is no address; write 127.0.0.1") from None
    except OSError as error:
        reason = error.strerror or error
        raise SettingsError.about("metrics_port", f"{port} can't be served on ({reason})") from None


def _tracers(resource: Resource) -> TracerProvider:
    limit = None if OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT in os.environ else LONGEST_TEXT
    tracers = TracerProvider(
        resource=resource, span_limits=SpanLimits(max_attribute_length=limit), shutdown_on_exit=False
    )
    tracers.add_span_processor(BatchSpanProcessor(WithoutMessages(OTLPSpanExporter())))
    trace.set_tracer_provider(tracers)
    return tracers


class WithoutMessages(SpanExporter):
    """Exports spans without the messages of their errors, which may name files and jobs.

    Args:
        exporter: where they go.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export spans."""
        return self._exporter.export([_without_message(span) for span in spans])

    def shutdown(self) -> None:
        """Stop."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait for what is not exported yet."""
        return self._exporter.force_flush(timeout_millis)


def _without_message(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        span.name[:LONGEST_TEXT],
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
