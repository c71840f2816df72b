"""The routes of jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.catalog import LocalMachine, ResourceRecord
from alcf_mcp.local.idempotency import IdempotencyKeys
from alcf_mcp.local.jobs.graphql import paste_all
from alcf_mcp.local.jobs.records import FINISHED, JobRecord
from alcf_mcp.local.jobs.service import JobService
from alcf_mcp.local.jobs.spec import PostedJobSpec, check_output_paths, check_supported
from alcf_mcp.local.problems import Problem, not_implemented
from alcf_mcp.local.requests import (
    PageQuery,
    Query,
    StrictBoolean,
    read_body,
    read_json,
    read_query,
    secured,
)
from alcf_mcp.local.routes.wire import found


class JobQuery(Query):
    """Selects how a job is reported."""

    historical: StrictBoolean = True
    include_spec: StrictBoolean = False


class JobsQuery(PageQuery):
    """Selects jobs and how they are reported."""

    historical: StrictBoolean = False
    include_spec: StrictBoolean = False


class ComputeRoutes:
    """Serves the routes of jobs.

    Args:
        jobs: the jobs.
        machines: the machines that run them, by id.
        records: all resources of the facility.
        keys: the idempotency keys of submissions and updates; without them, the header is ignored.
        token: the bearer token.
        full: follow the whole standard; otherwise respond as ALCF does.
    """

    def __init__(
        self,
        jobs: JobService,
        machines: dict[str, LocalMachine],
        records: tuple[ResourceRecord, ...],
        keys: IdempotencyKeys | None,
        *,
        token: SecretStr,
        full: bool,
    ) -> None:
        self._jobs = jobs
        self._machines = machines
        self._names = {record.id: record.name for record in records}
        self._keys = keys
        self._token = token
        self._full = full

    def routes(self) -> list[Route]:
        """The routes."""
        table = (
            ("POST", "/compute/job/{resource_id}", self._submit),
            ("PUT", "/compute/job/{resource_id}/{job_id}", self._update),
            ("GET", "/compute/status/{resource_id}/{job_id}", self._get),
            ("POST", "/compute/status/{resource_id}", self._list),
            ("DELETE", "/compute/cancel/{resource_id}/{job_id}", self._cancel),
        )
        return [
            Route(path, secured(endpoint, self._token), methods=[method]) for method, path, endpoint in table
        ]

    async def _submit(self, request: Request) -> Response:
        read_query(request, Query)
        spec = await read_body(request, PostedJobSpec)
        machine = self._machine(request)
        if not self._full:
            check_supported(spec)
        check_output_paths(spec)
        if not self._full:
            spec = paste_all(spec)
        return await self._once(request, "submit", spec, partial(self._jobs.submit, machine, spec))

    async def _update(self, request: Request) -> Response:
        read_query(request, Query)
        changes = await read_body(request, PostedJobSpec)
        machine = self._machine(request)
        if not self._full:
            changes = paste_all(changes)
        job_id = request.path_params["job_id"]
        update = partial(self._jobs.update, machine, job_id, lambda spec: self._merge(spec, changes))
        return await self._once(request, f"update {job_id}", changes, update)

    async def _get(self, request: Request) -> Response:
        query = read_query(request, JobQuery)
        machine = self._machine(request)
        self._check_include_spec(query.include_spec)
        job_id = request.path_params["job_id"]
        job = await self._jobs.get(machine, job_id, historical=query.historical)
        if job is None:
            raise Problem(400, f"Job {job_id} not found.")
        return JSONResponse(self._job_json(job, include_spec=query.include_spec))

    async def _list(self, request: Request) -> Response:
        query = read_query(request, JobsQuery)
        filters = await read_json(request)
        if not isinstance(filters, dict | None):
            reason = "Input should be a valid dictionary"
            raise Problem(400, reason, invalid_params=[{"name": "body", "reason": reason}])
        machine = self._machine(request)
        if filters and not self._full:
            raise not_implemented("filters not implemented")
        self._check_include_spec(query.include_spec)
        jobs = await self._jobs.all(machine, historical=query.historical)
        wanted = [job for job in jobs if _matches(job, filters or {})]
        return JSONResponse(
            [self._job_json(job, include_spec=query.include_spec) for job in query.cut(wanted)]
        )

    async def _cancel(self, request: Request) -> Response:
        read_query(request, Query)
        await self._jobs.cancel(self._machine(request), request.path_params["job_id"])
        return Response(status_code=204)

    async def _once(
        self,
        request: Request,
        operation: str,
        spec: PostedJobSpec,
        carry_out: Callable[[], Awaitable[JobRecord]],
    ) -> Response:
        """Carry out a request, only once for its idempotency key, and respond with the resulting job."""

        async def tell() -> dict[str, Any]:
            return self._job_json(await carry_out())

        key = request.headers.get("Idempotency-Key")
        if not key or self._keys is None:
            return JSONResponse(await tell())
        reply = await self._keys.once(operation, key, spec.model_dump(mode="json"), tell)
        return JSONResponse(
            reply.body, headers={"Idempotency-Key-Reply": "hit" if reply.replayed else "miss"}
        )

    def _machine(self, request: Request) -> LocalMachine:
        resource_id = request.path_params["resource_id"]
        name = found(self._names.get(resource_id), resource_id)
        if resource_id not in self._machines:
            raise Problem(404, f"Endpoint resource {name} does not exist for API component compute.")
        return self._machines[resource_id]

    def _check_include_spec(self, wanted: bool) -> None:
        if wanted and not self._full:
            raise not_implemented("'include_spec' not supported yet.")

    def _merge(self, spec: PostedJobSpec, changes: PostedJobSpec) -> PostedJobSpec:
        merged = _merge(spec.model_dump(exclude_unset=True), changes.model_dump(exclude_unset=True))
        if not self._full:
            # The gateway always sends a node count, 1 by default, so an update of anything else shrinks
            # the job (ALCF's deployment of the API, 2026-08).
            merged["resources"] = merged.get("resources") or {}
            merged["resources"]["node_count"] = changes.needs.node_count or 1
        return PostedJobSpec.model_validate(merged)

    def _job_json(self, job: JobRecord, *, include_spec: bool = False) -> dict[str, Any]:
        status: dict[str, Any] = {"state": self._state(job)}
        if job.exit_code is not None:
            status["exit_code"] = job.exit_code
        answer: dict[str, Any] = {"id": job.id, "status": status}
        if self._full:
            status |= {"time": job.last_change, "message": job.message or None}
            answer["job_spec"] = job.spec.model_dump(mode="json") if include_spec else None
        return answer

    def _state(self, job: JobRecord) -> str:
        # ALCF never reports a failure: only the exit code shows it (its deployment of the API, 2026-08).
        return "completed" if job.state == FINISHED and not self._full else job.shown_state


def _merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = _merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _matches(job: JobRecord, filters: dict[str, Any]) -> bool:
    facts = {"id": job.id, "state": job.shown_state, "queue_name": job.queue, "account": job.account}
    facts["name"] = job.spec.name or ""
    return all(facts.get(key) == value for key, value in filters.items())
