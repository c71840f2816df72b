"""Projects and their allocations. Ids are derived from names, so restarts do not change them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from alcf_mcp.local.catalog import EAGLE, Grant, LocalMachine
from alcf_mcp.local.jobs.service import JobService
from alcf_mcp.local.settings import LocalSettings
from alcf_mcp.local.tree import Tree

_NAMESPACE = uuid.UUID("7f2a2d2c-0c5e-4b4e-9d53-0c1f3d6f9c11")


@dataclass(frozen=True, slots=True)
class MachineCapability:
    """Something that can be allocated: a machine's node hours or a filesystem's bytes."""

    id: str
    name: str
    description: str
    unit: str
    resource_id: str


@dataclass(frozen=True, slots=True)
class MachineAllocation:
    """How much of a capability a project was granted and has used, in the capability's unit."""

    id: str
    project: Grant
    capability: MachineCapability
    granted: float
    used: float


class Accounts:
    """Reports the facility's projects and their allocations.

    Args:
        settings: the projects and machines.
        jobs: the jobs, which use up node hours.
        tree: the directories, which use up bytes.
    """

    def __init__(self, settings: LocalSettings, jobs: JobService, tree: Tree) -> None:
        self._settings = settings
        self._jobs = jobs
        self._tree = tree
        self.machine_capabilities = {
            machine.id: MachineCapability(
                stable_id("capability", machine.name),
                f"{machine.name} node hours",
                f"Nodes times walltime on {machine.name}",
                "node_hours",
                machine.id,
            )
            for machine in settings.machines
        }
        self.eagle_capability = MachineCapability(
            stable_id("capability", "Eagle"), "Eagle storage", "Bytes stored on Eagle", "bytes", EAGLE.id
        )

    @property
    def projects(self) -> tuple[Grant, ...]:
        """The projects of the facility's user."""
        return self._settings.projects

    @property
    def capabilities(self) -> list[MachineCapability]:
        """All capabilities."""
        return [*self.machine_capabilities.values(), self.eagle_capability]

    async def allocations(self, project: Grant) -> list[MachineAllocation]:
        """A project's allocations, with their usage so far."""
        allocations = [await self._node_hours(project, machine) for machine in self._settings.machines]
        directory = self._tree.root / "eagle" / project.name
        stored = await anyio.to_thread.run_sync(lambda: sum(_sizes(directory)))
        allocations.append(_allocation(project, self.eagle_capability, project.storage_bytes, stored))
        return allocations

    async def _node_hours(self, project: Grant, machine: LocalMachine) -> MachineAllocation:
        used = await self._jobs.used_node_hours(machine)
        capability = self.machine_capabilities[machine.id]
        return _allocation(project, capability, project.node_hours, used.get(project.name, 0.0))


def stable_id(kind: str, *names: str) -> str:
    """Derive a stable id from a kind and names."""
    return str(uuid.uuid5(_NAMESPACE, "/".join((kind, *names))))


def _allocation(
    project: Grant, capability: MachineCapability, granted: float, used: float
) -> MachineAllocation:
    return MachineAllocation(
        stable_id("allocation", project.name, capability.name), project, capability, granted, used
    )


def _sizes(directory: Path) -> Iterator[int]:
    for parent, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):  # it may be gone by now
                yield Path(parent, name).lstat().st_size
