"""The limits that the user has set; they apply whatever a model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alcf_mcp.facility.alcf.job_resources import unknown_resources
from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
from alcf_mcp.facility.jobs.cost import node_hours
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.wording import count, in_node_hours


class LimitReached(InvalidCall):
    """Refused by a limit that the user set; the message names the limit and its setting."""

    def __init__(self, what: str, setting: str) -> None:
        super().__init__(
            f"{what}. The limit is the user's own, set by ALCF_MCP_{setting.upper()}",
            hint="Stay within it, or tell the user: only they can change it, in the server's settings.",
        )


@dataclass(frozen=True)
class Limits:
    """The limits on changes; ``None`` or an empty tuple means no limit.

    ``walltime`` is in seconds; ``paths`` are directories. ``unasked_node_hours`` is what a job may
    cost before the user is asked to confirm it.
    """

    unasked_node_hours: float = 8.0
    node_hours: float | None = None
    node_hours_per_day: float | None = None
    nodes: int | None = None
    walltime: int | None = None
    accounts: tuple[str, ...] = ()
    paths: tuple[RemotePath, ...] = ()

    def check_intent(self, intent: PathIntent | PlaceIntent) -> None:
        """Refuse a change that the allowed directories rule out.

        Raises:
            LimitReached: the path is outside them, or may not itself be changed.
        """
        check = self.check_change if intent.kind in _OF_WHAT_IS_THERE else self.check_place
        check(intent.path)

    def check_place(self, path: RemotePath) -> None:
        """Refuse to put anything outside the allowed directories; those themselves are valid places.

        Raises:
            LimitReached: the path is outside them.
        """
        if self.paths and not self._is_below(path) and path.canonical not in self._roots:
            raise LimitReached(f"{path} lies outside {', '.join(self.paths)}", "allowed_paths")

    def root_of(self, path: RemotePath) -> RemotePath | None:
        """The allowed directory that contains a path; ``None`` if there is none."""
        return next((root for root in self.paths if path.is_within(root)), None)

    def check_change(self, path: RemotePath) -> None:
        """Refuse to change a path that is not inside an allowed directory, or is that directory itself.

        Raises:
            LimitReached: it is not inside one.
        """
        self.check_place(path)
        if self.paths and not self._is_below(path):
            raise LimitReached(
                f"{path} is itself an allowed directory: only what is inside it may be changed",
                "allowed_paths",
            )

    def check_job(self, spec: JobSpec) -> None:
        """Refuse a job that asks for more than is allowed, or writes outside the allowed directories.

        Raises:
            LimitReached: the job does.
        """
        for path in (spec.directory, spec.stdout_path, spec.stderr_path):
            if path is not None:
                self.check_place(RemotePath.parse(path))
        if self.paths and not (spec.stdout_path and spec.stderr_path):
            raise LimitReached("Where the job writes is not known here", "allowed_paths")
        self._check_resources(spec)
        nodes = spec.resources.node_count if spec.resources else None
        seconds = spec.attributes.duration if spec.attributes else None
        account = spec.attributes.account if spec.attributes else None
        if self.accounts and not account:
            raise LimitReached("What the job is charged to is not known here", "allowed_accounts")
        if self.accounts and account and account.casefold() not in {a.casefold() for a in self.accounts}:
            allowed = ", ".join(self.accounts)
            raise LimitReached(f"Jobs may not be charged to {account}, only to {allowed}", "allowed_accounts")
        _at_most(nodes, self.nodes, "max_nodes", lambda n: count(int(n), "node"))
        _at_most(seconds, self.walltime, "max_walltime", lambda s: f"A walltime of {spoken(s)}")
        _at_most(node_hours(spec), self.node_hours, "max_node_hours", in_node_hours)

    def check_day(self, spent: float, more: float, planned: float = 0.0) -> None:
        """Refuse a job that would exceed the day's node hours.

        Args:
            spent: node hours of the jobs submitted in the last 24 hours.
            more: node hours that the job adds; a change that adds none is always allowed.
            planned: node hours of the planned jobs that have not been submitted.

        Raises:
            LimitReached: the job would exceed them.
        """
        limit = self.node_hours_per_day
        total = spent + planned + more
        if limit is not None and more > 0 and total > limit:
            with_planned = f" with the {planned:g} that are planned" if planned else ""
            raise LimitReached(
                f"{more:g} more node hours would make {total:g} within 24 hours{with_planned}, more than "
                f"{limit:g}",
                "max_node_hours_per_day",
            )

    def _check_resources(self, spec: JobSpec) -> None:
        """Refuse PBS resources of unknown effect if there is any limit that they might circumvent."""
        named = (spec.attributes and spec.attributes.custom_attributes) or {}
        limits = {name: getattr(self, name) for name in _ON_JOBS}
        setting = next((_ON_JOBS[name] for name, limit in limits.items() if limit not in (None, ())), None)
        if setting and (unknown := unknown_resources(named)):
            raise LimitReached(
                f"The effect of {', '.join(unknown)} in `custom_attributes` is unknown", setting
            )

    @property
    def _roots(self) -> set[str]:
        return {path.canonical for path in self.paths}

    def _is_below(self, path: RemotePath) -> bool:
        return any(path.canonical.startswith(f"{root}/") for root in self._roots)


_OF_WHAT_IS_THERE = frozenset(("chmod", "chown", "rm"))
"""The kinds of change that affect what is already at a path."""

_ON_JOBS = {
    "nodes": "max_nodes",
    "walltime": "max_walltime",
    "node_hours": "max_node_hours",
    "node_hours_per_day": "max_node_hours_per_day",
    "accounts": "allowed_accounts",
    "paths": "allowed_paths",
}
"""The limits on jobs, and the settings that define them."""


def _at_most(asked: float | None, limit: float | None, setting: str, say: Callable[[float], str]) -> None:
    if limit is not None and asked is None:
        raise LimitReached(f"What the job asks for is not known, and at most {limit:g} is allowed", setting)
    if asked is not None and limit is not None and asked > limit:
        raise LimitReached(f"{say(asked)} is more than {say(limit)[:1].lower()}{say(limit)[1:]}", setting)
