"""Arguments that define or change a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from alcf_mcp.facility.jobs.request import JobRequest, NewJobRequest
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.tools.arguments import LARGEST
from alcf_mcp.tools.meant import as_text

_TEXTS = WithJsonSchema({"type": "array", "items": {"type": "string"}})


def _named(value: Any) -> Any:
    """Names and their values, from an object or from a list of ``NAME=value``.

    The schema shows the list: not every model API takes an object whose names are not known beforehand.
    """
    if isinstance(value, dict):
        return {name: as_text(item) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    pairs = [item.partition("=") if isinstance(item, str) else ("", "", "") for item in value]
    for position, (name, equals, _) in enumerate(pairs):
        if not (name.strip() and equals):
            raise ValueError(f"entry [{position}] should be text like NAME=value")
    return {name.strip(): text for name, _, text in pairs}


Nodes = Annotated[int, Field(ge=1, le=20_000, description="Number of nodes")]
NodesOrDefault = Annotated[int | None, Field(ge=1, le=20_000, description="Number of nodes (default 1)")]
Walltime = Annotated[str, Field(description="'00:30:00', '30m' or seconds")]
WalltimeOrDefault = Annotated[str | None, Field(description="'2h', '30m' or seconds (default 00:30:00)")]
Script = Annotated[str | None, Field(description="Complete shell script; it arrives exactly as given")]
Executable = Annotated[str | None, Field(description="Program to run instead of a script")]
Arguments = Annotated[
    list[Annotated[str, BeforeValidator(as_text)]], Field(description="The program's arguments")
]
Account = Annotated[str | None, Field(description="Project to charge")]
Queue = Annotated[str | None, Field(description="Queue, such as debug")]
Filesystems = Annotated[list[str], Field(description="Filesystems used")]
FilesystemsOrDefault = Annotated[
    list[str] | None, Field(description="Filesystems used (default home, eagle)")
]
Stdout = Annotated[RemotePath | None, Field(description="File or directory; default: `directory`")]
Stderr = Annotated[RemotePath | None, Field(description="File or directory; default: `directory`")]
Directory = Annotated[RemotePath | None, Field(description="Existing working directory")]
MemoryBytes = Annotated[int | None, Field(ge=1, le=LARGEST, description="Memory in bytes")]
Name = Annotated[str | None, Field(description="Job name", max_length=230)]
Attributes = Annotated[
    dict[str, str],
    BeforeValidator(_named),
    _TEXTS,
    Field(description="Other PBS resources, as NAME=value"),
]
Environment = Annotated[
    dict[str, str],
    BeforeValidator(_named),
    _TEXTS,
    Field(description="Variables to export, as NAME=value"),
]
Like = Annotated[str | None, Field(description="Job id or name to take what is left out from")]
EnsembleText = Annotated[
    str | None,
    BeforeValidator(as_text),
    WithJsonSchema({"type": "string"}),
    Field(description="Run it once per row of this CSV or JSON; columns become variables"),
]
MembersPerNode = Annotated[int | None, Field(ge=1, le=1024, description="Members at once on a node")]
NodesPerMember = Annotated[int | None, Field(ge=1, le=20_000, description="Nodes for each member")]
MemberTimeout = Annotated[str | None, Field(description="Time limit of each member")]
Resume = Annotated[str | None, Field(description="Ensemble whose unfinished members run again")]
Ranks = Annotated[int | None, Field(ge=1, le=1024, description="Start the executable with mpiexec")]


@dataclass(frozen=True)
class JobChanges(JobRequest):
    """Changes to a job; nothing has a default."""

    script: Script = None
    executable: Executable = None
    arguments: Arguments = field(default_factory=list)
    name: Name = None
    account: Account = None
    queue: Queue = None
    nodes: Nodes | None = None
    walltime: Walltime | None = None
    filesystems: Filesystems | None = None
    stdout_path: Stdout = None
    stderr_path: Stderr = None
    directory: Directory = None
    memory_bytes: MemoryBytes = None
    custom_attributes: Attributes = field(default_factory=dict)
    environment: Environment = field(default_factory=dict)
    ranks_per_node: Ranks = None


@dataclass(frozen=True)
class NewJob(JobChanges, NewJobRequest):
    """A job to submit. Its defaults are filled in later: the values of an earlier job come first."""

    nodes: NodesOrDefault = None
    walltime: WalltimeOrDefault = None
    filesystems: FilesystemsOrDefault = None
    like: Like = None
    ensemble: EnsembleText = None
    members_per_node: MembersPerNode = None
    nodes_per_member: NodesPerMember = None
    member_timeout: MemberTimeout = None
    resume: Resume = None
