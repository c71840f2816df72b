"""Jobs: submit, update, inspect, cancel."""

from __future__ import annotations

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls
from alcf_mcp.iri.models import Job, JobSpec


class ComputeOperations(Calls):
    """The scheduler of one compute resource."""

    async def submit_job(self, resource_id: str, spec: JobSpec, *, key: str | None = None) -> Job:
        """Submit a job. If it is sent twice, it may run twice.

        Args:
            resource_id: the machine.
            spec: the job.
            key: an idempotency key for this submission alone. Servers of the standard's next version answer
                a repeated key with the same job; ALCF ignores the key (2026-08).
        """
        return await self._one(op.SUBMIT_JOB, Job, resource_id, body=spec, key=key)

    async def update_job(
        self, resource_id: str, job_id: str, spec: JobSpec, *, key: str | None = None
    ) -> Job:
        """Change a queued job.

        ALCF always applies a node count, 1 if none is sent: send the job's own with every update
        (ALCF's deployment of the API, 2026-08).
        """
        return await self._one(op.UPDATE_JOB, Job, resource_id, job_id, body=spec, key=key)

    async def get_job(
        self,
        resource_id: str,
        job_id: str,
        *,
        historical: bool | None = None,
        include_spec: bool | None = None,
    ) -> Job:
        """Get one job; finished ones are included unless ``historical`` is false."""
        query = {"historical": historical, "include_spec": include_spec}
        return await self._one(op.GET_JOB, Job, resource_id, job_id, query=query)

    async def list_jobs(
        self,
        resource_id: str,
        *,
        historical: bool | None = None,
        include_spec: bool | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Job]:
        """List the user's jobs on a resource, in no guaranteed order; finished ones too if ``historical``."""
        query = {"historical": historical, "include_spec": include_spec, "offset": offset, "limit": limit}
        return await self._many(op.LIST_JOBS, Job, resource_id, query=query)

    async def cancel_job(self, resource_id: str, job_id: str) -> None:
        """Request the cancellation of a job; the job stays active for some seconds after the response.

        The standard's response is a 204, and some deployments send the job; anything else proves nothing.
        """
        await self._one_or_none(op.CANCEL_JOB, Job, resource_id, job_id)
