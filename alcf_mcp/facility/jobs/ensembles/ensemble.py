"""An ensemble: its members, and how they are spread over the nodes of one job."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from alcf_mcp.facility.jobs.ensembles.parameters import Parameters, parse_members
from alcf_mcp.facility.jobs.known import job_number
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.walltime import parse_walltime, spoken
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal import SubmittedEnsemble, SubmittedJob, SubmittedProgram
from alcf_mcp.wording import count

JOB = "{job}"
"""Stands for the job's number in a directory's name, until it is known."""

_PLAIN = re.compile(r"[\w.,:;/+@%=~*-]+")
_UNSEEN = re.compile(r"(?<= ) |[^\S ]")
"""Space beyond the first of a run, or of another kind."""

SHOWN = 6
"""Members whose parameters a question shows, besides the last."""


@dataclass(frozen=True)
class Ensemble:
    """The members of one job.

    Attributes:
        text: the parameters as the user gave them.
        nodes: how many nodes the job has.
        directory: the directory with the members' own directories.
        members_per_node: how many run at once on each node, unless one takes several nodes.
        nodes_per_member: how many nodes one member takes; 0 if members share nodes.
        limit: the time limit of one member in seconds; 0 for none.
        to_run: the numbers of the members that this job runs, from 1.
    """

    text: str
    nodes: int
    directory: RemotePath
    members_per_node: int
    nodes_per_member: int
    limit: int
    to_run: tuple[int, ...]

    @cached_property
    def members(self) -> tuple[Parameters, ...]:
        """The parameters of every member."""
        return parse_members(self.text)

    @property
    def at_once(self) -> int:
        """How many members run at the same time."""
        places = (
            self.nodes // self.nodes_per_member
            if self.nodes_per_member
            else self.nodes * self.members_per_node
        )
        return min(places, len(self.to_run))

    @property
    def rounds(self) -> int:
        """How often every place gets a new member, if all take equally long."""
        return -(-len(self.to_run) // self.at_once)

    def described(self, walltime: int, *, job_id: str | None = None) -> list[str]:
        """What will run, in sentences.

        Args:
            walltime: how long the job may run, in seconds.
            job_id: the job, once it is submitted.
        """
        size, number = len(self.members), len(self.to_run)
        which = (
            count(size, "member")
            if number == size
            else f"{number} of {count(size, 'member')} ({shortened(self.to_run)})"
        )
        each = f" of at most {spoken(self.limit)}" if self.limit else ""
        rounds = count(self.rounds, "round")
        shown = [*self.to_run[:SHOWN], *self.to_run[SHOWN:][-1:]]
        lines = [f"  {member}: {listed(self.members[member - 1])}" for member in shown]
        if number > len(lines):
            lines.insert(SHOWN, "  …")
        told = [f"An ensemble of {which}, {self.at_once} at once: {rounds}{each}.", *lines]
        directory = self.directory.replace(JOB, job_number(job_id) if job_id else "…")
        told.append(f"Each has its own directory in {directory}.")
        if self.limit and self.rounds * self.limit > walltime:
            told.append(
                f"{rounds}{each} may not fit into {spoken(walltime)}: what is unfinished then can be resumed."
            )
        return told

    def record(self) -> SubmittedEnsemble:
        """What the journal keeps."""
        return SubmittedEnsemble(
            parameters=self.text,
            size=len(self.members),
            directory=self.directory,
            members_per_node=self.members_per_node,
            nodes_per_member=self.nodes_per_member,
            limit=self.limit,
        )


def ensemble_of(
    request: NewJobRequest, *, directory: RemotePath | None = None, to_run: Sequence[int] = ()
) -> Ensemble | None:
    """The ensemble that a request asks for, if any.

    Args:
        request: the job, with its defaults filled in.
        directory: that of an ensemble which is resumed.
        to_run: the members to run; all if empty.

    Raises:
        InvalidCall: the ensemble can't run like this.
    """
    if request.ensemble is None:
        if request.members_per_node or request.nodes_per_member or request.member_timeout:
            raise InvalidCall("There are no members", hint="Give their parameters in `ensemble`.")
        return None
    if request.directory is None:
        raise InvalidCall("An ensemble needs a directory for its members", hint="Give `directory`.")
    _refuse_impossible(request)
    members = parse_members(request.ensemble)
    return Ensemble(
        text=request.ensemble,
        nodes=request.nodes or 1,
        directory=directory or request.directory / f"{request.name or 'ensemble'}-{JOB}",
        members_per_node=request.members_per_node or 1,
        nodes_per_member=request.nodes_per_member or 0,
        limit=parse_walltime(request.member_timeout) if request.member_timeout else 0,
        to_run=tuple(to_run) or tuple(range(1, len(members) + 1)),
    )


def _refuse_impossible(request: NewJobRequest) -> None:
    """Refuse members that could not run like this."""
    if request.members_per_node and request.nodes_per_member:
        raise InvalidCall(
            "Members either share a node or take several",
            hint="Give `members_per_node` or `nodes_per_member`, not both.",
        )
    if "/" in (program := request.executable or "") and not program.startswith("/"):
        raise InvalidCall(
            f"A member runs in its own directory, from which {program!r} does not lead to the program",
            hint="Give the executable's full path.",
        )
    nodes, wide = request.nodes or 1, request.nodes_per_member or 0
    if wide > nodes:
        raise InvalidCall(
            f"A member needs {count(wide, 'node')}, and the job has {nodes}", hint="Give more `nodes`."
        )


def member_directory(directory: str, number: int, size: int) -> RemotePath:
    """Where one member runs and writes."""
    return RemotePath(directory) / f"member-{number:0{max(3, len(str(size)))}}"


def located(program: SubmittedProgram, job_id: str) -> SubmittedProgram:
    """What a job runs, with the ensemble's directory now that the job's number is known."""
    if (ensemble := program.ensemble) is None:
        return program
    return _with_directory(program, ensemble, ensemble.directory.replace(JOB, job_number(job_id)))


def moved(job: SubmittedJob, spec: JobSpec) -> SubmittedProgram | None:
    """What a job runs, with the ensemble's directory in the one where it runs after a change."""
    program = job.program
    if program is None or program.ensemble is None or spec.directory in (None, job.spec.directory):
        return program
    name = RemotePath(program.ensemble.directory).name
    return _with_directory(program, program.ensemble, f"{spec.directory}/{name}")


def _with_directory(
    program: SubmittedProgram, ensemble: SubmittedEnsemble, directory: str
) -> SubmittedProgram:
    return program.model_copy(update={"ensemble": ensemble.model_copy(update={"directory": directory})})


def shortened(numbers: Sequence[int], most: int = 20) -> str:
    """Some members by their numbers."""
    return ", ".join(map(str, numbers[:most])) + (", …" if len(numbers) > most else "")


def listed(parameters: Parameters) -> str:
    """The parameters of a member on one line."""
    return " ".join(f"{name}={_quoted(value)}" for name, value in parameters.items()) or "no parameters"


def _quoted(value: str) -> str:
    """A value so that its spaces and line ends are seen, also where runs of spaces are shown as one."""
    if _PLAIN.fullmatch(value):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
