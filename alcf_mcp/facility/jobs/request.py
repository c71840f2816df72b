"""Turn a request in users' terms into the job specification that the facility accepts."""

from __future__ import annotations

import re
import shlex
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from alcf_mcp.facility.alcf.job_resources import checked_resources
from alcf_mcp.facility.blank import is_blank
from alcf_mcp.facility.jobs.scripts import exports, launch, launch_program, on_ranks, refuse_harmed, remarks
from alcf_mcp.facility.paths import RemotePath, output_directory
from alcf_mcp.facility.walltime import parse_walltime
from alcf_mcp.iri.errors import InvalidCall, LookAt
from alcf_mcp.iri.models import JobAttributes, JobSpec, ResourceSpec
from alcf_mcp.journal import SubmittedProgram

_JOB_NAME = re.compile(r"[A-Za-z0-9+\-_.]{1,230}")
_WORD = re.compile(r"[A-Za-z0-9+\-_.]+")
"""Names of accounts, queues and filesystems: anything else could be read as more than a name."""


@dataclass(frozen=True)
class JobRequest:
    """A job in users' terms; a blank value counts as not given, like ``None``.

    ``walltime`` is in a form that ``parse_walltime`` accepts. ``environment`` holds variables to export;
    ``ranks_per_node`` is the number of MPI ranks of the executable on each node.
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
    stdout_path: RemotePath | None = None
    stderr_path: RemotePath | None = None
    directory: RemotePath | None = None
    memory_bytes: int | None = None
    custom_attributes: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    ranks_per_node: int | None = None

    def __post_init__(self) -> None:
        """Replace blank values by their defaults, strip names, and parse paths.

        Raises:
            InvalidCall: a path is not valid.
        """
        for one in fields(self):
            value = getattr(self, one.name)
            if is_blank(value):
                default = one.default if one.default_factory is MISSING else one.default_factory()
                object.__setattr__(self, one.name, default)
            elif one.name in ("name", "account", "queue"):
                object.__setattr__(self, one.name, value.strip())
            elif one.name in ("stdout_path", "stderr_path", "directory"):
                refuse_harmed("path", value.strip())
                object.__setattr__(self, one.name, RemotePath.parse(value))

    def rendered(self) -> str | None:
        """What the node runs, in readable form."""
        if self.script is not None:
            return exports(self.environment) + self.script
        return exports(self.environment) + shlex.join(self.command()) if self.executable else None

    def command(self) -> list[str]:
        """The program with its arguments, through ``mpiexec`` if ranks are given."""
        program = self.executable or ""
        if self.ranks_per_node is None:
            return [program, *self.arguments]
        return on_ranks(program, self.arguments, nodes=self.nodes or 1, ranks_per_node=self.ranks_per_node)

    def program(self) -> SubmittedProgram:
        """What it runs, to be recorded."""
        return SubmittedProgram(
            script=self.script,
            executable=self.executable,
            arguments=self.arguments,
            environment=self.environment,
            ranks_per_node=self.ranks_per_node,
        )

    def remarks(self) -> list[str]:
        """Remarks on likely mistakes in the script."""
        return remarks(self.script) if self.script else []


@dataclass(frozen=True)
class NewJobRequest(JobRequest):
    """A job to submit, which may run the members of an ensemble.

    What is not given is as in the job ``like`` or ``resume``, each an id or a name; of the latter, only the
    members that have not succeeded run. ``ensemble`` has the members' parameters as CSV or JSON;
    ``member_timeout`` is in a form that ``parse_walltime`` accepts.
    """

    like: str | None = None
    ensemble: str | None = None
    members_per_node: int | None = None
    nodes_per_member: int | None = None
    member_timeout: str | int | None = None
    resume: str | None = None


def new_job(request: JobRequest, *, has_alcf_queues: bool = True) -> JobSpec:
    """The specification of a job to submit.

    Args:
        request: the job.
        has_alcf_queues: whether the machines have ALCF's queues, which an error may then name.

    Raises:
        InvalidCall: something that the facility requires is missing, or something would not arrive unchanged.
    """
    if (request.script is None) == (request.executable is None):
        raise InvalidCall(
            "A job needs either a script or an executable",
            hint="Give `script` (the lines to run) or `executable` with `arguments`, but not both.",
        )
    _refuse_missing(request, has_alcf_queues=has_alcf_queues)
    stdout = request.stdout_path or request.directory
    stderr = request.stderr_path or request.directory or (output_directory(stdout) if stdout else None)
    return _spec(request, stdout, stderr)


def changed_job(request: JobRequest) -> JobSpec:
    """The specification of an update: what changes, plus the node count, which the facility always applies.

    Raises:
        InvalidCall: something would not arrive unchanged, or something required is missing.
    """
    if (
        request.script is None
        and request.executable is None
        and (request.environment or request.ranks_per_node)
    ):
        raise InvalidCall(
            "The environment needs a script, and none is given", hint="Give the whole script as well."
        )
    if request.nodes is None:
        raise InvalidCall("An update needs the job's node count", hint="Give `nodes`.")
    return _spec(request, request.stdout_path, request.stderr_path)


def merged(old: JobSpec, new: JobSpec) -> JobSpec:
    """The job's specification after an update."""
    before, after = old.to_wire(), new.to_wire()
    for part in ("resources", "attributes"):
        if part in before or part in after:
            after[part] = {**before.get(part, {}), **after.get(part, {})}
    return JobSpec.model_validate({**before, **after})


def _refuse_missing(request: JobRequest, *, has_alcf_queues: bool) -> None:
    missing = []
    if not request.account:
        missing.append("`account` (the project to charge)")
    if not request.queue:
        limits = " (on Polaris: debug up to 1 h on 1-2 nodes, prod from 10 nodes)" if has_alcf_queues else ""
        missing.append(f"`queue`{limits}")
    if not request.directory and not request.stdout_path:
        missing.append("`directory` (an existing one, where the job runs and writes its output files)")
    if request.nodes is None:
        missing.append("`nodes` (how many nodes)")
    if request.walltime is None:
        missing.append("`walltime` (the longest it may run)")
    if missing:
        raise InvalidCall(
            "The facility accepts no job without " + ", ".join(item.partition(" (")[0] for item in missing),
            hint=f"Give {'; '.join(missing)}.",
            look_at=None if request.account else LookAt("projects"),
        )


def _spec(request: JobRequest, stdout_path: RemotePath | None, stderr_path: RemotePath | None) -> JobSpec:
    executable, arguments = _program(request)
    _refuse_odd_names(request)
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
        "directory": request.directory,
        "stdout_path": stdout_path,
        "stderr_path": stderr_path,
        "resources": ResourceSpec(node_count=request.nodes, memory=request.memory_bytes),
    }
    if any(value is not None for value in attributes.values()):
        spec["attributes"] = JobAttributes(**attributes)
    return JobSpec(**spec)


def _program(request: JobRequest) -> tuple[str | None, list[str] | None]:
    if request.arguments and request.executable is None:
        raise InvalidCall(
            "`arguments` need an executable, and none is given", hint="Write them into the script."
        )
    if request.ranks_per_node and request.executable is None:
        line = shlex.join(
            on_ranks("PROGRAM", [], nodes=request.nodes or 1, ranks_per_node=request.ranks_per_node)
        )
        raise InvalidCall(
            "`ranks_per_node` needs an executable, and none is given",
            hint=f"Write this into the script: {line}",
        )
    if request.script is not None:
        return launch(request.script, request.environment)
    if request.executable is not None:
        executable, *arguments = request.command()
        if request.ranks_per_node:  # mpiexec comes with the login shell's modules
            return launch(shlex.join([executable, *arguments]), request.environment)
        return launch_program(executable, arguments, request.environment)
    return None, None


def _refuse_odd_names(request: JobRequest) -> None:
    """Refuse names that PBS does not accept, or could read as more than a name.

    Raises:
        InvalidCall: there is such a name.
    """
    if request.name is not None and not _JOB_NAME.fullmatch(request.name):
        raise InvalidCall(
            f"PBS does not accept {request.name!r} as the name of a job",
            hint="A name has at most 230 letters, digits, '+', '-', '_' or '.', and no spaces: train-7b.",
        )
    for what, name in (
        ("an account", request.account),
        ("a queue", request.queue),
        *(("a filesystem", name) for name in request.filesystems or []),
    ):
        if name is not None and not _WORD.fullmatch(name):
            raise InvalidCall(
                f"{name!r} can't be the name of {what}",
                hint="Such a name contains only letters, digits, '+', '-', '_' and '.'.",
            )


def _custom_attributes(request: JobRequest) -> dict[str, str] | None:
    attributes = checked_resources(request.custom_attributes)
    if request.filesystems:
        attributes.setdefault("filesystems", ":".join(request.filesystems))
    return attributes or None
