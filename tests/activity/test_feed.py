from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketStream

from alcf_mcp.activity import feed as feeds
from alcf_mcp.activity.cache import KEPT_SECONDS, FeedCache
from alcf_mcp.activity.feed import ActivityFeed
from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.unknown import NotKnown
from tests.activity.support import NOW, feed, served
from tests.iri.support import Answer, Loopback, loopback, response, sends


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path) -> FeedCache:
    return FeedCache(tmp_path / "activity")


def origin(server: Loopback) -> str:
    return server.url.removesuffix("/api/v1")


@asynccontextmanager
async def serving(content: bytes, **fields: Any) -> AsyncIterator[Loopback]:
    async with loopback(sends(response(content, **fields))) as server:
        yield server


async def test_a_feed_is_asked_for_by_name_as_this_program_and_without_a_token(
    cache: FeedCache, clock: Clock
) -> None:
    async with serving(served(feed())) as server:
        activity = await ActivityFeed(origin(server), cache=cache, clock=clock).of("Polaris")
    assert isinstance(activity, Activity)
    assert (activity.machine, [job.number for job in activity.running]) == ("polaris", [1234])
    (head,) = (head.lower() for head in server.heads)
    assert head.startswith(b"get /polaris/activity.json http/1.1\r\n")
    assert b"user-agent: alcf-mcp/" in head
    assert b"authorization" not in head
    assert b"cookie" not in head


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"<html>Sign in</html>"), "there is a web page in the feed's place"),
        (
            response(b"error code: 1010", status="403 Forbidden"),
            "the gateway in front of the feed refused this program (error code: 1010)",
        ),
        (response(b"<html></html>", status="503 Service Unavailable"), "the feed answered with HTTP 503"),
        (response(b"no", status="404 Not Found"), "the feed answered with HTTP 404"),
        (response(served([1])), "the feed has an unknown form"),
        (response(served(feed(queued=[{"jobid": "x"}]))), "1 of 2 jobs in the feed can't be read"),
        (
            response(b"not compressed", Content_Encoding="gzip"),
            "no complete answer came from 127.0.0.1",
        ),
        (response(b"{}", Content_Length="9"), "no complete answer came from 127.0.0.1"),
        (b"", "no complete answer came from 127.0.0.1"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "no complete answer came from 127.0.0.1"),
    ],
)
async def test_whatever_answers_instead_is_told_as_the_reason(
    cache: FeedCache, clock: Clock, answer: bytes, reason: str
) -> None:
    async with loopback(sends(answer)) as server:
        told = await ActivityFeed(origin(server), cache=cache, clock=clock).of("polaris")
    assert told == NotKnown(reason)


async def test_a_redirect_is_not_followed(cache: FeedCache, clock: Clock) -> None:
    async with serving(served(feed())) as elsewhere:
        there = f"{origin(elsewhere)}/polaris/activity.json"
        async with serving(b"", status="302 Found", Location=there) as server:
            told = await ActivityFeed(origin(server), cache=cache, clock=clock).of("polaris")
    assert told == NotKnown("the feed redirects elsewhere, which is not followed")
    assert elsewhere.heads == []


async def _endless(stream: SocketStream) -> None:
    await stream.send(response(b"", Content_Length=str(10**12)))
    while True:
        await stream.send(b"[" * 2**16)


async def _trickling(stream: SocketStream) -> None:
    await stream.send(response(b"", Content_Length="1000"))
    while True:
        await stream.send(b" ")
        await anyio.sleep(0.01)


async def _silent(stream: SocketStream) -> None:
    await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_endless, "the feed is longer than 1 MB"),
        (_trickling, "no complete answer came from 127.0.0.1"),
        (_silent, "no complete answer came from 127.0.0.1"),
    ],
)
async def test_a_slow_or_endless_answer_is_given_up(
    cache: FeedCache, clock: Clock, monkeypatch: pytest.MonkeyPatch, answer: Answer, reason: str
) -> None:
    monkeypatch.setattr(feeds, "LONGEST_BYTES", 2**20)
    async with loopback(answer) as server:
        asking = ActivityFeed(origin(server), cache=cache, clock=clock)
        assert await asking.of("polaris") == NotKnown(reason)
        assert await asking.of("polaris") == NotKnown(reason)  # and is not asked again
    assert len(server.heads) == 1


async def test_a_call_waits_no_longer_than_its_patience(
    cache: FeedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PATIENCE", 0.05)
    async with loopback(_silent) as server:
        told = await ActivityFeed(origin(server), cache=cache).of("polaris")
    assert told == NotKnown("the feed did not answer in time")


async def test_a_host_that_cant_be_reached(cache: FeedCache) -> None:
    async with serving(b"") as server:
        gone = origin(server)
    assert await ActivityFeed(gone, cache=cache).of("polaris") == NotKnown("127.0.0.1 can't be reached")


async def test_wrong_variables_of_the_environment_are_a_reason_too(
    cache: FeedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy.example")
    told = await ActivityFeed("http://status.example", cache=cache).of("polaris")
    assert told == NotKnown("status.example can't be asked as this machine is set up")


@pytest.mark.parametrize("machine", ["Eagle", "", "../polaris", "polaris/../x", "polaris?x", "Ünter"])
async def test_a_machine_without_a_feed_is_not_asked_for(cache: FeedCache, machine: str) -> None:
    async with serving(served(feed())) as server:
        asking = ActivityFeed(origin(server), {"polaris", "../polaris"}, cache)
        assert await asking.of(machine) == NotKnown("it has no activity feed", no_feed=True)
    assert server.heads == []
    assert await ActivityFeed().of("polaris") == NotKnown("it has no activity feed", no_feed=True)


async def test_a_feed_is_asked_for_once_a_minute(cache: FeedCache, clock: Clock) -> None:
    async with serving(served(feed())) as server:
        asking = ActivityFeed(origin(server), cache=cache, clock=clock)
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(asking.of, "polaris")
        first = await asking.of("polaris")
        clock.now += KEPT_SECONDS - 1
        assert await asking.of("POLARIS") is first
        assert len(server.heads) == 1
        clock.now += 1
        assert await asking.of("polaris") == first
        assert len(server.heads) == 2


async def test_a_later_process_reads_what_an_earlier_one_was_told(cache: FeedCache, clock: Clock) -> None:
    async with serving(served(feed())) as server:
        first = await ActivityFeed(origin(server), cache=cache, clock=clock).of("polaris")
        second = await ActivityFeed(origin(server), cache=cache, clock=clock).of("polaris")
    assert first == second
    assert len(server.heads) == 1


async def test_feeds_of_other_addresses_and_machines_are_kept_apart(cache: FeedCache, clock: Clock) -> None:
    async with serving(served(feed())) as one, serving(b"no", status="404 Not Found") as other:
        assert isinstance(await ActivityFeed(origin(one), cache=cache, clock=clock).of("polaris"), Activity)
        assert isinstance(await ActivityFeed(origin(one), cache=cache, clock=clock).of("crux"), Activity)
        assert isinstance(await ActivityFeed(origin(other), cache=cache, clock=clock).of("crux"), NotKnown)
    assert (len(one.heads), len(other.heads)) == (2, 1)


async def test_without_a_place_for_the_cache_each_process_asks_for_itself(
    tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "file").touch()
    nowhere = FeedCache(tmp_path / "file" / "activity")
    async with serving(served(feed())) as server:
        asking = ActivityFeed(origin(server), cache=nowhere, clock=clock)
        assert isinstance(await asking.of("polaris"), Activity)
        assert isinstance(await asking.of("polaris"), Activity)
    assert len(server.heads) == 1


async def test_what_is_kept_becomes_stale(cache: FeedCache, clock: Clock) -> None:
    async with serving(served(feed(updated=NOW - 590))) as server:
        asking = ActivityFeed(origin(server), cache=cache, clock=clock)
        assert isinstance(await asking.of("polaris"), Activity)
        clock.now += 20
        stale = await asking.of("polaris")
    assert stale == NotKnown("the feed has not been updated since 2026-11-18 10:56 UTC")
    assert len(server.heads) == 1


ASKING = """
import sys, anyio
from pathlib import Path
from alcf_mcp.activity.cache import FeedCache
from alcf_mcp.activity.feed import ActivityFeed

feed = ActivityFeed(sys.argv[1], cache=FeedCache(Path(sys.argv[2])))
print(len(anyio.run(feed.of, "polaris").running))
"""


@pytest.mark.parametrize(("pause", "processes"), [(0.3, 3), (0.0, 2)])
async def test_processes_at_the_same_time_send_one_request(
    tmp_path: Path, pause: float, processes: int
) -> None:
    content = response(served(feed(updated=int(time.time()))))

    async def after_a_moment(stream: SocketStream) -> None:
        await anyio.sleep(pause)
        await stream.send(content)

    said: list[bytes] = []
    async with loopback(after_a_moment) as server:

        async def ask() -> None:
            command = [sys.executable, "-c", ASKING, origin(server), str(tmp_path)]
            said.append((await anyio.run_process(command)).stdout.strip())

        async with anyio.create_task_group() as group:
            for _ in range(processes):
                group.start_soon(ask)
    assert said == [b"1"] * processes
    assert len(server.heads) == 1


async def test_who_gives_up_lets_the_next_one_ask(cache: FeedCache, clock: Clock) -> None:
    content = response(served(feed()))
    asked = anyio.Event()

    async def the_second_time(stream: SocketStream) -> None:
        if asked.is_set():
            await stream.send(content)
        else:
            asked.set()
            await anyio.sleep_forever()

    async with loopback(the_second_time) as server:
        asking = ActivityFeed(origin(server), cache=cache, clock=clock)
        async with anyio.create_task_group() as group:
            group.start_soon(asking.of, "polaris")
            await asked.wait()
            group.cancel_scope.cancel()
        assert isinstance(await asking.of("polaris"), Activity)
