"""The limits that the person set once; they hold whatever a model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alcf_mcp.facility.jobspec import node_hours
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import JobSpec


class LimitReached(InvalidCall):
    """A limit of the person's does not allow it; the message names the limit and where it is set."""

    def __init__(self, what: str, setting: str) -> None:
        super().__init__(
            f"{what}. The limit is the person's own, set by ALCF_MCP_{setting.upper()}",
            hint="Keep within it, or tell the person: they alone can change it, in this server's settings.",
        )


@dataclass(frozen=True)
class Limits:
    """What may be asked for; ``None`` or nothing named means no limit.

    ``walltime`` is in seconds, ``paths`` are plain absolute directories. ``unasked_node_hours`` is what a job
    may cost before the person is asked about it.
    """

    unasked_node_hours: float = 8.0
    node_hours: float | None = None
    node_hours_per_day: float | None = None
    nodes: int | None = None
    walltime: int | None = None
    accounts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def check_path(self, path: str) -> None:
        """Refuse to change what lies outside the allowed directories.

        Args:
            path: a checked path.

        Raises:
            LimitReached: it does.
        """
        allowed = not self.paths or any(path == root or path.startswith(root + "/") for root in self.paths)
        if not allowed:
            raise LimitReached(f"{path} lies outside {', '.join(self.paths)}", "allowed_paths")

    def check_job(self, spec: JobSpec) -> None:
        """Refuse a job that asks for more than is allowed.

        Raises:
            LimitReached: it does.
        """
        nodes = spec.resources.node_count if spec.resources else None
        seconds = spec.attributes.duration if spec.attributes else None
        account = spec.attributes.account if spec.attributes else None
        if self.accounts and account and account.casefold() not in {a.casefold() for a in self.accounts}:
            allowed = ", ".join(self.accounts)
            raise LimitReached(f"Jobs may not be charged to {account}, only to {allowed}", "allowed_accounts")
        _at_most(nodes, self.nodes, "max_nodes", lambda n: f"{n:g} nodes")
        _at_most(seconds, self.walltime, "max_walltime", lambda s: f"A walltime of {spoken(s)}")
        _at_most(node_hours(spec), self.node_hours, "max_node_hours", lambda h: f"{h:g} node hours")


def _at_most(asked: float | None, limit: float | None, setting: str, say: Callable[[float], str]) -> None:
    if limit is not None and asked is None:
        raise LimitReached(f"What the job asks for is not known, and at most {limit:g} is allowed", setting)
    if asked is not None and limit is not None and asked > limit:
        raise LimitReached(f"{say(asked)} is more than {say(limit)[:1].lower()}{say(limit)[1:]}", setting)
