"""Helpers that read resources and submit jobs to read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import TextResourceContents

from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.facility.jobs import polling as watching
from tests.conftest import Assistant


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(watching, "FRESH_SECONDS", 0.02)


async def read(client: Client, uri: str) -> str:
    """Read a resource's content."""
    (contents,) = (await client.read_resource(uri)).contents
    assert isinstance(contents, TextResourceContents)
    return contents.text


async def facts(client: Client, uri: str) -> dict[str, Any]:
    """Read the content of a JSON resource."""
    found: dict[str, Any] = json.loads(await read(client, uri))
    return found


async def refused(client: Client, uri: str) -> MCPError:
    """Read a resource that can't be read, and return the error."""
    with pytest.raises(MCPError) as error:
        await client.read_resource(uri)
    return error.value


async def submitted(assistant: Assistant, directory: str, script: str = "echo hello", **job: Any) -> str:
    """Submit a job and return its id."""
    request = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": directory}
    answer = await assistant.do("submit_job", script=script, **request, **job)
    return str(answer["job_id"])
