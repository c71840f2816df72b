"""The route of the public activity feed, which is not part of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.activity import activity_of
from alcf_mcp.local.catalog import LocalMachine
from alcf_mcp.local.condition import FacilityCondition
from alcf_mcp.local.jobs.service import JobService
from alcf_mcp.local.routes.wire import found


class ActivityRoutes:
    """Serves what the machines are doing, to anyone.

    Args:
        jobs: the jobs.
        machines: the machines that run them.
        condition: the status of the facility's resources.
        clock: the time, in seconds since the epoch.
    """

    def __init__(
        self,
        jobs: JobService,
        machines: Iterable[LocalMachine],
        condition: FacilityCondition,
        clock: Callable[[], float],
    ) -> None:
        self._jobs = jobs
        self._machines = {machine.name.lower(): machine for machine in machines}
        self._condition = condition
        self._clock = clock

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route("/{machine}/activity.json", self._activity)]

    async def _activity(self, request: Request) -> Response:
        name = request.path_params["machine"]
        machine = found(self._machines.get(name), name)
        jobs = await self._jobs.all(machine, historical=False)
        conditions = await self._condition.conditions()
        incidents = await self._condition.incidents()
        feed = activity_of(machine, jobs, conditions[machine.id], incidents, self._clock())
        return JSONResponse(feed)
