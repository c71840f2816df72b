"""The script that runs an ensemble: plain bash, which needs nothing on the nodes but coreutils.

Members on several nodes are started with ``mpiexec``, one call a member, as on ALCF's machines (ALCF's user
guides, 2026-08).
"""

from __future__ import annotations

import shlex
from dataclasses import replace

from alcf_mcp.data import read
from alcf_mcp.facility.jobs.ensembles.ensemble import JOB, Ensemble
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.jobs.scripts import LONGEST, exports, is_for_a_shell
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.wording import count

LOG_BYTES = 16 * 2**20
"""The longest log of one member, in bytes."""


def as_one_job(request: NewJobRequest, ensemble: Ensemble, *, log_bytes: int = LOG_BYTES) -> NewJobRequest:
    """The request for the job that runs an ensemble.

    Raises:
        InvalidCall: the script gets too long.
    """
    script = rendered(request, ensemble, log_bytes=log_bytes)
    length = len(script.encode(errors="surrogatepass"))
    if length > LONGEST:
        raise InvalidCall(
            f"An ensemble of {count(len(ensemble.to_run), 'member')} with these parameters and this script "
            f"takes {length:,} bytes; a job can carry at most {LONGEST:,}",
            hint="Shorten them, or put the parameters into a file at the facility, of which the script reads "
            "the line $ENSEMBLE_MEMBER.",
        )
    return replace(request, script=script, executable=None, arguments=[], environment={}, ranks_per_node=None)


def rendered(request: NewJobRequest, ensemble: Ensemble, *, log_bytes: int = LOG_BYTES) -> str:
    """The whole script."""
    program = _program(request, ensemble)
    on_node = not (ensemble.nodes_per_member or request.ranks_per_node)
    start = ". ../program" if is_for_a_shell(program) else "exec ../program"
    variables = {
        "size": len(ensemble.members),
        "per_node": ensemble.members_per_node,
        "nodes_per_member": ensemble.nodes_per_member,
        "on_node": int(on_node),
        "limit": ensemble.limit,
        "log_bytes": log_bytes,
        "command": f". ./parameters.sh; {start}",
        "environment": exports(request.environment),
        "program": program,
        "member_runner": read("ensembles/member.sh"),
    }
    lines = [f"{name}={shlex.quote(str(value))}" for name, value in variables.items()]
    lines.append(f"folder={_quoted_folder(ensemble.directory.name)}")
    lines.append(f"members=({_numbers(ensemble)})")
    lines.append(_parameters(ensemble))
    return "\n".join(lines) + "\n" + read("ensembles/dispatch.sh")


def _program(request: NewJobRequest, ensemble: Ensemble) -> str:
    """What each member runs."""
    if request.script is not None:
        return request.script
    command = [request.executable or "", *request.arguments]
    if (ranks := request.ranks_per_node) is None:
        return shlex.join(command) + "\n"
    total = ranks * (ensemble.nodes_per_member or 1)
    return f'mpiexec -n {total} --ppn {ranks} --hostfile "$PBS_NODEFILE" {shlex.join(command)}\n'


def _quoted_folder(folder: str) -> str:
    before, has_job, after = folder.partition(JOB)
    number = '"${PBS_JOBID%%.*}"' if has_job else ""
    return "".join((shlex.quote(before), number, shlex.quote(after) if after else ""))


def _numbers(ensemble: Ensemble) -> str:
    size = len(ensemble.members)
    if len(ensemble.to_run) == size > 1:
        return f"{{1..{size}}}"
    return " ".join(map(str, ensemble.to_run))


def _parameters(ensemble: Ensemble) -> str:
    """The function that sets ``p`` to the parameters of one member."""
    rows = []
    for number in ensemble.to_run:
        pairs = (shlex.quote(f"{name}={value}") for name, value in ensemble.members[number - 1].items())
        rows.append(f"{number}) p=({' '.join(pairs)});;")
    return "\n".join(["parameters() { case $1 in", *rows, "esac; }"])
