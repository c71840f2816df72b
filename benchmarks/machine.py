"""The machine on which the figures were measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("alcf-mcp", "mcp", "httpx", "pydantic", "anyio", "uvicorn", "starlette")


def machine() -> dict[str, str]:
    """Processors, Python, versions and date, by name."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": f"{os.cpu_count()} × {_model()}",
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
    }


def _model() -> str:
    """The processor's name; Linux gives it in a file, other systems through ``platform``."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
