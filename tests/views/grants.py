"""What the view of allocations shows in tests: projects, and a month of their use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned
from alcf_mcp.learned.usage import Amount
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.accounts import stable_id

URL = "http://local/api/v1"
TB = 1e12


@dataclass(frozen=True)
class Granted:
    """An allocation of that month.

    ``before`` has how much was used, by how many days ago.
    """

    of: str
    granted: float
    used: float
    unit: str = "node_hours"
    before: Sequence[tuple[float, float]] = ()


def evenly(days: int, first: float, last: float) -> list[tuple[float, float]]:
    """Use that goes up by the same each day, apart from two days in seven on which nothing runs."""
    steps = [0.0 if day % 7 in (5, 6) else 1.0 for day in range(days)]
    return [(days - day, first + (last - first) * sum(steps[:day]) / sum(steps)) for day in range(days)]


@dataclass(frozen=True)
class Owner:
    """A project and what it was granted; ``fails`` says what the facility answers instead."""

    name: str
    about: str = ""
    grants: Sequence[Granted] = ()
    fails: str = ""
    users: Sequence[str] = field(default=("ada",))

    @property
    def id(self) -> str:
        """Its id."""
        return stable_id("project", self.name)


PROJECTS = (
    Owner(
        "climate-downscaling",
        "Regional downscaling of CMIP7 runs",
        [
            Granted("Polaris", 12_000, 11_420, before=evenly(30, 7900, 11_420)),
            Granted("Crux", 4_000, 900, before=evenly(24, 640, 900)),
            Granted("Eagle", 120 * TB, 96.5 * TB, "bytes", evenly(30, 80 * TB, 96.5 * TB)),
        ],
        users=("ada", "grace", "lise"),
    ),
    Owner(
        "LocalDemo",
        "Molecular dynamics of solid electrolytes",
        [
            Granted("Polaris", 50_000, 18_250, before=evenly(30, 15_100, 18_250)),
            Granted("Crux", 2_000, 2_044, before=evenly(30, 1_700, 2_044)),
            Granted("Eagle", 40 * TB, 3.2 * TB, "bytes", evenly(12, 3.2 * TB, 3.2 * TB)),
        ],
    ),
    Owner("LocalTiny", "Trial", [Granted("Polaris", 0.5, 0.02), Granted("Eagle", 1 * TB, 0, "bytes")]),
)


async def a_months_use(local: LocalFacility, journal: Journal, projects: Sequence[Owner] = PROJECTS) -> None:
    """Let the facility report these projects, and remember what was used before."""
    about = [
        {"id": one.id, "name": one.name, "description": one.about, "user_ids": list(one.users)}
        for one in projects
    ]
    _answer(local, "/account/projects$", about)
    for project in projects:
        path = f"/account/projects/{project.id}/project_allocations$"
        if project.fails:
            local.faults.add(Fault(path=path, status=501, body={"detail": project.fails}, times=None))
        else:
            _answer(local, path, [_wire(project, grant) for grant in project.grants])
    now = datetime.now(UTC)
    for days, amount in sorted(_before(projects), key=lambda one: -one[0]):
        await Learned(journal.store).usage.see(URL, [amount], now - timedelta(days=days))


def _answer(local: LocalFacility, path: str, body: Any) -> None:
    local.faults.add(Fault(path=path, status=200, body=body, times=None))


def _before(projects: Sequence[Owner]) -> Iterator[tuple[float, Amount]]:
    for project in projects:
        for grant in project.grants:
            for days, used in grant.before:
                yield days, Amount(project.id, _capability(grant), grant.unit, grant.granted, used)


def _capability(grant: Granted) -> str:
    return stable_id("capability", grant.of)


def _wire(project: Owner, grant: Granted) -> dict[str, Any]:
    entry = {"allocation": grant.granted, "usage": grant.used, "unit": grant.unit}
    return {
        "id": stable_id("allocation", project.name, grant.of, grant.unit),
        "entries": [entry],
        "project_uri": f"{URL}/account/projects/{project.id}",
        "capability_uri": f"{URL}/account/capabilities/{_capability(grant)}",
    }
