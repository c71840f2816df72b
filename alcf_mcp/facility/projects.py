"""The user's projects, and what is left of their allocations."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from math import inf, isfinite

import anyio

from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.models import AllocationEntry, Project, ProjectAllocation, Resource
from alcf_mcp.learned import Learned
from alcf_mcp.learned.usage import NODE_HOURS, Amount, Rate
from alcf_mcp.store import or_else

logger = logging.getLogger(__name__)

MOST_ASKED = 25
"""The most projects whose allocations one call requests."""

AT_ONCE = 4
"""How many of these requests run at the same time."""

ANSWER_SECONDS = 20.0

NO_ANSWER = f"no answer within {ANSWER_SECONDS:g} s"
NOT_ASKED = f"only {MOST_ASKED} projects are looked up at once"

FURTHEST = timedelta(days=3650)
"""Forecasts beyond this are dropped: no allocation lasts longer."""


@dataclass(frozen=True)
class Allocation:
    """A project's allocation of one capability, in one unit.

    Attributes:
        of: the machine or filesystem; if it belongs to neither, the facility's own name for it.
        amount: what is granted and used.
        rate: how fast it was used recently, if that is known.
    """

    of: str
    amount: Amount
    rate: Rate | None = None

    @property
    def left(self) -> float:
        """What is left; negative if the allocation is overdrawn."""
        return round(self.amount.granted - self.amount.used, 4)

    @property
    def share_left(self) -> float | None:
        """The fraction that is left; ``None`` if nothing is granted."""
        return self.left / self.amount.granted if self.amount.granted > 0 else None

    def lasts_until(self, today: date) -> date | None:
        """The day the allocation runs out at the current rate; ``None`` if that can't be predicted."""
        if self.rate is None or self.rate.per_day <= 0 or self.left <= 0:
            return None
        days = self.left / self.rate.per_day
        return today + timedelta(days=days) if days < FURTHEST.days else None


@dataclass(frozen=True)
class Balance:
    """A project and its allocations, the most depleted first.

    ``untold`` says why the allocations are not known; it is empty if they are.
    """

    project: Project
    allocations: Sequence[Allocation] = ()
    untold: str = ""

    @property
    def least(self) -> Allocation | None:
        """The allocation with the smallest fraction left."""
        first = next(iter(self.allocations), None)
        return first if first and first.share_left is not None else None


@dataclass(frozen=True)
class Share:
    """One member's share of one allocation of a project."""

    user: str
    allocation: Allocation


class Projects:
    """The user's projects at one facility, as one call sees them.

    Args:
        iri: the facility.
        names: its resources.
        learned: keeps the history of usage.
    """

    def __init__(self, iri: IRIClient, names: ResourceNames, learned: Learned) -> None:
        self._iri = iri
        self._names = names
        self._learned = learned

    async def all(self) -> list[Project]:
        """All of the user's projects."""
        return await self._iri.list_projects()

    async def find(self, name: str) -> Project:
        """The project with this name, in any case, or with this id.

        Raises:
            InvalidCall: the user has no such project; the message lists the ones they have.
        """
        projects = await self.all()
        wanted = name.strip().casefold()
        for project in projects:
            if wanted in (project.name.casefold(), project.id.casefold()):
                return project
        close = get_close_matches(wanted, [project.name.casefold() for project in projects], n=1)
        guess = next((f"Did you mean {p.name}? " for p in projects if p.name.casefold() in close), "")
        names = ", ".join(sorted(project.name for project in projects)) or "none"
        raise InvalidCall(f"The user has no project {name!r}", hint=f"{guess}The user's projects: {names}.")

    async def balances(self, projects: Sequence[Project]) -> list[Balance]:
        """What is left of the projects' allocations, the most depleted project first.

        A project whose allocations could not be read is included, with the reason.
        """
        answers = await self._answers(projects[:MOST_ASKED])
        told = [amount for answer in answers.values() if isinstance(answer, list) for amount in answer]
        known = await self._allocations(told)
        balances = []
        for project in projects:
            answer = answers.get(project.id, NOT_ASKED)
            if isinstance(answer, str):
                balances.append(Balance(project, untold=answer))
            else:
                own = [allocation for allocation in known if allocation.amount.project_id == project.id]
                balances.append(Balance(project, sorted(own, key=_by_share)))
        return sorted(balances, key=lambda balance: _by_share(balance.least))

    async def shares(self, project: Project) -> list[Share]:
        """The members' shares of a project's allocations, sorted by member."""
        found: list[tuple[str, Amount]] = []
        for grant in await self._iri.list_project_allocations(project.id):
            for share in await self._iri.list_user_allocations(project.id, grant.id):
                amounts = _entries(project, _capability_id(grant), share.entries)
                found += [(share.user_id, amount) for amount in amounts]
        names = await self._capability_names([amount for _, amount in found])
        shares = [Share(user, Allocation(names[amount.capability_id], amount)) for user, amount in found]
        return sorted(shares, key=lambda share: (share.user, share.allocation.of))

    async def left_on(self, account: str, machine: Resource) -> float | None:
        """The node hours that a project has left on a machine; ``None`` if the facility reports none."""
        project = next((p for p in await self.all() if p.name.casefold() == account.casefold()), None)
        if project is None:
            return None
        amounts = _amounts(project, await self._iri.list_project_allocations(project.id))
        await self._rates(amounts)  # records the usage for later forecasts
        here = set(map(_id_in, machine.capability_uris))
        granted = [a for a in amounts if a.unit == NODE_HOURS and a.capability_id in here and a.granted > 0]
        return sum(amount.granted - amount.used for amount in granted) if granted else None

    async def _answers(self, projects: Sequence[Project]) -> dict[str, list[Amount] | str]:
        """By project id, what each project may use, or why that is not known."""
        answers: dict[str, list[Amount] | str] = {project.id: NO_ANSWER for project in projects}
        at_once = anyio.CapacityLimiter(AT_ONCE)

        async def ask(project: Project) -> None:
            async with at_once:
                try:
                    grants = await self._iri.list_project_allocations(project.id)
                except IRIError as error:
                    answers[project.id] = str(error)
                else:
                    answers[project.id] = _amounts(project, grants)

        with anyio.move_on_after(ANSWER_SECONDS):
            async with anyio.create_task_group() as group:
                for project in projects:
                    group.start_soon(ask, project)
        return answers

    async def _allocations(self, amounts: Sequence[Amount]) -> list[Allocation]:
        if not amounts:
            return []
        names = await self._capability_names(amounts)
        rates = await self._rates(amounts)
        return [
            Allocation(names[amount.capability_id], amount, rate)
            for amount, rate in zip(amounts, rates, strict=True)
        ]

    async def _rates(self, amounts: Sequence[Amount]) -> Sequence[Rate | None]:
        """How fast allocations were used; the current usage is recorded for later forecasts."""
        unknown: list[Rate | None] = [None] * len(amounts)
        url = self._iri.base_url
        return await or_else(self._learned.usage.see(url, amounts, datetime.now(UTC)), unknown)

    async def _capability_names(self, amounts: Iterable[Amount]) -> dict[str, str]:
        """Names of capabilities: that of the machine or filesystem that has it, if one does."""
        names: dict[str, str] = {}
        for resource in await self._names.all():
            for id in map(_id_in, resource.capability_uris):
                names[id] = f"{names[id]} and {resource.name}" if id in names else resource.name
        used = {(amount.capability_id, amount.unit) for amount in amounts}
        alike = Counter((names.get(id), unit) for id, unit in used)
        unclear = {id for id, unit in used if id not in names or alike[names[id], unit] > 1}
        if unclear:
            own = await self._own_names()
            for id in unclear:
                names[id] = ": ".join(name for name in (names.get(id), own.get(id, id)) if name)
        return names

    async def _own_names(self) -> dict[str, str]:
        """The facility's own names for capabilities."""
        try:
            capabilities = await self._iri.list_capabilities(limit=1000)
        except IRIError as error:
            logger.info("capabilities are shown by their ids: %s", error)
            return {}
        return {capability.id: capability.name or capability.id for capability in capabilities}


def in_figures(amount: float) -> str:
    """Format an amount for reading: ``12,345`` or ``1.5``."""
    return f"{amount:,.0f}" if amount >= 1000 else f"{round(amount, 4):g}"


def _amounts(project: Project, grants: Iterable[ProjectAllocation]) -> list[Amount]:
    """What a project may use; several grants of one capability in one unit are added up."""
    sums: dict[tuple[str, str], Amount] = {}
    for grant in grants:
        for amount in _entries(project, _capability_id(grant), grant.entries):
            of = amount.capability_id, amount.unit
            before = sums.get(of)
            sums[of] = before.plus(amount) if before else amount
    return list(sums.values())


def _entries(project: Project, capability_id: str, entries: Iterable[AllocationEntry]) -> list[Amount]:
    """What the facility reports for one capability; entries that are not finite numbers are left out."""
    return [
        Amount(project.id, capability_id, entry.unit, entry.allocation, entry.usage)
        for entry in entries
        if isfinite(entry.allocation) and isfinite(entry.usage)
    ]


def _capability_id(grant: ProjectAllocation) -> str:
    return _id_in(grant.capability_uri) or grant.id


def _by_share(allocation: Allocation | None) -> float:
    share = allocation.share_left if allocation else None
    return inf if share is None else share


def _id_in(uri: str) -> str:
    return uri.rstrip("/").rpartition("/")[2]
