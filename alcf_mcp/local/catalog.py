"""What the local facility consists of: machines with their queues, filesystems, and projects.

Names, ids and types are ALCF's, so code that looks them up works here too. The machines are scaled down to
a few nodes (ALCF's deployment of the API, 2026-08).
"""

from __future__ import annotations

from dataclasses import dataclass

FACILITY_ID = "8da81144-304b-4fd0-b2fe-eda33bb38720"
SITE_ID = "afb8a6d7-cd5b-4040-8be7-6e917b30af08"

HOUR = 3600
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class LocalQueue:
    """A queue of a machine.

    Attributes:
        name: the name that a job gives as its queue.
        max_nodes: the size of the largest job, in nodes.
        max_walltime: the walltime of the longest job, in seconds.
        priority: queues with a higher priority are served first.
        max_running: how many jobs of one user may run at once; ``None`` for any number.
    """

    name: str
    max_nodes: int
    max_walltime: int
    priority: int = 0
    max_running: int | None = None


@dataclass(frozen=True, slots=True)
class LocalMachine:
    """A compute resource with a scheduler.

    Attributes:
        id: the resource id.
        name: the resource name.
        server: the scheduler's name, with which every job id ends.
        nodes: the names of its nodes.
        queues: its queues.
        cpus_per_node: the value of ``NCPUS`` in a job.
    """

    id: str
    name: str
    server: str
    nodes: tuple[str, ...]
    queues: tuple[LocalQueue, ...]
    cpus_per_node: int = 4

    def queue(self, name: str) -> LocalQueue | None:
        """The queue with that name, or ``None``."""
        return next((queue for queue in self.queues if queue.name == name), None)


@dataclass(frozen=True, slots=True)
class Storage:
    """A filesystem and the absolute paths that lead to it."""

    id: str
    name: str
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """A project and what it may use.

    Attributes:
        name: the name that a job gives as its account.
        description: what the project is for.
        node_hours: the allocation on every machine.
        storage_bytes: the allocation on Eagle.
    """

    name: str
    description: str
    node_hours: float
    storage_bytes: int = 100 * GIGABYTE


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """What the status routes report about a resource, apart from its current status."""

    id: str
    name: str
    description: str
    group: str
    resource_type: str
    initial_status: str


POLARIS = LocalMachine(
    id="55c1c993-1124-47f9-b823-514ba3849a9a",
    name="Polaris",
    server="polaris-pbs-01.local",
    nodes=tuple(f"x3001c0s{2 * slot + 1}b0n0" for slot in range(8)),
    queues=(
        LocalQueue("debug", max_nodes=2, max_walltime=HOUR, priority=30),
        LocalQueue("debug-scaling", max_nodes=8, max_walltime=HOUR, priority=20, max_running=1),
        LocalQueue("prod", max_nodes=8, max_walltime=24 * HOUR, priority=10),
        LocalQueue("preemptable", max_nodes=8, max_walltime=72 * HOUR),
    ),
)

CRUX = LocalMachine(
    id="8b9b42f7-572a-4909-8472-a0453436304c",
    name="Crux",
    server="crux-pbs-01.local",
    nodes=tuple(f"x1000c0s{slot}b0n0" for slot in range(4)),
    queues=(
        LocalQueue("debug", max_nodes=2, max_walltime=2 * HOUR, priority=20),
        LocalQueue("workq", max_nodes=4, max_walltime=24 * HOUR, priority=10),
    ),
)

MACHINES = (POLARIS, CRUX)

EAGLE = Storage("1c3ad9d4-2e91-42bc-becb-72b1fde1235c", "Eagle", ("/eagle", "/lus/eagle"))
HOME = Storage("6115bd2c-957a-4543-abff-5fae52992ff2", "Home", ("/home",))
STORAGES = (EAGLE, HOME)

# The API lists Aurora but takes no jobs for it (ALCF's deployment of the API, 2026-08).
AURORA_ID = "0325fc07-6fb7-4453-b772-3d5030b2df72"

PROJECTS = (
    Grant("LocalDemo", "A project for trying things out on the local facility", node_hours=1000.0),
    Grant("LocalTiny", "A project with hardly any node hours, for testing a used-up allocation", 0.02),
)


def resource_records(machines: tuple[LocalMachine, ...]) -> tuple[ResourceRecord, ...]:
    """All resources of the facility: its machines, Aurora and the filesystems."""
    computers = tuple(
        ResourceRecord(
            machine.id,
            machine.name,
            f"{machine.name} of the embedded local facility: {len(machine.nodes)} nodes on this computer",
            machine.name.lower(),
            "compute",
            "up",
        )
        for machine in machines
    )
    aurora = ResourceRecord(
        AURORA_ID,
        "Aurora",
        "Listed as at ALCF; the embedded local facility runs no jobs on it",
        "aurora",
        "compute",
        "unknown",
    )
    # Nothing monitors filesystems, so their status is unknown (ALCF's deployment of the API, 2026-08).
    storages = tuple(
        ResourceRecord(
            storage.id,
            storage.name,
            f"{storage.name} of the embedded local facility: directories on this computer",
            storage.name.lower(),
            "storage",
            "unknown",
        )
        for storage in STORAGES
    )
    return (*computers, aurora, *storages)
