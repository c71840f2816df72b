"""What a job can cost at most: nodes × walltime, in node hours. What is not known never counts as nothing."""

from __future__ import annotations

from alcf_mcp.facility.alcf.queues import longest_walltime
from alcf_mcp.facility.walltime import LONGEST
from alcf_mcp.iri.models import JobSpec


def node_hours(spec: JobSpec) -> float | None:
    """Nodes × walltime; ``None`` where one of them is not known."""
    nodes = spec.resources.node_count if spec.resources else None
    seconds = spec.attributes.duration if spec.attributes else None
    return None if nodes is None or seconds is None else nodes * seconds / 3600


def most_node_hours(spec: JobSpec, machine: str) -> float:
    """The most node hours that a job can be charged.

    A walltime that is not known counts as the longest of its queue, or of any queue where that is not known.

    Args:
        spec: the job; its node count is known.
        machine: the machine's name.
    """
    nodes = (spec.resources.node_count if spec.resources else None) or 1
    attributes = spec.attributes
    seconds = attributes.duration if attributes else None
    if seconds is None:
        seconds = longest_walltime(machine, attributes.queue_name if attributes else None) or LONGEST
    return nodes * seconds / 3600
