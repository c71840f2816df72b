"""The embedded local facility: ALCF's Facility API served on this machine, with real files and real jobs.

The names below are imported on first use. A job's supervisor runs from this package too, and it starts fast
only as long as the package loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alcf_mcp.local.facility import LocalFacility
    from alcf_mcp.local.faults import Fault, Faults, ReceivedRequest, Weather
    from alcf_mcp.local.serving import serve
    from alcf_mcp.local.settings import LocalSettings

__all__ = ["Fault", "Faults", "LocalFacility", "LocalSettings", "ReceivedRequest", "Weather", "serve"]

_HOMES = {
    "Fault": "faults",
    "Faults": "faults",
    "LocalFacility": "facility",
    "LocalSettings": "settings",
    "ReceivedRequest": "faults",
    "Weather": "faults",
    "serve": "serving",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
