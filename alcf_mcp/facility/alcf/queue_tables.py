"""The queues as Markdown tables, for users and models."""

from __future__ import annotations

from collections.abc import Iterator

from alcf_mcp.facility.alcf.queues import Machine, Queue, known_machines
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.wording import count


def queue_tables() -> str:
    """The queues of all known machines, one section per machine."""
    return "\n\n".join(_section(machine) for machine in known_machines())


def _section(machine: Machine) -> str:
    gpus = f" and {machine.gpus_per_node} GPUs ({machine.gpu})" if machine.gpus_per_node else ", no GPUs"
    return "\n".join(
        [
            f"### {machine.name}, as of {machine.as_of}",
            "",
            f"{machine.nodes} nodes, each with {machine.cores_per_node} cores{gpus}. "
            f"Charged: {machine.charged}. Filesystems: {', '.join(machine.filesystems)}. "
            f"Source: {machine.source}",
            "",
            "| queue | nodes | walltime | |",
            "|---|---|---|---|",
            *_rows(machine.queues),
        ]
    )


def _rows(queues: tuple[Queue, ...], via: str = "") -> Iterator[str]:
    for queue in queues:
        nodes, walltime = queue.nodes, queue.walltime
        times = f"{spoken(walltime.least)} to {spoken(walltime.most)}"
        yield f"| {via}{queue.name} | {nodes.least}-{nodes.most} | {times} | {_notes(queue)} |"
        yield from _rows(queue.routes, via=f"{queue.name} → ")


def _notes(queue: Queue) -> str:
    limit = queue.max_jobs_per_user
    jobs = f"at most {count(limit, 'job')} per user" if limit else ""
    return "; ".join(note for note in (jobs, queue.caution, queue.remarks) if note)
