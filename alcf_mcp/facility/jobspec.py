"""From what a person asks for to the job that the facility takes."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, fields
from typing import Any

from alcf_mcp.facility.rules import checked_path, output_directory
from alcf_mcp.facility.scripts import exports, launch, launch_program, on_ranks, refuse_harmed, remarks
from alcf_mcp.facility.walltime import parse_walltime
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import JobAttributes, JobSpec, ResourceSpec

_HAVE_ARGUMENTS = frozenset(
    ("walltime", "min_walltime", "max_walltime", "select", "nodes", "nodect", "queue", "project")
)
"""PBS attributes that would get round what is said, counted and limited elsewhere; PBS takes any case."""

_RESOURCE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class JobRequest:
    """A job in a person's terms; ``None`` where nothing is said.

    ``walltime`` is in a form that ``parse_walltime`` reads, ``memory_bytes`` in bytes. ``environment`` are
    variables to export, ``ranks_per_node`` MPI ranks of the executable.
    """

    script: str | None = None
    executable: str | None = None
    arguments: list[str] = field(default_factory=list)
    name: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime: str | int | None = None
    filesystems: list[str] | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    directory: str | None = None
    memory_bytes: int | None = None
    custom_attributes: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    ranks_per_node: int | None = None

    def rendered(self) -> str | None:
        """What the node runs, as a person reads it."""
        if self.script is not None:
            return exports(self.environment) + self.script
        return exports(self.environment) + shlex.join(self.command()) if self.executable else None

    def command(self) -> list[str]:
        """The program with its arguments, started on all ranks if those are given."""
        program = self.executable or ""
        if self.ranks_per_node is None:
            return [program, *self.arguments]
        return on_ranks(program, self.arguments, nodes=self.nodes or 1, ranks_per_node=self.ranks_per_node)

    def remarks(self) -> list[str]:
        """What a careful colleague would say about it."""
        return remarks(self.script) if self.script else []


def new_job(request: JobRequest) -> JobSpec:
    """The spec of a job to submit.

    Raises:
        InvalidCall: something is missing that the facility asks for, or would arrive changed.
    """
    request = _without_blanks(request)
    if (request.script is None) == (request.executable is None):
        raise InvalidCall(
            "A job needs either a script or an executable",
            hint="Give `script` (the lines to run) or `executable` with `arguments`, and not both.",
        )
    _refuse_missing(request)
    stdout = request.stdout_path or request.directory
    return _spec(request, stdout, request.stderr_path or request.directory or output_directory(stdout))


def changed_job(request: JobRequest) -> JobSpec:
    """The spec of an update: only what changes, and the node count, which the facility always applies.

    Raises:
        InvalidCall: something would arrive changed, or nothing is to be changed.
    """
    request = _without_blanks(request)
    if (
        request.script is None
        and request.executable is None
        and (request.environment or request.ranks_per_node)
    ):
        raise InvalidCall(
            "The environment goes with a script, and none is given", hint="Give the whole script, too."
        )
    if request.nodes is None:
        raise InvalidCall("An update needs the job's node count", hint="Give `nodes`.")
    return _spec(request, request.stdout_path, request.stderr_path)


def merged(old: JobSpec, new: JobSpec) -> JobSpec:
    """What a job asks for after an update."""
    before, after = old.to_wire(), new.to_wire()
    for part in ("resources", "attributes"):
        if part in before or part in after:
            after[part] = {**before.get(part, {}), **after.get(part, {})}
    return JobSpec.model_validate({**before, **after})


def node_hours(spec: JobSpec) -> float | None:
    """The most node hours that a job can be charged: nodes × walltime; ``None`` where one is not known."""
    nodes = spec.resources.node_count if spec.resources else None
    seconds = spec.attributes.duration if spec.attributes else None
    return None if nodes is None or seconds is None else round(nodes * seconds / 3600, 2)


def _without_blanks(request: JobRequest) -> JobRequest:
    """Take an empty text as not given: some clients fill in every argument."""
    values: dict[str, Any] = {field.name: getattr(request, field.name) for field in fields(request)}
    for name, value in values.items():
        if isinstance(value, str) and not value.strip():
            values[name] = None
    return JobRequest(**values)


def _refuse_missing(request: JobRequest) -> None:
    missing = []
    if not request.account:
        missing.append("`account` (the project to charge; list_projects names yours)")
    if not request.queue:
        missing.append("`queue` (on Polaris: debug up to 1 h on 1-2 nodes, prod from 10 nodes)")
    if not request.directory and not request.stdout_path:
        missing.append("`directory` (an existing one, where the job runs and its output files go)")
    if missing:
        raise InvalidCall(
            "The facility takes no job without " + ", ".join(item.partition(" (")[0] for item in missing),
            hint=f"Give {'; '.join(missing)}.",
        )


def _spec(request: JobRequest, stdout_path: str | None, stderr_path: str | None) -> JobSpec:
    executable, arguments = _program(request)
    for what, text in _plain_fields(request):
        refuse_harmed(what, text)
    attributes = {
        "duration": None if request.walltime is None else parse_walltime(request.walltime),
        "queue_name": request.queue,
        "account": request.account,
        "custom_attributes": _custom_attributes(request),
    }
    spec: dict[str, Any] = {
        "executable": executable,
        "arguments": arguments,
        "name": request.name,
        "directory": _path(request.directory),
        "stdout_path": _path(stdout_path),
        "stderr_path": _path(stderr_path),
        "resources": ResourceSpec(node_count=request.nodes, memory=request.memory_bytes),
    }
    if any(value is not None for value in attributes.values()):
        spec["attributes"] = JobAttributes(**attributes)
    return JobSpec(**spec)


def _program(request: JobRequest) -> tuple[str | None, list[str] | None]:
    if request.arguments and request.executable is None:
        raise InvalidCall(
            "`arguments` go with an executable, and none is given", hint="Write them into the script."
        )
    if request.ranks_per_node and request.executable is None:
        line = shlex.join(
            on_ranks("PROGRAM", [], nodes=request.nodes or 1, ranks_per_node=request.ranks_per_node)
        )
        raise InvalidCall(
            "`ranks_per_node` goes with an executable, and none is given",
            hint=f"Write into the script: {line}",
        )
    if request.script is not None:
        return launch(request.script, request.environment)
    if request.executable is not None:
        executable, *arguments = request.command()
        if request.ranks_per_node:  # mpiexec comes with the login shell's modules
            return launch(shlex.join([executable, *arguments]), request.environment)
        return launch_program(executable, arguments, request.environment)
    return None, None


def _plain_fields(request: JobRequest) -> list[tuple[str, str | None]]:
    return [
        ("name", request.name),
        ("account", request.account),
        ("queue", request.queue),
        *(("filesystem", name) for name in request.filesystems or []),
        *(("custom attribute", text) for pair in request.custom_attributes.items() for text in pair),
    ]


def _custom_attributes(request: JobRequest) -> dict[str, str] | None:
    attributes = {name.strip(): value.strip() for name, value in request.custom_attributes.items()}
    if odd := next(
        (n for n, value in attributes.items() if not _RESOURCE.fullmatch(n) or "," in value), None
    ):
        raise InvalidCall(
            f"The custom attribute {odd!r} is none: a name has letters, digits and '_', a value no comma",
            hint="Give each PBS resource as an attribute of its own.",
        )
    if said_twice := sorted(name for name in attributes if name.lower() in _HAVE_ARGUMENTS):
        raise InvalidCall(
            f"custom_attributes has {', '.join(said_twice)}, which the arguments of their own say",
            hint="Give `nodes`, `walltime`, `queue` and `account` instead.",
        )
    if request.filesystems:
        attributes.setdefault("filesystems", ":".join(request.filesystems))
    return attributes or None


def _path(path: str | None) -> str | None:
    if path is None:
        return None
    refuse_harmed("path", path)
    return checked_path(path)
