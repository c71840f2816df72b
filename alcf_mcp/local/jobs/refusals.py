"""PBS's refusals, in its own words. The API passes them on as the detail of a 500."""

from __future__ import annotations

import re
from collections.abc import Iterable

from alcf_mcp.local.catalog import HOUR, Grant, LocalMachine
from alcf_mcp.local.jobs.spec import PostedJobSpec
from alcf_mcp.local.problems import Problem

_JOB_NAME = re.compile(r"[A-Za-z0-9+\-_.]{1,230}")

LIMITS = "Job violates queue and/or server resource limits"


def refusal(message: str) -> Problem:
    """PBS's refusal, with its own message."""
    return Problem(500, message)


def check_terms(
    spec: PostedJobSpec,
    machine: LocalMachine,
    grants: Iterable[Grant],
    used_node_hours: dict[str, float],
) -> None:
    """Check a job against the machine, its queues and the project's allocation.

    Args:
        spec: the job.
        machine: where it is to run.
        grants: the projects.
        used_node_hours: node hours used on the machine, by project.

    Raises:
        Problem: 500 with the reason.
    """
    terms = spec.terms
    if spec.name is not None and not _JOB_NAME.fullmatch(spec.name):
        raise refusal("illegal -N value")
    if not spec.executable:
        raise refusal("script file:: No script or executable was given")
    if terms.queue_name is None:
        raise refusal("No default queue specified")
    queue = machine.queue(terms.queue_name)
    if queue is None:
        raise refusal("Unknown queue")
    if not terms.custom_attributes.get("filesystems"):
        raise refusal("Resource: filesystems is required to be set.")
    if terms.duration is None:
        raise refusal("Resource: walltime is required to be set.")
    nodes = spec.needs.node_count or 1
    if terms.duration > queue.max_walltime or nodes > min(queue.max_nodes, len(machine.nodes)):
        raise refusal(LIMITS)
    grant = next((grant for grant in grants if grant.name == terms.account), None)
    if grant is None:
        raise refusal(f"Request rejected. Reason: Unknown project '{terms.account or ''}'.")
    left = grant.node_hours - used_node_hours.get(grant.name, 0.0)
    if nodes * terms.duration / HOUR > left:
        raise refusal(
            f"Request rejected. Reason: The allocation of project '{grant.name}' on {machine.name} has"
            f" {max(left, 0.0):.3f} node hours left.",
        )
