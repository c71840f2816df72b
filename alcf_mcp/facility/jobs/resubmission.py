"""Submit an earlier job again: what the user does not give anew is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from alcf_mcp.facility.alcf.queues import table_of
from alcf_mcp.facility.jobs.earlier import EarlierJob
from alcf_mcp.facility.jobs.new_jobs import is_made_up
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.jobs.scripts import launched
from alcf_mcp.facility.paths import RemotePath, output_directory
from alcf_mcp.facility.walltime import parse_walltime, spoken
from alcf_mcp.iri.models import JobSpec, Resource
from alcf_mcp.journal import SubmittedEnsemble
from alcf_mcp.wording import count

_MERGED = ("environment", "custom_attributes")
"""Arguments that are taken name by name."""

_PROGRAM = ("script", "executable", "arguments", "ranks_per_node")
"""Arguments that are taken together: a new program does not get another one's arguments."""

_PLACES = ("directory", "stdout_path", "stderr_path")
_SPREAD = ("members_per_node", "nodes_per_member")


@dataclass(frozen=True)
class Resubmission:
    """What a job takes from an earlier one.

    ``taken`` names the arguments; ``told`` says the same in sentences, with values.
    """

    job_id: str
    taken: tuple[str, ...]
    told: tuple[str, ...]


def resubmitted(
    given: NewJobRequest, earlier: EarlierJob, machine: Resource, *, left: int = 0
) -> tuple[NewJobRequest, Resubmission]:
    """The request with everything of an earlier job that is not given anew.

    A script, an executable with its arguments, and the places for output are each taken as a whole;
    variables and PBS resources by name. A queue is not taken to a machine that may not have it, nor are more
    nodes than the members that are left can use.

    Args:
        given: what the user gives.
        earlier: the earlier job.
        machine: where the new one will run.
        left: how many members of its ensemble are to run, if it is resumed.
    """
    before, told = request_of(earlier), []
    kept = {name: getattr(before, name) for name in _takeable(given)}
    if earlier.machine.id != machine.id and "queue" in kept and not _has_queue(machine, before.queue):
        told.append(f"Its queue {kept.pop('queue')} is not taken: {machine.name} may not have it.")
    values: dict[str, Any] = {
        name: {**value, **getattr(given, name)} if name in _MERGED else value
        for name, value in kept.items()
        if value not in (None, [], {}) and value != getattr(given, name)
    }
    if "nodes" in kept and before.nodes is None:
        told.append("Its number of nodes is not known: 1 is requested.")
    if left and "nodes" in values:
        nodes = _enough_nodes(replace(given, **values), left, machine.name)
        if nodes < values["nodes"]:
            had = count(values.pop("nodes"), "node")
            given = replace(given, nodes=nodes)
            told.append(
                f"It asks for {count(nodes, 'node')} instead of {had}, which is enough for "
                f"{count(left, 'member')}: `nodes` asks for more."
            )
    taken = ", ".join(_told(name, value) for name, value in values.items())
    source = f"As in job {earlier.job_id}{_about(earlier)}"
    told.insert(0, f"{source}: {taken}." if taken else f"{source}: nothing, as everything is given.")
    return replace(given, **values), Resubmission(earlier.job_id, tuple(values), tuple(told))


def request_of(earlier: EarlierJob) -> NewJobRequest:
    """What an earlier job asked for, in the user's terms."""
    spec = earlier.spec
    resources, attributes = spec.resources, spec.attributes
    custom = dict((attributes and attributes.custom_attributes) or {})
    filesystems = custom.pop("filesystems", None)
    return NewJobRequest(
        **_program(earlier),
        **_places(spec),
        name=None if is_made_up(spec.name) else spec.name,
        account=attributes.account if attributes else None,
        queue=attributes.queue_name if attributes else None,
        nodes=resources.node_count if resources else None,
        walltime=attributes.duration if attributes else None,
        filesystems=filesystems.split(":") if filesystems else None,
        memory_bytes=resources.memory if resources else None,
        custom_attributes=custom,
    )


def _program(earlier: EarlierJob) -> dict[str, Any]:
    """What it runs: as recorded, or else read from the specification."""
    if earlier.program:
        recorded = dict(earlier.program)
        return recorded | _members(recorded.pop("ensemble"))
    spec = earlier.spec
    if script := launched(spec.executable, spec.arguments):
        return {"script": script}
    return {"executable": spec.executable, "arguments": spec.arguments or []}


def _members(ensemble: SubmittedEnsemble | None) -> dict[str, Any]:
    if ensemble is None:
        return {}
    shares = not ensemble.nodes_per_member
    return {
        "ensemble": ensemble.parameters,
        "members_per_node": ensemble.members_per_node if shares else None,
        "nodes_per_member": ensemble.nodes_per_member or None,
        "member_timeout": ensemble.limit or None,
    }


def _places(spec: JobSpec) -> dict[str, Any]:
    """Where it runs and writes, without output paths that follow from the others."""
    directory, stdout, stderr = (
        RemotePath.parse(path) if path else None
        for path in (spec.directory, spec.stdout_path, spec.stderr_path)
    )
    derived = directory or (stdout and output_directory(stdout))
    return {
        "directory": directory,
        "stdout_path": None if stdout == directory else stdout,
        "stderr_path": None if stderr == derived else stderr,
    }


def _takeable(given: NewJobRequest) -> Iterator[str]:
    """The arguments that may be taken from an earlier job: not given, nor part of what is given anew."""
    replaced: set[str] = set()
    if given.script is not None or given.executable is not None:
        replaced |= set(_PROGRAM)
    if given.directory is not None:
        replaced |= set(_PLACES)
    if given.members_per_node or given.nodes_per_member:
        replaced |= set(_SPREAD)
    for one in fields(NewJobRequest):
        if one.name in _MERGED or not (one.name in replaced or getattr(given, one.name)):
            yield one.name


def _enough_nodes(request: NewJobRequest, left: int, machine_name: str) -> int:
    """The fewest nodes on which so many members run at once, and that the queue takes for that walltime."""
    had, wide = request.nodes or 1, request.nodes_per_member or 0
    enough = min(had, left * wide or -(-left // (request.members_per_node or 1)))
    table, walltime = table_of(machine_name), parse_walltime(request.walltime or 1)
    queue = table.queue(request.queue) if table and request.queue else None
    if queue is None or queue.longest(had) < walltime:  # the table does not know how it takes such jobs
        return enough
    return next(nodes for nodes in range(enough, had + 1) if queue.longest(nodes) >= walltime)


def _has_queue(machine: Resource, queue: str | None) -> bool:
    table = table_of(machine.name)
    return bool(table and queue and table.queue(queue))


def _about(earlier: EarlierJob) -> str:
    named = f"the latest of {earlier.namesakes} with this name" if earlier.namesakes > 1 else ""
    submitted = f"submitted {earlier.submitted_at:%Y-%m-%d %H:%M} UTC" if earlier.submitted_at else ""
    about = ", ".join(fact for fact in (earlier.spec.name, named, submitted) if fact)
    return f" ({about})" if about else ""


def _told(name: str, value: Any) -> str:
    if name in ("script", "arguments", "ensemble"):
        return f"the {name}"
    if name in ("walltime", "member_timeout") and isinstance(value, int):
        value = spoken(value)
    if isinstance(value, dict):
        value = " ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list):
        value = ", ".join(value)
    return f"{name} {value}"
