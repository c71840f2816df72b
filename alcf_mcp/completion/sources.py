"""Sources of the values that a client offers while the user types."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import anyio

from alcf_mcp.facility import Facility
from alcf_mcp.facility.alcf.queues import known_machines, table_of
from alcf_mcp.facility.jobs.known import LIST_LIMIT
from alcf_mcp.facility.paths import ROOTS, RemotePath
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import Resource

Completed = Literal["resource", "machine", "job", "project", "queue", "path", "topic", "template"]
"""The kind of value that an argument takes."""

Values = tuple[str, ...]

LAST_JOBS = 50


@dataclass(frozen=True)
class Question:
    """A question to a source: the text typed so far, and the machine if one is already named."""

    typed: str = ""
    machine: str | None = None


@dataclass(frozen=True)
class Source:
    """The source of one kind of value.

    Attributes:
        ask: asks the facility for the values, likeliest first.
        group: the group of tools that covers them; if the user left it out, nothing is requested.
        key: what the answer depends on.
        kept: seconds until the values are requested again.
    """

    ask: Callable[[Facility, Question], Awaitable[Values]]
    group: str
    key: Callable[[Question], str | None]
    kept: float


async def _resources(facility: Facility, question: Question) -> Values:
    return tuple(sorted(resource.name.lower() for resource in await facility.names.all()))


async def _machines(facility: Facility, question: Question) -> Values:
    return tuple(sorted(machine.name.lower() for machine in await facility.names.computers()))


async def _projects(facility: Facility, question: Question) -> Values:
    return tuple(sorted(project.name for project in await facility.iri.list_projects()))


async def _jobs(facility: Facility, question: Question) -> Values:
    """List jobs submitted from here, then those that the facility reports, newest first.

    Their states are not recorded as shown, because the user has not seen them.
    """
    named = await facility.names.compute(question.machine) if question.machine else None
    submitted = await facility.shared.journal.jobs.last(named.id if named else None, limit=LAST_JOBS)
    listed: list[str] = []

    async def ask(machine: Resource) -> None:
        with suppress(IRIError):  # jobs from here and from other machines are better than none
            jobs = await facility.iri.list_jobs(machine.id, historical=True, limit=LIST_LIMIT)
            listed.extend(job.id for job in jobs)

    async with anyio.create_task_group() as group:
        for machine in [named] if named else await facility.names.computers():
            group.start_soon(ask, machine)
    listed.sort(key=_number_in, reverse=True)
    return tuple(dict.fromkeys([*(job.job_id for job in submitted), *listed]))


def _number_in(job_id: str) -> int:
    """The number that a job id begins with; later jobs have higher numbers."""
    digits = re.match(r"[0-9]+", job_id)
    return int(digits[0]) if digits else 0


async def _entries(facility: Facility, question: Question) -> Values:
    """List the entries next to the typed path; directories end in a slash, so that typing can go on there."""
    parent, _, name = question.typed.rpartition("/")
    if not parent:
        return tuple(f"{root}/" for root in ROOTS)
    if parent == "/home":  # everyone's homes: a long list, and users know their own names
        return ()
    if parent in ROOTS:  # at ALCF this is a link, which can't be listed (its API, 2026-08)
        return tuple(f"{parent}/{project}/" for project in await _projects(facility, question))
    files = await facility.files.ls(RemotePath.parse(parent), show_hidden=name.startswith("."))
    names = (f"{file.name}/" if file.is_directory else file.name for file in files)
    return tuple(sorted(f"{parent}/{name}" for name in names))


def _parent(question: Question) -> str:
    parent, _, name = question.typed.rpartition("/")
    return f"{parent}/{'.' if name.startswith('.') else ''}"


SOURCES: Mapping[Completed, Source] = {
    "resource": Source(_resources, "status", lambda _: None, 30.0),
    "machine": Source(_machines, "status", lambda _: None, 30.0),
    "project": Source(_projects, "account", lambda _: None, 60.0),
    "job": Source(_jobs, "compute", lambda question: question.machine, 10.0),
    "path": Source(_entries, "filesystem", _parent, 30.0),
}
"""The kinds whose values are requested from the facility."""


def known_values(kind: Completed, question: Question) -> Values:
    """The values of a kind that is known without asking the facility."""
    from alcf_mcp.facility.alcf.templates import list_templates  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.guide import list_pages  # noqa: PLC0415

    if kind == "topic":
        return tuple(page.topic for page in list_pages())
    if kind == "template":
        return tuple(template.name for template in list_templates())
    machine = table_of(question.machine) if question.machine else None
    machines = [machine] if machine else known_machines()
    return tuple(dict.fromkeys(queue.name for machine in machines for queue in machine.queues))
