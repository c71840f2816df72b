"""What a replica exports is what OpenTelemetry's variables and the settings ask for."""

from __future__ import annotations

import socket

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.team.exporting import LONGEST_TEXT, WithoutMessages
from alcf_mcp.team.telemetry import Exports, telemetry_of
from tests.team.conftest import free_port

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PLACE = "http://127.0.0.1:4318"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for, whatever the tests' own environment says."""
    for name in (ENDPOINT, "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "traces", "metrics"),
    [
        ({}, False, False),
        ({ENDPOINT: ""}, False, False),
        ({ENDPOINT: PLACE}, True, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": PLACE}, True, False),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": PLACE}, False, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True, False),
        ({ENDPOINT: PLACE, "OTEL_TRACES_EXPORTER": "none"}, False, True),
        ({ENDPOINT: PLACE, "OTEL_METRICS_EXPORTER": "none"}, True, False),
        ({ENDPOINT: PLACE, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True, True),
    ],
)
def test_nothing_is_exported_unless_a_variable_asks_for_it(
    environment: dict[str, str], traces: bool, metrics: bool
) -> None:
    assert Exports.of(environment) == Exports(traces, metrics)


@pytest.mark.parametrize(
    ("environment", "refusal"),
    [
        ({"OTEL_TRACES_EXPORTER": "jaeger"}, "OTEL_TRACES_EXPORTER: 'jaeger' is not supported"),
        ({"OTEL_METRICS_EXPORTER": "prometheus"}, "OTEL_METRICS_EXPORTER: 'prometheus' is not supported"),
        (
            {ENDPOINT: PLACE, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "'grpc' is not supported; write http/protobuf",
        ),
        (
            {ENDPOINT: PLACE, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
        ),
    ],
)
def test_what_the_server_can_t_export_is_an_error_at_its_start(
    environment: dict[str, str], refusal: str
) -> None:
    with pytest.raises(SettingsError, match=refusal):
        Exports.of(environment)


def test_nothing_is_collected_unless_it_is_asked_for() -> None:
    assert telemetry_of(load_settings()) is None


def test_the_sdk_can_be_disabled_by_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "True")
    monkeypatch.setenv(ENDPOINT, PLACE)
    port = free_port()
    assert telemetry_of(load_settings(metrics_port=port)) is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_port_that_is_taken_is_a_setting_that_is_wrong() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"ALCF_MCP_METRICS_PORT .*{port} can't be served on"):
            telemetry_of(load_settings(metrics_port=port))


def test_metrics_are_served_at_an_address() -> None:
    with pytest.raises(SettingsError, match=r"ALCF_MCP_METRICS_HOST .*'everywhere' is no address"):
        telemetry_of(load_settings(metrics_port=free_port(), metrics_host="everywhere"))


def test_a_span_is_passed_on_without_the_words_of_its_error() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(WithoutMessages(kept)))
    tracer = provider.get_tracer("tests")
    with (
        pytest.raises(ValueError, match="diary"),
        tracer.start_as_current_span("outer"),
        tracer.start_as_current_span("x" * 5000, attributes={"answer": 42}),
    ):
        raise ValueError("no /eagle/LocalDemo/diary")
    inner, outer = kept.get_finished_spans()
    assert _facts(inner) == ("x" * LONGEST_TEXT, StatusCode.ERROR, None, {"answer": 42}, ())
    assert inner.context and outer.context and inner.parent
    assert inner.parent.span_id == outer.context.span_id
    assert inner.start_time and inner.end_time and inner.start_time <= inner.end_time


def _facts(span: ReadableSpan) -> tuple[object, ...]:
    status = span.status
    return span.name, status.status_code, status.description, dict(span.attributes or {}), span.events
