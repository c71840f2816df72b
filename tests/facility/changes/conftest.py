"""The local facility as one call sees it, without a server in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from alcf_mcp.config import load_settings
from alcf_mcp.facility import Facility
from alcf_mcp.iri import IRIClient
from alcf_mcp.local import LocalFacility
from alcf_mcp.opening import shared_by_calls


@pytest.fixture
async def facility(local: LocalFacility, tmp_path: Path) -> AsyncIterator[Facility]:
    """One call's view of the local facility."""
    settings = load_settings(facility="local", state_dir=tmp_path)
    asgi = httpx.ASGITransport(local.app)
    async with IRIClient("http://local/api/v1", token=local.token, http=asgi) as iri:
        yield Facility(shared_by_calls(settings, iri))
