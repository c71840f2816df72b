"""The job specification as the API reads it (PSI/J-like).

Unknown fields get a 400 at the top level and are dropped inside ``resources`` and ``attributes``
(ALCF's deployment of the API, 2026-08).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alcf_mcp.local.problems import Problem, not_implemented

Count = Annotated[int, Field(ge=1)]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Text = Annotated[Line, StringConstraints(min_length=1)]


class Resources(BaseModel):
    """What a job needs from the machine; ``memory`` is in bytes."""

    node_count: Count | None = None
    process_count: Count | None = None
    processes_per_node: Count | None = None
    cpu_cores_per_process: Count | None = None
    gpu_cores_per_process: Count | None = None
    exclusive_node_use: bool = True
    memory: Count | None = None


class Attributes(BaseModel):
    """How a job is scheduled and charged; ``duration`` is in seconds."""

    duration: Count | None = None
    queue_name: Text | None = None
    account: Text | None = None
    reservation_id: Text | None = None
    custom_attributes: dict[Line, Line] = {}


class PostedVolumeMount(BaseModel):
    """A directory inside a container."""

    source: Text
    target: Text
    read_only: bool = True


class PostedContainer(BaseModel):
    """A container image, which is accepted and ignored."""

    image: Text
    volume_mounts: list[PostedVolumeMount] = []


class PostedJobSpec(BaseModel):
    """A job as submitted, or the part of it that an update changes."""

    model_config = ConfigDict(extra="forbid")

    executable: Text | None = None
    container: PostedContainer | None = None
    arguments: list[Line] = []
    directory: Text | None = None
    name: Text | None = None
    inherit_environment: bool = True
    environment: dict[Line, Line] = {}
    stdin_path: Text | None = None
    stdout_path: Text | None = None
    stderr_path: Text | None = None
    resources: Resources | None = None
    attributes: Attributes | None = None
    pre_launch: Text | None = None
    post_launch: Text | None = None
    launcher: Text | None = None

    @property
    def needs(self) -> Resources:
        """The resources, or the defaults if the job names none."""
        return self.resources or Resources()

    @property
    def terms(self) -> Attributes:
        """The attributes, or empty ones if the job names none."""
        return self.attributes or Attributes()


def check_supported(spec: PostedJobSpec) -> None:
    """Refuse what ALCF does not implement (its deployment of the API, 2026-08).

    Raises:
        Problem: 501, naming the first such field.
    """
    needs = spec.needs
    unsupported = {
        "inherit_environment": not spec.inherit_environment,
        "environment": spec.environment,
        "stdin_path": spec.stdin_path,
        "pre_launch": spec.pre_launch,
        "post_launch": spec.post_launch,
        "launcher": spec.launcher,
        "process_count": needs.process_count,
        "processes_per_node": needs.processes_per_node,
        "cpu_cores_per_process": needs.cpu_cores_per_process,
        "gpu_cores_per_process": needs.gpu_cores_per_process,
        "exclusive_node_use": not needs.exclusive_node_use,
        "reservation_id": spec.terms.reservation_id,
    }
    for field, is_used in unsupported.items():
        if is_used:
            raise not_implemented(f"'{field}' not supported yet.")


def check_output_paths(spec: PostedJobSpec) -> None:
    """Require both output paths.

    Raises:
        Problem: 400, naming the missing one.
    """
    for field in ("stdout_path", "stderr_path"):
        if not getattr(spec, field):
            raise Problem(400, f"'{field}' is mandatory.")
