"""A client that listens to a job hears of its changes, in both eras; without listeners, nothing is polled."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.types import ResourceUpdatedNotification

from alcf_mcp.config import Settings, load_settings
from alcf_mcp.facility.jobs import new_jobs
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.crowd import Crowd
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.resources import listening
from alcf_mcp.server import build_server
from tests.conftest import Assistant
from tests.resources.conftest import facts, submitted

pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")


@dataclass
class Served:
    """A server, and how many callers wait for something at its facility."""

    server: MCPServer[Any]
    crowd: Crowd

    async def until_waiting(self, how_many: int) -> None:
        """Wait until this many jobs are being polled."""
        with anyio.fail_after(10):
            while self.crowd.here != how_many:  # noqa: ASYNC110 - nothing signals it
                await anyio.sleep(0.02)


@pytest.fixture
async def served(local: LocalFacility, tmp_path: Path) -> AsyncIterator[Served]:
    """A server in front of the local facility."""
    asgi = httpx.ASGITransport(local.app)
    async with IRIClient("http://local/api/v1", token=local.token, http=asgi) as iri:

        @asynccontextmanager
        async def opened(_: Settings) -> AsyncIterator[IRIClient]:
            yield iri

        server = build_server(load_settings(facility="local", state_dir=tmp_path), connect=opened)
        yield Served(server, iri.crowd)


async def ends(client: Client, uri: str, heard: Callable[[], Awaitable[object]]) -> list[str]:
    """Read a job's state at each change that the client hears of, until the job ends; return the states."""
    states: list[str] = []
    with anyio.fail_after(20):
        while not states or states[-1] not in ("completed", "failed", "canceled"):
            await heard()
            states.append((await facts(client, uri))["state"])
    return states


async def test_a_modern_client_listens_until_the_job_has_ended(served: Served) -> None:
    async with Client(served.server) as client:
        job_id = await submitted(Assistant(client), "/home/ada", script="sleep 0.3")
        uri = f"alcf://jobs/polaris/{job_id}"
        assert served.crowd.here == 0
        async with client.listen(resource_subscriptions=[uri, f"{uri}/output"]) as changes:
            states = await ends(client, uri, changes.__anext__)
        assert states[-1] == "completed"
        assert len(states) <= 4  # one for the first check, and one per change
        await served.until_waiting(0)


async def test_a_job_that_is_not_known_yet_is_watched_all_the_same(
    served: Served, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_jobs, "KNOWN_WITHIN", 30.0)
    async with Client(served.server) as client:
        job_id = await submitted(Assistant(client), "/home/ada")
        body = {"detail": f"Job {job_id} not found."}
        local.faults.add(Fault(method="GET", path=f"/{job_id}", status=400, body=body, times=8))
        uri = f"alcf://jobs/polaris/{job_id}"
        async with client.listen(resource_subscriptions=[uri]) as changes:
            assert (await ends(client, uri, changes.__anext__))[-1] == "completed"


async def test_an_earlier_client_subscribes(served: Served) -> None:
    send, heard = anyio.create_memory_object_stream[str](10)

    async def handle(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            await send.send(str(message.params.uri))

    with send, heard:
        async with Client(served.server, mode="legacy", message_handler=handle) as client:
            resources = client.server_capabilities.resources
            assert resources
            assert resources.subscribe
            job_id = await submitted(Assistant(client), "/home/ada", script="sleep 0.3")
            uri = f"alcf://jobs/polaris/{job_id}"
            await client.subscribe_resource(uri)
            states = await ends(client, uri, heard.receive)
            assert states[-1] == "completed"
            await client.unsubscribe_resource(uri)


async def test_an_earlier_client_that_goes_listens_no_more(served: Served) -> None:
    async with Client(served.server, mode="legacy") as client:
        job_id = await submitted(Assistant(client), "/home/ada", script="sleep 0.5")
        uri = f"alcf://jobs/polaris/{job_id}"
        await client.subscribe_resource(uri)
        await served.until_waiting(1)
    await served.until_waiting(0)
    async with Client(served.server) as another, another.listen(resource_subscriptions=[uri]) as changes:
        assert (await ends(another, uri, changes.__anext__))[-1] == "completed"


async def test_a_job_is_looked_at_as_long_as_anybody_listens(served: Served) -> None:
    async with Client(served.server) as client:
        uri = f"alcf://jobs/polaris/{await submitted(Assistant(client), '/home/ada', script='sleep 60')}"
        async with client.listen(resource_subscriptions=[uri]):
            async with client.listen(resource_subscriptions=[uri]):
                await served.until_waiting(1)
            await anyio.sleep(0.1)
            assert served.crowd.here == 1
        await served.until_waiting(0)


async def test_an_end_that_only_a_watch_has_seen_is_told_by_the_next_list(served: Served) -> None:
    async with Client(served.server) as client:
        job_id = await submitted(Assistant(client), "/home/ada", script="sleep 0.3")
        async with client.listen(resource_subscriptions=[f"alcf://jobs/polaris/{job_id}"]):
            await served.until_waiting(1)
            await served.until_waiting(0)
        listed = await Assistant(client).do("list_jobs")
    assert [job["job_id"] for job in listed["jobs"]] == [job_id]


async def test_what_is_no_job_may_be_listened_to_and_costs_nothing(served: Served) -> None:
    async with Client(served.server) as client:
        uris = ["alcf://guide/queues", "alcf://jobs/polaris/7", "alcf://jobs/polaris"]
        async with client.listen(resource_subscriptions=uris):
            await anyio.sleep(0.2)
            assert served.crowd.here == 0


async def test_a_facility_that_fails_is_asked_again_later(
    served: Served, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "FIRST_RETRY", 0.05)
    async with Client(served.server) as client:
        job_id = await submitted(Assistant(client), "/home/ada", script="sleep 60")
        local.faults.add(Fault(path="/compute/status/", status=401, times=2))
        async with client.listen(resource_subscriptions=[f"alcf://jobs/polaris/{job_id}"]) as changes:
            with anyio.fail_after(10):
                await changes.__anext__()
