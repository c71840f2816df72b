"""What the user usually asks for: as configured, or as in the last job on that machine."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from alcf_mcp.facility.alcf.queues import suggested_queue
from alcf_mcp.facility.jobs.request import JobRequest
from alcf_mcp.facility.paths import RemotePath, output_directory
from alcf_mcp.facility.walltime import parse_walltime
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import Resource
from alcf_mcp.journal import Journal, SubmittedJob, or_else

logger = logging.getLogger(__name__)

Request = TypeVar("Request", bound=JobRequest)

STANDARD: Mapping[str, Any] = {"nodes": 1, "walltime": "00:30:00", "filesystems": ["home", "eagle"]}
"""What a job asks for unless something else is said."""

LOOKED_BACK = 20
"""The number of earlier jobs to consider."""

_LIKE_BEFORE = "as in your last job there"


@dataclass(frozen=True)
class ConfiguredDefaults:
    """What the user configured; ``None`` where they set nothing."""

    account: str | None = None
    queue: str | None = None
    directory: str | None = None


class SubmissionDefaults:
    """Fills in what a request leaves out.

    Args:
        iri: the facility.
        journal: the user's earlier jobs.
        defaults: the user's own settings, which take precedence.
        has_alcf_queues: whether the machines have ALCF's queues.
    """

    def __init__(
        self, iri: IRIClient, journal: Journal, defaults: ConfiguredDefaults, *, has_alcf_queues: bool
    ) -> None:
        self._iri = iri
        self._journal = journal
        self._defaults = defaults
        self._has_alcf_queues = has_alcf_queues

    async def filled(self, machine: Resource, request: Request) -> tuple[Request, list[str]]:
        """Fill in what is left out.

        Returns:
            The request, and which account, queue and directory were filled in, as sentences.
        """
        request = replace(request, **{k: v for k, v in STANDARD.items() if not getattr(request, k)})
        if request.account and request.queue and (request.directory or request.stdout_path):
            return request, []
        earlier = _most_like(await self._earlier(machine), request)
        used: list[str] = []
        values: dict[str, Any] = {}
        for name, found in (
            ("account", await self._account(request, earlier)),
            ("queue", self._queue(machine, request, earlier)),
            ("directory", self._directory(request, earlier)),
        ):
            if found and not getattr(request, name):
                values[name], why = found
                used.append(f"The {name} is {values[name]}, {why}.")
        return replace(request, **values), used

    async def open_submissions(self, machine: Resource) -> set[int]:
        """The open submissions to a machine: under way, or with an unknown outcome."""
        return await or_else(self._journal.actions.open_submissions(machine.id), set())

    async def _account(self, request: JobRequest, earlier: SubmittedJob | None) -> tuple[str, str] | None:
        if request.account:
            return None
        if self._defaults.account:
            return self._defaults.account, "by your settings"
        if earlier and earlier.spec.attributes and earlier.spec.attributes.account:
            return earlier.spec.attributes.account, _LIKE_BEFORE
        try:
            projects = await self._iri.list_projects()
        except IRIError as error:
            logger.info("no account is filled in: %s", error)
            return None
        return (projects[0].name, "your only project") if len(projects) == 1 else None

    def _queue(
        self, machine: Resource, request: JobRequest, earlier: SubmittedJob | None
    ) -> tuple[str, str] | None:
        if self._defaults.queue:
            return self._defaults.queue, "by your settings"
        nodes, seconds = request.nodes or 1, parse_walltime(request.walltime or 1)
        attributes = earlier.spec.attributes if earlier and _is_no_larger(request, earlier) else None
        if attributes and attributes.queue_name:
            return attributes.queue_name, _LIKE_BEFORE
        suggested = suggested_queue(machine.name, nodes, seconds) if self._has_alcf_queues else None
        return (suggested, "which takes jobs of this size") if suggested else None

    def _directory(self, request: JobRequest, earlier: SubmittedJob | None) -> tuple[str, str] | None:
        if request.stdout_path:
            return None
        if self._defaults.directory:
            return self._defaults.directory, "by your settings"
        directory = earlier and (earlier.spec.directory or _output_directory(earlier.spec.stdout_path))
        return (directory, _LIKE_BEFORE) if directory else None

    async def _earlier(self, machine: Resource) -> list[SubmittedJob]:
        return await or_else(self._journal.jobs.last(machine.id, limit=LOOKED_BACK), [])


def _output_directory(path: str | None) -> str | None:
    return output_directory(RemotePath(path)) if path else None


def _most_like(earlier: list[SubmittedJob], request: JobRequest) -> SubmittedJob | None:
    """The last job with the same name, or else the last job."""
    named = (job for job in earlier if request.name and job.spec.name == request.name)
    return next(named, earlier[0] if earlier else None)


def _is_no_larger(request: JobRequest, earlier: SubmittedJob) -> bool:
    """Whether a queue that took the earlier job will also take this one."""
    attributes, resources = earlier.spec.attributes, earlier.spec.resources
    seconds = parse_walltime(request.walltime or 1)
    return bool(
        attributes
        and resources
        and (request.nodes or 1) == (resources.node_count or 1)
        and seconds <= (attributes.duration or 0)
    )
