"""A call of every operation method of the client, with all of its parameters set."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from alcf_mcp.iri import IRIClient, models
from alcf_mcp.iri.calls import Calls

MOMENT = datetime(2026, 8, 1, 12, 30, tzinfo=UTC)

_PAGE: dict[str, Any] = {"offset": 0, "limit": 100}
_NAMED: dict[str, Any] = {"name": "Polaris", "description": "a machine"}
_PERIOD: dict[str, Any] = {"time_from": MOMENT, "time_to": MOMENT, "time": MOMENT, "modified_since": MOMENT}
_FILE: dict[str, Any] = {"resource_id": "eagle", "path": "/eagle/P/run.log"}
_JOB: dict[str, Any] = {"resource_id": "polaris", "job_id": "12.polaris-pbs-01"}

JOB_SPEC = models.JobSpec(
    executable="/bin/bash",
    arguments=["-lc", "echo hello"],
    directory="/eagle/P",
    name="hello",
    inherit_environment=True,
    environment={"OMP_NUM_THREADS": "4"},
    stdin_path="/eagle/P/in",
    stdout_path="/eagle/P/out",
    stderr_path="/eagle/P/err",
    resources=models.ResourceSpec(
        node_count=2,
        process_count=8,
        processes_per_node=4,
        cpu_cores_per_process=1,
        gpu_cores_per_process=1,
        exclusive_node_use=True,
        memory=2**30,
    ),
    attributes=models.JobAttributes(
        duration=600,
        queue_name="debug",
        account="P",
        reservation_id="R1",
        custom_attributes={"filesystems": "home:eagle"},
    ),
    pre_launch="/eagle/P/before.sh",
    post_launch="/eagle/P/after.sh",
    launcher="mpiexec",
    container=models.Container(
        image="docker://alpine",
        volume_mounts=[models.VolumeMount(source="/eagle/P", target="/data", read_only=True)],
    ),
)

EXAMPLES: dict[str, dict[str, Any]] = {
    "get_facility": {"modified_since": MOMENT},
    "list_sites": {"name": "Argonne", "short_name": "ANL", "modified_since": MOMENT, **_PAGE},
    "get_site": {"site_id": "anl", "modified_since": MOMENT},
    "list_resources": {
        **_NAMED,
        "group": "polaris",
        "resource_type": "compute",
        "current_status": "up",
        "capability": ["node_hours", "bytes"],
        "modified_since": MOMENT,
        **_PAGE,
    },
    "get_resource": {"resource_id": "polaris"},
    "list_incidents": {
        **_NAMED,
        "status": "down",
        "incident_type": "planned",
        "resolution": "pending",
        "resource_id": "polaris",
        **_PERIOD,
        **_PAGE,
    },
    "get_incident": {"incident_id": "outage"},
    "list_events": {
        **_NAMED,
        "incident_id": "outage",
        "resource_id": "polaris",
        "status": "degraded",
        **_PERIOD,
        **_PAGE,
    },
    "get_event": {"event_id": "start"},
    "list_capabilities": {"name": "Polaris", "modified_since": MOMENT, **_PAGE},
    "get_capability": {"capability_id": "hours"},
    "list_projects": {},
    "get_project": {"project_id": "P"},
    "list_project_allocations": {"project_id": "P"},
    "get_project_allocation": {"project_id": "P", "allocation_id": "a"},
    "list_user_allocations": {"project_id": "P", "allocation_id": "a"},
    "get_user_allocation": {"project_id": "P", "allocation_id": "a", "user_allocation_id": "u"},
    "submit_job": {"resource_id": "polaris", "spec": JOB_SPEC, "key": "3f2a"},
    "update_job": {**_JOB, "spec": JOB_SPEC, "key": "3f2a"},
    "get_job": {**_JOB, "historical": True, "include_spec": False},
    "list_jobs": {"resource_id": "polaris", "historical": True, "include_spec": False, **_PAGE},
    "cancel_job": _JOB,
    "ls": {**_FILE, "show_hidden": True, "numeric_ids": False, "recursive": False, "dereference": False},
    "head": {**_FILE, "lines": 10, "num_bytes": 100, "skip_trailing": False},
    "tail": {**_FILE, "lines": 10, "num_bytes": 100, "skip_heading": False},
    "view": {**_FILE, "offset": 0, "size": 5_242_880},
    "stat": {**_FILE, "dereference": True},
    "file_type": _FILE,
    "checksum": _FILE,
    "download": _FILE,
    "upload": {**_FILE, "content": b"hello"},
    "rm": _FILE,
    "mkdir": {"resource_id": "eagle", "body": models.MakeDirectory(path="/eagle/P/new", parent=True)},
    "chmod": {"resource_id": "eagle", "body": models.ChangeMode(path="/eagle/P", mode="750")},
    "chown": {"resource_id": "eagle", "body": models.ChangeOwner(path="/eagle/P", owner="me", group="us")},
    "symlink": {"resource_id": "eagle", "body": models.MakeSymlink(path="/eagle/P", link_path="/eagle/l")},
    "cp": {
        "resource_id": "eagle",
        "body": models.Copy(path="/eagle/P/a", target_path="/eagle/P/b", dereference=True),
    },
    "mv": {"resource_id": "eagle", "body": models.Move(path="/eagle/P/a", target_path="/eagle/P/b")},
    "compress": {
        "resource_id": "eagle",
        "body": models.Compress(
            path="/eagle/P",
            target_path="/eagle/P.tgz",
            match_pattern=".*",
            dereference=True,
            compression="gzip",
        ),
    },
    "extract": {
        "resource_id": "eagle",
        "body": models.Extract(path="/eagle/P.tgz", target_path="/eagle/Q", compression="gzip"),
    },
    "get_task": {"task_id": "t"},
    "list_tasks": {},
    "cancel_task": {"task_id": "t"},
}


def operation_methods() -> dict[str, Callable[..., Any]]:
    """The public methods of all the client's groups of operations, by name."""
    groups = [group for group in IRIClient.__mro__ if issubclass(group, Calls) and group is not IRIClient]
    return {
        name: method
        for group in groups
        for name, method in vars(group).items()
        if inspect.iscoroutinefunction(method) and not name.startswith("_")
    }


def left_out(method: Callable[..., Any], example: dict[str, Any]) -> list[str]:
    """The parameters of a method, and the fields of its body, that an example does not set."""
    parameters = [name for name in inspect.signature(method).parameters if name != "self"]
    missing = [name for name in parameters if example.get(name) is None]
    return missing + [field for value in example.values() for field in _unset(value)]


def _unset(value: Any) -> list[str]:
    if isinstance(value, list):
        return [field for item in value for field in _unset(item)]
    if not isinstance(value, models.Outgoing):
        return []
    fields = type(value).model_fields
    missing = [f"{type(value).__name__}.{name}" for name in fields if getattr(value, name) is None]
    return missing + [field for name in fields for field in _unset(getattr(value, name))]
