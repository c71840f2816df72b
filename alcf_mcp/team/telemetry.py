"""What one replica tells those who watch over it: metrics and traces, if they ask for any.

Prometheus fetches metrics at a port of their own, which no proxy shows to the world. Metrics and traces also
go to a collector by OTLP, set up by OpenTelemetry's own environment variables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alcf_mcp.config import Settings, SettingsError

if TYPE_CHECKING:
    from alcf_mcp.team.exporting import Telemetry

PROTOCOL = "http/protobuf"


@dataclass(frozen=True)
class Exports:
    """What goes to a collector.

    Attributes:
        traces: whether traces do.
        metrics: whether metrics do.
    """

    traces: bool
    metrics: bool

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Exports:
        """What OpenTelemetry's environment variables ask for: nothing, unless one of them is about it.

        Raises:
            SettingsError: they ask for an exporter or a protocol that the server does not have.
        """
        return cls(_is_exported(environment, "TRACES"), _is_exported(environment, "METRICS"))


def _is_exported(environment: Mapping[str, str], signal: str) -> bool:
    place = environment.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") or environment.get(
        "OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    name = f"OTEL_{signal}_EXPORTER"
    exporter = environment.get(name, "").strip() or ("otlp" if place else "none")
    if exporter not in ("otlp", "none"):
        raise SettingsError(f"{name}: {exporter!r} is not supported; write otlp or none")
    if exporter == "none":
        return False
    for name in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if (protocol := environment.get(name, "").strip()) not in ("", PROTOCOL):
            raise SettingsError(f"{name}: {protocol!r} is not supported; write {PROTOCOL}")
    return True


def telemetry_of(settings: Settings) -> Telemetry | None:
    """What the settings and the environment ask for; ``None`` if that is nothing: then nothing is loaded.

    Raises:
        SettingsError: it can't be set up as they say.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    exports = Exports.of(os.environ)
    if not (exports.traces or exports.metrics or settings.metrics_port):
        return None
    from alcf_mcp.team.exporting import Telemetry  # noqa: PLC0415 - loads the SDK of OpenTelemetry

    return Telemetry.of(settings, exports)
