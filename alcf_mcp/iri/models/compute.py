"""Jobs: what is requested (PSI/J-like) and what the facility reports."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from alcf_mcp.iri.models.base import Incoming, Lenient, Outgoing, Term, Timestamp

FINISHED_STATES = frozenset({"completed", "failed", "canceled", "cancelled"})
JOB_STATES = ("new", "queued", "held", "active", "completed", "failed", "canceled")
WAITING_STATES = frozenset({"new", "queued", "held"})
_LIVE_STATES = WAITING_STATES | {"active"}

Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]


class VolumeMount(Outgoing):
    """A host directory inside a container."""

    source: Text
    target: Text
    read_only: bool = True


class Container(Outgoing):
    """The container image that a job runs in."""

    image: Text
    volume_mounts: list[VolumeMount] = []


class ResourceSpec(Outgoing):
    """How much of the machine a job needs; ``memory`` in bytes."""

    node_count: Count | None = None
    process_count: Count | None = None
    processes_per_node: Count | None = None
    cpu_cores_per_process: Count | None = None
    gpu_cores_per_process: Count | None = None
    exclusive_node_use: bool | None = None
    memory: Count | None = None


class JobAttributes(Outgoing):
    """How a job is scheduled and charged; ``duration`` in seconds."""

    duration: Count | None = None
    queue_name: Text | None = None
    account: Text | None = None
    reservation_id: Text | None = None
    custom_attributes: dict[str, str] | None = None


class JobSpec(Outgoing):
    """A job as it is submitted."""

    executable: Text | None = None
    arguments: list[str] | None = None
    directory: Text | None = None
    name: Text | None = None
    inherit_environment: bool | None = None
    environment: dict[str, str] | None = None
    stdin_path: Text | None = None
    stdout_path: Text | None = None
    stderr_path: Text | None = None
    resources: ResourceSpec | None = None
    attributes: JobAttributes | None = None
    pre_launch: Text | None = None
    post_launch: Text | None = None
    launcher: Text | None = None
    container: Container | None = None


class JobStatus(Incoming):
    """A job's status; ``time`` is when it was observed, ``exit_code`` is absent until the job has ended."""

    state: Term
    time: Timestamp = None
    message: str = ""
    exit_code: Annotated[int | None, Lenient] = None
    meta_data: dict[str, Any] = {}


class Job(Incoming):
    """A job as the facility reports it. ALCF sends only the id and the status."""

    id: str
    status: JobStatus | None = None
    job_spec: Annotated[JobSpec | None, Lenient] = None

    @property
    def state(self) -> str:
        """The job's state, ``new`` if the facility reports none yet; it may be one of the facility's own."""
        return self.status.state or "unknown" if self.status else "new"

    @property
    def exit_code(self) -> int | None:
        """The exit code, once the job has ended and the facility reports it."""
        return self.status.exit_code if self.status else None

    @property
    def finished(self) -> bool:
        """Whether the job has ended, successfully or not.

        A state that is not the standard's is an end if there is an exit code.
        """
        own = self.state not in FINISHED_STATES | _LIVE_STATES
        return self.state in FINISHED_STATES or (own and self.exit_code is not None)
