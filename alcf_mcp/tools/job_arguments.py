"""Arguments that define or change a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from alcf_mcp.facility.jobs.request import JobRequest
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.tools.arguments import number_as_text

Nodes = Annotated[int, Field(ge=1, le=20_000, description="Number of nodes")]


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("should be a walltime such as '00:30:00'")
    return value


Walltime = Annotated[
    str | int,
    BeforeValidator(_no_bool),
    Field(description="'00:30:00', '30m' or seconds", examples=["01:00:00"]),
]
Script = Annotated[str | None, Field(description="Complete shell script; it arrives exactly as given")]
Executable = Annotated[str | None, Field(description="Program to run instead of a script")]
Arguments = Annotated[list[str], Field(description="The program's arguments")]
Account = Annotated[str | None, Field(description="Project to charge")]
Queue = Annotated[str | None, Field(description="Queue", examples=["debug"])]
Filesystems = Annotated[list[str], Field(description="Filesystems that the job uses")]
Stdout = Annotated[RemotePath | None, Field(description="File or directory; default: `directory`")]
Stderr = Annotated[RemotePath | None, Field(description="File or directory; default: `directory`")]
Directory = Annotated[RemotePath | None, Field(description="Existing working directory")]
MemoryBytes = Annotated[int | None, Field(ge=1, description="Memory in bytes")]
Name = Annotated[str | None, Field(description="Job name", max_length=230)]
Attributes = Annotated[
    dict[str, Annotated[str, BeforeValidator(number_as_text)]],
    Field(description="Other PBS resources by name"),
]

Environment = Annotated[
    dict[str, Annotated[str, BeforeValidator(number_as_text)]], Field(description="Variables to export")
]
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
class NewJob(JobChanges):
    """A job to submit, with the usual defaults."""

    nodes: Nodes = 1
    walltime: Walltime = "00:30:00"
    filesystems: Filesystems = field(default_factory=lambda: ["home", "eagle"])
