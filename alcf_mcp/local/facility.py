"""The local facility as a whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Self

import anyio
from starlette.routing import Route
from starlette.types import ASGIApp

from alcf_mcp.local.accounts import Accounts
from alcf_mcp.local.app import WithFeed, create_app, create_feed
from alcf_mcp.local.catalog import LocalMachine, ResourceRecord, resource_records
from alcf_mcp.local.condition import FacilityCondition, is_down
from alcf_mcp.local.credentials import read_or_create_token
from alcf_mcp.local.database import Database
from alcf_mcp.local.faults import Faults, FaultyGateway
from alcf_mcp.local.files.disk import Disk
from alcf_mcp.local.idempotency import IdempotencyKeys
from alcf_mcp.local.jobs.launching import JobLauncher
from alcf_mcp.local.jobs.sandbox import Sandbox, find_sandbox
from alcf_mcp.local.jobs.scheduler import Scheduler
from alcf_mcp.local.jobs.service import JobService
from alcf_mcp.local.problems import Problem
from alcf_mcp.local.routes.account import AccountRoutes
from alcf_mcp.local.routes.activity import ActivityRoutes
from alcf_mcp.local.routes.compute import ComputeRoutes
from alcf_mcp.local.routes.facility import FacilityRoutes
from alcf_mcp.local.routes.filesystem import FilesystemRoutes
from alcf_mcp.local.routes.status import StatusRoutes
from alcf_mcp.local.routes.task import TaskRoutes
from alcf_mcp.local.settings import LocalSettings
from alcf_mcp.local.tasks import TaskService
from alcf_mcp.local.tree import Tree
from alcf_mcp.private import StateError, make_private_directory


class ConfinementUnavailable(Exception):
    """Jobs must be confined, but they can't be on this computer."""


@contextmanager
def _kept_in(root: Path) -> Iterator[None]:
    """Report failures to set up the facility's directory as a ``StateError``.

    Raises:
        StateError: the directory can't be created or written to.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"The local facility can't use {root} ({error})") from None


class LocalFacility:
    """A small facility on this computer that serves ALCF's Facility API.

    Jobs and tasks make progress only inside ``running()``. An ASGI server that supports lifespans enters it
    by itself::

        facility = LocalFacility(LocalSettings(root=state / "local"))
        async with facility.running():
            http = httpx.AsyncClient(transport=httpx.ASGITransport(facility.app), …)

    Several facilities may share one root, in separate processes too.

    Attributes:
        settings: how it behaves.
        app: the ASGI application.
        token: the bearer token that it accepts.
        tree: the directories behind its paths.
        condition: the status of its resources, and its incidents.
        faults: deliberate faults and the request log of the API, for tests.
        feed_faults: those of the activity feed.
        notes: what the user should know, as sentences.
    """

    def __init__(self, settings: LocalSettings, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        root = settings.root
        with _kept_in(root):
            for directory in (root, root / "jobs", root / "spool"):
                make_private_directory(directory)
            self.token = read_or_create_token(root / "token")
            database = Database(root / "facility.sqlite")
            projects = tuple(grant.name for grant in settings.projects)
            self.tree = Tree(root / "tree", settings.username, projects)
            self.tree.create()

            records = resource_records(settings.machines)
            self.condition = FacilityCondition(database, records, clock, records_looks=not settings.full)
            self.condition.seed()

        self.notes: list[str] = []
        self._sandbox = self._find_sandbox()
        self._launcher = JobLauncher(
            self.tree, root / "jobs", root / "bin", self._sandbox, settings.kill_grace
        )
        self._launcher.install_shims()
        machines = {machine.id: machine for machine in settings.machines}
        self._scheduler = Scheduler(database, self._launcher, machines, is_down, settings.tick, clock)
        self._tasks = TaskService(database, Disk(self.tree, settings.full), settings, clock)
        self._jobs = JobService(database, settings.projects, clock, self._scheduler.wake, settings.held_names)
        self.faults = Faults()
        routes = self._routes(records, machines, self._idempotency_keys(database, clock), clock)
        api = FaultyGateway(create_app(routes, self.running), self.faults)
        self.feed_faults = Faults()
        feed = ActivityRoutes(self._jobs, settings.machines, self.condition, clock).routes()
        self.app: ASGIApp = WithFeed(api, FaultyGateway(create_feed(feed), self.feed_faults))
        self._is_running = False

    @property
    def confined(self) -> bool:
        """Whether jobs run in a sandbox that shows them the facility's directories only."""
        return self._sandbox is not None

    def announcement(self, url: str) -> list[str]:
        """What to tell the user when the API is served at an address, as sentences."""
        token = self.settings.root / "token"
        return [f"The local facility is at {url}; its token is in {token}", *self.notes]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Let jobs and tasks make progress. Inside another ``running()`` of this facility it does nothing."""
        if self._is_running:
            yield self
            return
        self._is_running = True
        failure: Exception | None = None
        try:
            async with anyio.create_task_group() as background:
                background.start_soon(self._scheduler.run)
                background.start_soon(self._tasks.run)
                try:
                    yield self
                except Exception as error:  # the task group would wrap it in an ExceptionGroup
                    failure = error
                background.cancel_scope.cancel()
        finally:
            self._is_running = False
        if failure is not None:
            raise failure

    async def end_jobs(self) -> None:
        """Cancel all jobs. For a facility that is being discarded: its jobs would outlive it."""
        for machine in self.settings.machines:
            for job in await self._jobs.all(machine, historical=False):
                with suppress(Problem):  # the job has just ended, or is ending
                    await self._jobs.cancel(machine, job.id)
                self._launcher.terminate(job)

    def _routes(
        self,
        records: tuple[ResourceRecord, ...],
        machines: dict[str, LocalMachine],
        keys: IdempotencyKeys | None,
        clock: Callable[[], float],
    ) -> list[Route]:
        settings, token = self.settings, self.token
        created = (settings.root / "token").stat().st_mtime
        accounts = Accounts(settings, self._jobs, self.tree)
        groups = (
            FacilityRoutes(records, created=created),
            StatusRoutes(records, self.condition, accounts, clock, empty_is_missing=not settings.full),
            AccountRoutes(accounts, username=settings.username, created=created, token=token),
            ComputeRoutes(self._jobs, machines, records, keys, token=token, full=settings.full),
            FilesystemRoutes(self._tasks, records, settings.root / "spool", token=token, full=settings.full),
            TaskRoutes(self._tasks, username=settings.username, token=token, full=settings.full),
        )
        return [route for group in groups for route in group.routes()]

    def _idempotency_keys(self, database: Database, clock: Callable[[], float]) -> IdempotencyKeys | None:
        behaviour = self.settings.idempotency or ("store" if self.settings.full else None)
        return IdempotencyKeys(database, clock, kept=behaviour == "store") if behaviour else None

    def _find_sandbox(self) -> Sandbox | None:
        if self.settings.confine is False:
            self.notes.append(
                "Jobs are not confined, as requested: they can read and change anything that you can on this"
                " computer."
            )
            return None
        sandbox, reason = find_sandbox(self.tree, self.settings.root / "etc")
        if sandbox is None:
            if self.settings.confine:
                raise ConfinementUnavailable(
                    f"The local facility can't confine its jobs: {reason}."
                    " Install bubblewrap, or allow unconfined jobs."
                )
            self.notes.append(
                f"Jobs are not confined, because {reason}: they can read and change anything that you can on"
                f" this computer, and they find the facility's directories in {self.tree.root}"
                " (ALCF_LOCAL_ROOT) instead of /eagle and /home."
            )
        return sandbox
