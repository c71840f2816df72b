"""Kills replicas at random moments, or stops them, and starts others in their place."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import anyio
import anyio.to_thread

from tests.team.conftest import Replica, TeamServer

PAUSES = (3.0, 12.0)
"""Seconds between two kills."""


@dataclass
class Killing:
    """The killer of replicas.

    Attributes:
        wanted: how many replicas there are to be.
        over: whether no more are to be killed.
        kills: how many were killed.
        stops: how many were told to stop.
    """

    server: TeamServer
    random: Random
    wanted: int
    over: bool = False
    kills: int = 0
    stops: int = 0

    async def go_on(self) -> None:
        """Kill, until it is over; then there are as many replicas as at the beginning."""
        while not self.over:
            with anyio.move_on_after(self.random.uniform(*PAUSES)):
                while not self.over:  # noqa: ASYNC110 - nothing tells of it
                    await anyio.sleep(0.2)
            if not self.over:
                await self._strike()

    async def _strike(self) -> None:
        """Kill one replica, or all of them, and start as many."""
        alive = [one for one in self.server.replicas if one.process.poll() is None]
        struck = alive if self.random.random() < 0.2 else [self.random.choice(alive)]
        async with anyio.create_task_group() as group:
            for replica in struck:
                group.start_soon(self._end, replica)
        for _ in struck:
            await anyio.to_thread.run_sync(self.server.start)
        for replica in struck:
            self._forget(replica)

    async def _end(self, replica: Replica) -> None:
        """End a replica, by force or by a signal; the balancer notices at once, or only later."""
        if self.random.random() < 0.3:
            self.stops += 1
            if len(self.server.balancer.replicas) > 1:
                self._forget(replica)
            await anyio.to_thread.run_sync(replica.stop)
            return
        self.kills += 1
        await anyio.to_thread.run_sync(replica.kill)
        if len(self.server.balancer.replicas) > 1 and self.random.random() < 0.5:
            self._forget(replica)

    def _forget(self, replica: Replica) -> None:
        if replica.origin in self.server.balancer.replicas:
            self.server.balancer.replicas.remove(replica.origin)
