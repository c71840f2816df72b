"""Projects and what they may use."""

from __future__ import annotations

from alcf_mcp.iri.models.base import Incoming, Term, Timestamp
from alcf_mcp.iri.models.status import Named


class Capability(Named):
    """Something that can be allocated, such as the node hours of a machine."""

    units: list[Term] = []


class Project(Incoming):
    """A project; its name is the ``account`` that a job is charged to."""

    id: str
    name: str = ""
    description: str = ""
    user_ids: list[str] = []
    last_modified: Timestamp = None
    self_uri: str = ""


class AllocationEntry(Incoming):
    """An amount granted and how much of it is used, in ``unit`` (node_hours, bytes, inodes)."""

    allocation: float = 0.0
    usage: float = 0.0
    unit: Term = ""


class ProjectAllocation(Incoming):
    """What a project may use of one capability."""

    id: str
    entries: list[AllocationEntry] = []
    project_uri: str = ""
    capability_uri: str = ""


class UserAllocation(Incoming):
    """A member's share of a project's allocation."""

    id: str
    user_id: str = ""
    entries: list[AllocationEntry] = []
    project_allocation_uri: str = ""
