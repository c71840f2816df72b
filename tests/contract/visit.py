"""A visit to a facility that requests every operation, both correctly and incorrectly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import httpx

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import APIError, IRIError
from alcf_mcp.iri.models import (
    ChangeMode,
    ChangeOwner,
    Compress,
    Copy,
    Extract,
    JobAttributes,
    JobSpec,
    MakeDirectory,
    MakeSymlink,
    Move,
    ResourceSpec,
    TaskHandle,
)
from alcf_mcp.iri.operations import OPERATIONS
from alcf_mcp.iri.tasks import completed
from tests.contract.client import operation_of, record
from tests.contract.examples import EXAMPLES

T = TypeVar("T")

PROJECT = "LocalDemo"
DIRECTORY = f"/eagle/{PROJECT}/contract"
UNHURRIED = "chown"
"""The operation whose task must take long enough to be canceled."""


class Visit:
    """Requests everything from a facility.

    Attributes:
        troubles: the unexpected refusals, by operation id.
    """

    def __init__(self, iri: IRIClient) -> None:
        self._iri = iri
        self._ids: dict[str, str] = {}
        self.troubles: dict[str, list[str]] = defaultdict(list)

    async def everything(self) -> None:
        """Make the whole visit."""
        await self.look_around()
        await self.read_the_accounts()
        await self.work_with_files()
        await self.run_jobs()
        await self.make_the_example_calls()

    async def look_around(self) -> None:
        """Request the facility, its sites and resources, and what happened to them."""
        iri = self._iri
        await self._try("getFacility", iri.get_facility())
        for site in await self._try("getSites", iri.list_sites()) or ():
            await self._try("getSite", iri.get_site(site.id))
        for resource in await self._try("getResources", iri.list_resources()) or ():
            self._ids[resource.name.lower()] = resource.id
            await self._try("getResource", iri.get_resource(resource.id))
        for incident in await self._try("getIncidents", iri.list_incidents()) or ():
            await self._try("getIncident", iri.get_incident(incident.id))
        for event in await self._try("getEventsByIncident", iri.list_events()) or ():
            await self._try("getEventByIncident", iri.get_event(event.id))

    async def read_the_accounts(self) -> None:
        """Request projects, their allocations, and their members' shares."""
        iri = self._iri
        for capability in await self._try("getCapabilities", iri.list_capabilities()) or ():
            await self._try("getCapability", iri.get_capability(capability.id))
        for project in await self._try("getProjects", iri.list_projects()) or ():
            await self._try("getProject", iri.get_project(project.id))
            allocations = iri.list_project_allocations(project.id)
            for allocation in await self._try("getProjectAllocationsByProject", allocations) or ():
                ids = (project.id, allocation.id)
                await self._try("getProjectAllocationByProject", iri.get_project_allocation(*ids))
                shares = iri.list_user_allocations(*ids)
                for share in await self._try("getUserAllocationsByProjectAllocation", shares) or ():
                    one = iri.get_user_allocation(*ids, share.id)
                    await self._try("getUserAllocationByProjectAllocation", one)

    async def work_with_files(self) -> None:
        """Request every operation on files and wait for each task, then the tasks themselves."""
        iri, eagle = self._iri, self._ids["eagle"]
        file, archive = f"{DIRECTORY}/hello.txt", f"{DIRECTORY}/hello.tar.gz"
        steps: tuple[tuple[str, Callable[[], Awaitable[TaskHandle]]], ...] = (
            ("mkdir", lambda: iri.mkdir(eagle, MakeDirectory(path=DIRECTORY, parent=True))),
            ("upload", lambda: iri.upload(eagle, file, b"one\ntwo\nthree\n")),
            ("ls", lambda: iri.ls(eagle, DIRECTORY, show_hidden=True)),
            ("head", lambda: iri.head(eagle, file, lines=2)),
            ("tail", lambda: iri.tail(eagle, file, num_bytes=4)),
            ("view", lambda: iri.view(eagle, file, offset=4, size=3)),
            ("stat", lambda: iri.stat(eagle, file)),
            ("file", lambda: iri.file_type(eagle, file)),
            ("checksum", lambda: iri.checksum(eagle, file)),
            ("download", lambda: iri.download(eagle, file)),
            ("chmod", lambda: iri.chmod(eagle, ChangeMode(path=DIRECTORY, mode="750"))),
            ("symlink", lambda: iri.symlink(eagle, MakeSymlink(path=file, link_path=f"{DIRECTORY}/link"))),
            ("cp", lambda: iri.cp(eagle, Copy(path=file, target_path=f"{DIRECTORY}/copy"))),
            ("mv", lambda: iri.mv(eagle, Move(path=f"{DIRECTORY}/copy", target_path=f"{DIRECTORY}/moved"))),
            ("compress", lambda: iri.compress(eagle, Compress(path=file, target_path=archive))),
            ("extract", lambda: iri.extract(eagle, Extract(path=archive, target_path=f"{DIRECTORY}/out"))),
            ("rm", lambda: iri.rm(eagle, DIRECTORY)),
        )
        for id, start in steps:
            await self._try(id, self._finished(start()))
        await self._try("getTasks", iri.list_tasks())
        owner = ChangeOwner(path=f"/eagle/{PROJECT}", group="users")
        if unhurried := await self._try("chown", iri.chown(eagle, owner)):
            await self._try("deleteTask", iri.cancel_task(unhurried.task_id))

    async def run_jobs(self) -> None:
        """Take jobs from submission to their end; one has to wait, so that it can be changed."""
        iri, polaris = self._iri, self._ids["polaris"]
        spec = JobSpec(
            executable="/bin/sleep",
            arguments=["60"],
            directory=f"/eagle/{PROJECT}",
            name="contract",
            stdout_path=f"/eagle/{PROJECT}/contract.out",
            stderr_path=f"/eagle/{PROJECT}/contract.err",
            resources=ResourceSpec(node_count=1),
            attributes=JobAttributes(
                duration=120,
                queue_name="debug-scaling",  # runs one job at a time
                account=PROJECT,
                custom_attributes={"filesystems": "home:eagle"},
            ),
        )
        jobs = [await self._try("launchJob", iri.submit_job(polaris, spec)) for _ in range(2)]
        for job in filter(None, jobs):
            await self._try("getJob", iri.get_job(polaris, job.id))
            await self._try("", iri.get_job(polaris, job.id, include_spec=True))
        await self._try("getJobs", iri.list_jobs(polaris, historical=True))
        if waiting := jobs[-1]:
            changes = JobSpec(name="changed", resources=ResourceSpec(node_count=1))
            await self._try("updateJob", iri.update_job(polaris, waiting.id, changes))
        for job in filter(None, reversed(jobs)):
            await self._try("cancelJob", iri.cancel_job(polaris, job.id))
            await self._try("", iri.cancel_job(polaris, job.id))
        await self._try("getJobs", iri.list_jobs(polaris, historical=True))

    async def make_the_example_calls(self) -> None:
        """Call every method with all its parameters; a refusal is fine, unless a parameter is unknown."""
        for name, example in EXAMPLES.items():
            known = {"resource_id": self._ids.get(example.get("resource_id", ""))}
            arguments = example | {key: id for key, id in known.items() if id}
            id = operation_of(await record(name, arguments)).id
            try:
                await getattr(self._iri, name)(**arguments)
            except IRIError as error:
                if isinstance(error, APIError) and error.status == 422:  # a parameter that is not known
                    self.troubles[id].append(str(error))

    async def _finished(self, started: Awaitable[TaskHandle]) -> None:
        handle = await started
        with anyio.fail_after(30):
            task = await self._iri.get_task(handle.task_id)
            while not task.ended:
                await anyio.sleep(0.01)
                task = await self._iri.get_task(handle.task_id)
        completed(task)

    async def _try(self, id: str, call: Awaitable[T]) -> T | None:
        try:
            return await call
        except IRIError as error:
            if id:
                self.troubles[id].append(str(error))
            return None


async def go_wrong(http: httpx.AsyncClient, token: str) -> None:
    """Request every operation in ways that a facility must refuse."""
    allowed = {"Authorization": f"Bearer {token}"}
    for operation in OPERATIONS.values():
        path = operation.url_path(*["nobody-knows"] * operation.path.count("{"))
        query = {"path": f"/eagle/{PROJECT}"} if path.startswith("/filesystem") else {}
        bad: tuple[dict[str, Any], ...] = (
            {"headers": {}, "params": query},
            {"headers": allowed, "params": query},
            {"headers": allowed, "params": {**query, "nonsense": "1"}},
            {"headers": allowed, "params": {**query, "limit": "many", "historical": "2", "lines": "x"}},
            {"headers": allowed, "json": ["no object"]},
            {"headers": allowed, "json": {"path": 7, "executable": 7, "mode": 7, "nonsense": 7}},
            {"headers": allowed, "content": b"{broken"},
            {"headers": allowed, "files": {"other": ("name", b"content")}},
        )
        for arguments in bad:
            await http.request(operation.method, path, **arguments)
        if not operation.public:
            await http.request(operation.method, path, headers={"Authorization": "Bearer wrong"})
        await http.request("PATCH", path, headers=allowed)
