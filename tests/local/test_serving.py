from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import anyio
import httpx
import pytest
import uvicorn

from alcf_mcp.local import Fault, LocalFacility, LocalSettings, serve
from alcf_mcp.local.catalog import POLARIS
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


HELD = job_spec(custom={"filesystems": "eagle", "Hold_Types": "u"})

BROKEN = [
    (Fault(drop=True), httpx.RemoteProtocolError, "without sending a response"),
    (Fault(reset=True), httpx.ReadError, None),
    (Fault(truncate=True), httpx.RemoteProtocolError, "without sending complete message body"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("fault", "error", "says"), BROKEN)
async def test_a_connection_breaks_before_or_after_the_request_is_carried_out(
    served: Api, fault: Fault, error: type[httpx.HTTPError], says: str | None, after: bool
) -> None:
    served.facility.faults.add(replace(fault, path="/compute/job", after=after))
    with pytest.raises(error, match=says):
        await served.post_job(HELD)
    jobs = await served.http.post(f"/compute/status/{POLARIS.id}?historical=true")
    assert len(jobs.json()) == (after or fault.truncate)


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:1", "127.8.8.8", "[::1]:8765"])
async def test_a_host_of_loopback_is_served(served: Api, host: str) -> None:
    assert (await served.http.get("/facility", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "[::1",
        "127.0.0.1@evil",
        "[1]",
        "[:::::]",
        "[.]",
    ],
)
async def test_another_host_is_refused_whoever_asks(served: Api, host: str) -> None:
    """A web page can reach loopback by a name of its own; it must not even learn that this server exists."""
    for path in ("/facility", "/account/projects", "/nothing"):
        answer = await served.http.get(path, headers={"Host": host})
        assert answer.status_code in (400, 421), path
        assert "facility_id" not in answer.text


async def test_a_reset_is_one_on_the_wire(served: Api) -> None:
    served.facility.faults.add(Fault(reset=True))
    url = served.http.base_url
    stream = await anyio.connect_tcp(url.host, url.port or 0)
    async with stream:
        await stream.send(b"GET /api/v1/facility HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(anyio.BrokenResourceError) as error:
            await stream.receive()
    assert isinstance(error.value.__cause__, ConnectionResetError)


async def test_a_truncated_answer_promises_more_than_it_gives(served: Api) -> None:
    whole = await served.get("/facility")
    served.facility.faults.add(Fault(truncate=True))
    got = b""
    with pytest.raises(httpx.RemoteProtocolError):
        async with served.http.stream("GET", "/facility") as answer:
            assert answer.headers["Content-Length"] == str(len(whole.content))
            async for part in answer.aiter_bytes():
                got += part
    assert got == whole.content[: len(whole.content) // 2]


async def test_a_trickled_answer_comes_bit_by_bit(served: Api) -> None:
    served.facility.faults.add(Fault(trickle=0.2))
    began = monotonic()
    async with served.http.stream("GET", "/facility", timeout=0.1) as answer:
        parts = [part async for part in answer.aiter_raw()]
    assert len(parts) > 10
    assert monotonic() - began >= 0.2


async def test_what_a_gateway_gave_up_on_happens_later(served: Api) -> None:
    served.facility.faults.add(Fault(path="/compute/job", status=408, late=0.05))
    assert (await served.post_job(HELD)).status_code == 408
    with anyio.fail_after(5):
        while not (await served.http.post(f"/compute/status/{POLARIS.id}?historical=true")).json():  # noqa: ASYNC110
            await anyio.sleep(0.02)


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
