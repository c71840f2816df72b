from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
import uvicorn

from alcf_mcp.local import Fault, LocalFacility, LocalSettings, serve
from alcf_mcp.local.serving import NotLoopback
from tests.local.conftest import PROJECT, QUICK, Api, job_spec


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Api]:
    """A facility on a real port of loopback."""
    facility = LocalFacility(LocalSettings(root=tmp_path, **QUICK))
    ready = anyio.Event()
    urls: list[str] = []

    def on_ready(url: str) -> None:
        urls.append(url)
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(facility, port=0, on_ready=on_ready))
        await ready.wait()
        headers = {"Authorization": f"Bearer {facility.token.get_secret_value()}"}
        async with httpx.AsyncClient(base_url=urls[0], headers=headers, trust_env=False) as http:
            yield Api(facility, http)
        group.cancel_scope.cancel()


async def test_a_job_over_a_real_connection(served: Api) -> None:
    job_id = await served.submit("echo hello")
    assert await served.stdout(job_id) == "hello\n"
    listing = await served.output("GET", "ls", path=PROJECT)
    assert {entry["name"] for entry in listing} == {f"{job_id}.OU", f"{job_id}.ER"}


async def test_a_dropped_connection_breaks(served: Api) -> None:
    served.facility.faults.add(Fault(path="/compute", drop=True, after=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await served.post_job(job_spec())
    assert (await served.get("/facility")).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", ""])
async def test_other_hosts_are_refused(tmp_path: Path, host: str) -> None:
    facility = LocalFacility(LocalSettings(root=tmp_path, confine=False))
    with pytest.raises(NotLoopback):
        await serve(facility, host)


async def test_any_asgi_server_runs_the_jobs_too(tmp_path: Path) -> None:
    facility = LocalFacility(LocalSettings(root=tmp_path, **QUICK))
    config = uvicorn.Config(facility.app, log_level="warning")
    config.load()
    lifespan = config.lifespan_class(config)
    await lifespan.startup()
    assert facility._is_running
    await lifespan.shutdown()
    assert not facility._is_running


async def test_the_address_is_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facility = LocalFacility(LocalSettings(root=tmp_path, confine=False))
    with anyio.move_on_after(0.3):
        await serve(facility)
    said = capsys.readouterr().err
    assert "http://127.0.0.1:" in said
    assert "not confined" in said
    assert facility.token.get_secret_value() not in said
