"""Reports on projects and what is left of their allocations."""

from __future__ import annotations

from datetime import UTC, datetime, time
from math import floor
from typing import Any

from pydantic import PrivateAttr

from alcf_mcp.facility import Facility
from alcf_mcp.facility.projects import NOT_ASKED, Allocation, Balance, in_figures
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.learned.usage import NODE_HOURS, Rate
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.text import one_line, size
from alcf_mcp.wording import count

NO_PROJECT = "Jobs need a project: a project's PI, or ALCF support, can add the user to one."
NOTHING_TOLD = "The facility reports no allocations."
NO_RATE_YET = "The rate of use is known one day after the first check from here."
NOTHING_LEFT = "nothing: without node hours, jobs do not start, or run at low priority"

BYTES = "bytes"
_UNITS = {BYTES: "storage", "inodes": "files and directories"}

SIZES = (1, 10, 100)
"""Node counts for which the remaining hours are reported."""

SHORTEST_HOURS = 2
"""Hours that must be left for a job of the largest size that is reported."""

LEAST_RATE = 0.0001
"""A daily use below this counts as none."""


class AllocationInfo(Facts):
    """What a project may use of a machine or filesystem, in ``unit``."""

    of: str
    unit: str
    granted: float
    used: float
    left: float
    used_percent: float | None = None
    balance: str
    can_still_run: str | None = None
    rate: str | None = None
    _known: Allocation | None = PrivateAttr(None)

    @classmethod
    def tell(cls, known: Allocation) -> AllocationInfo:
        """Describe an allocation."""
        amount, share = known.amount, known.share_left
        told = cls(
            of=known.of,
            unit=amount.unit,
            granted=amount.granted,
            used=round(amount.used, 4),
            left=known.left,
            used_percent=None if share is None else round(100 * amount.used / amount.granted, 1),
            balance=what_is_left(known),
            can_still_run=_can_still_run(known),
            rate=_rate(known),
        )
        told._known = known
        return told

    def figures(self) -> dict[str, Any]:
        """How fast it is used and how long it lasts, for views; nothing if that is not known."""
        rate = self._known.rate if self._known else None
        if not self._known or not rate:
            return {}
        until = self._known.lasts_until(datetime.now(UTC).date())
        return {
            "per_day": _per_day(rate),
            "days": round(rate.days, 1),
            # Noon is on the same day in nearly all time zones.
            "until": until and datetime.combine(until, time(12), UTC).timestamp(),
            "seen": [[round(at), round(used, 4)] for at, used in rate.seen],
        }

    def line(self) -> str:
        """The allocation on one line."""
        can_run = self.can_still_run and f"it can still run {self.can_still_run}"
        return f"{self.of}: " + "; ".join(fact for fact in (self.balance, can_run, self.rate) if fact)


class ProjectInfo(Result):
    """A project; its name is the account that jobs are charged to."""

    name: str
    id: str
    description: str | None = None
    members: int | None = None
    allocations: list[AllocationInfo] | None = None
    note: str | None = None

    @classmethod
    def of(cls, known: Balance, *, alone: str = "") -> ProjectInfo:
        """Describe a project; ``alone`` says how to look up one that was left out of a list."""
        project = known.project
        allocations = [AllocationInfo.tell(allocation) for allocation in known.allocations]
        note = None if allocations else NOTHING_TOLD
        if known.untold:
            more = f"; {alone}" if alone and known.untold == NOT_ASKED else ""
            note = f"Its allocations are not known: {one_line(known.untold).rstrip('.')}{more}."
        return cls(
            name=one_line(project.name) or project.id,
            id=project.id,
            description=one_line(project.description) or None,
            members=len(project.user_ids) or None,
            allocations=None if known.untold else allocations,
            note=note,
        )

    def figures(self) -> dict[str, Any]:
        """How fast its allocations are used, in their order, by its id."""
        return {self.id: [allocation.figures() for allocation in self.allocations or ()]}

    def drawn(self) -> dict[str, Any]:
        """How fast its allocations are used."""
        return {"projects": self.figures()}

    def text(self) -> str:
        """The project, then one allocation per line."""
        about = f": {self.description}" if self.description else ""
        members = f" ({count(self.members, 'member')})" if self.members else ""
        lines = (f"  {allocation.line()}" for allocation in self.allocations or ())
        return "\n".join((f"{self.name}{about}{members}", *lines, *([f"  {self.note}"] if self.note else [])))


class ProjectList(Result):
    """The user's projects, those with the least left first."""

    summary: str
    projects: list[ProjectInfo]
    note: str | None = None

    def text(self) -> str:
        """The projects, each with its allocations."""
        return "\n".join(
            line for line in (self.summary, *(p.text() for p in self.projects), self.note) if line
        )

    def drawn(self) -> dict[str, Any]:
        """How fast the projects' allocations are used."""
        return {"projects": {id: figures for p in self.projects for id, figures in p.figures().items()}}


async def listed_projects(facility: Facility, name: str | None = None, *, alone: str) -> ProjectList:
    """Describe the user's projects, least left first.

    Args:
        facility: the facility.
        name: part of the projects' names.
        alone: how to look up one whose allocations were left out.
    """
    everything = await facility.projects.all()
    found = [p for p in everything if (name or "").casefold() in p.name.casefold()]
    balances = await facility.projects.balances(found)
    note = None if everything else NO_PROJECT
    if everything and not found:
        note = f"The user's projects: {', '.join(sorted(p.name for p in everything))}."
    projects = [ProjectInfo.of(balance, alone=alone) for balance in balances]
    return ProjectList(summary=_summary(balances), projects=projects, note=note)


async def reported_project(facility: Facility, project: str) -> ProjectInfo:
    """Describe one project, given its name or id.

    Raises:
        InvalidCall: the user has no such project.
    """
    (balance,) = await facility.projects.balances([await facility.projects.find(project)])
    info = ProjectInfo.of(balance)
    node_hours = [known for known in balance.allocations if known.amount.unit == NODE_HOURS]
    unrated = node_hours and not any(known.rate for known in node_hours)
    return info.model_copy(update={"note": NO_RATE_YET}) if unrated else info


def _summary(balances: list[Balance]) -> str:
    summary = count(len(balances), "project")
    least = balances[0].least if balances else None
    if least:
        of = least.of if least.amount.unit == NODE_HOURS else f"{least.of} ({_words(least.amount.unit)})"
        summary += f"; least left: {one_line(balances[0].project.name)} {_share_in_words(least)} on {of}"
    if untold := sum(bool(balance.untold) for balance in balances):
        summary += f"; {untold} without known allocations"
    return summary


def _share_in_words(known: Allocation) -> str:
    percent = 100 * (known.share_left or 0.0)
    return "overdrawn" if percent < 0 else f"{round(percent, 1 if percent < 10 else 0):g} %"


def what_is_left(known: Allocation) -> str:
    """What is left, in words."""
    amount, left = known.amount, known.left
    granted, used = _in_words(amount.granted, amount.unit), _bare(amount.used, amount.unit)
    if amount.granted <= 0:
        told = f"{_in_words(amount.used, amount.unit)} used; the amount granted is not reported"
        return told if amount.used else "nothing is reported"
    if left == 0:
        return f"used up: all of {granted}"
    percent = f"{round(100 * amount.used / amount.granted, 1):g} %"
    if left < 0:
        return f"overdrawn by {_in_words(-left, amount.unit)}: {used} of {granted} used ({percent})"
    return f"{_bare(left, amount.unit)} of {granted} left ({percent} used)"


def _can_still_run(known: Allocation) -> str | None:
    """The largest jobs that the remaining node hours allow."""
    if known.amount.unit != NODE_HOURS or known.share_left is None:
        return None
    if known.left <= 0:
        return NOTHING_LEFT
    most = max((n for n in SIZES if known.left / n >= SHORTEST_HOURS), default=1)
    sizes = dict.fromkeys((max(most // 10, 1), most))
    return " or ".join(f"{count(n, 'node')} for {_hours(known.left / n)}" for n in sizes)


def _rate(known: Allocation) -> str | None:
    """How fast it is used, and how long it lasts at that rate."""
    rate = known.rate
    if rate is None:
        return None
    days = round(rate.days)
    over = f"over the last {'day' if days == 1 else f'{days} days'}"
    per_day = _per_day(rate)
    if per_day < LEAST_RATE:
        return f"nothing used {over}"
    used = f"{_in_words(per_day, known.amount.unit)} a day {over}"
    until = known.lasts_until(datetime.now(UTC).date())
    return f"{used}; at that rate it lasts until about {until}" if until else used


def _per_day(rate: Rate) -> float:
    """A daily use as precise as it is known."""
    return float(f"{rate.per_day:.2g}")


def _in_words(value: float, unit: str) -> str:
    """An amount with its unit: ``1,000 node hours``, ``1.5 TB``."""
    return _bare(value, unit) if unit == BYTES else f"{_bare(value, unit)} {_words(unit)}"


def _bare(value: float, unit: str) -> str:
    """An amount without its unit, unless it is in bytes: the unit is given next to it."""
    return size(round(value)) if unit == BYTES else in_figures(value)


def _words(unit: str) -> str:
    return _UNITS.get(unit, unit.replace("_", " "))


def _hours(hours: float) -> str:
    return spoken(hours * 3600) if hours < 48 else f"{floor(hours):,} h"
