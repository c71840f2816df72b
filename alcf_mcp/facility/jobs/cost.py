"""The most that a job can cost: nodes × walltime, in node hours. An unknown value never counts as zero."""

from __future__ import annotations

from alcf_mcp.facility.alcf.queues import longest_walltime
from alcf_mcp.facility.walltime import LONGEST
from alcf_mcp.iri.models import JobSpec


def node_hours(spec: JobSpec) -> float | None:
    """Nodes × walltime in hours; ``None`` if either is unknown."""
    nodes = spec.resources.node_count if spec.resources else None
    seconds = spec.attributes.duration if spec.attributes else None
    return None if nodes is None or seconds is None else nodes * seconds / 3600


def most_node_hours(spec: JobSpec, machine: str) -> float:
    """The most node hours that a job can be charged for.

    An unknown walltime counts as the longest that its queue allows, or that any queue allows if the queue is
    unknown too.

    Args:
        spec: the job, with its node count.
        machine: the machine's name.
    """
    nodes = (spec.resources.node_count if spec.resources else None) or 1
    attributes = spec.attributes
    seconds = attributes.duration if attributes else None
    if seconds is None:
        seconds = longest_walltime(machine, attributes.queue_name if attributes else None) or LONGEST
    return nodes * seconds / 3600
