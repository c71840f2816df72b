"""Translate resource names to ids: from ``polaris`` to the UUID that the API expects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from time import monotonic

import anyio

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.models import Resource

COMPUTE_TYPES = frozenset({"compute", "system"})
STORAGE_TYPES = frozenset({"storage"})

LIVE_SECONDS = 300.0
FALLBACK_SECONDS = 30.0
LOOKUP_SECONDS = 10.0

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

KNOWN_RESOURCES = tuple(
    Resource(id=id, name=name, resource_type=resource_type)
    for name, resource_type, id in (
        ("Polaris", "compute", "55c1c993-1124-47f9-b823-514ba3849a9a"),
        ("Crux", "compute", "8b9b42f7-572a-4909-8472-a0453436304c"),
        ("Aurora", "compute", "0325fc07-6fb7-4453-b772-3d5030b2df72"),
        ("Sophia", "compute", "9674c7e1-aecc-4dbb-bf01-c9197e027cd6"),
        ("Edith", "compute", "7f7d0593-162e-43b9-8476-07d7d137d6ab"),
        ("Sirius", "compute", "2fef6c82-a982-491e-91a3-d75b59b707af"),
        ("Eagle", "storage", "1c3ad9d4-2e91-42bc-becb-72b1fde1235c"),
        ("Home", "storage", "6115bd2c-957a-4543-abff-5fae52992ff2"),
    )
)
"""ALCF's resources and their stable ids (ALCF's public status service, 2026-08), in case the lookup fails."""


class KnownResources:
    """The resources of one facility as of the last lookup, shared by all calls."""

    def __init__(self) -> None:
        self.resources: tuple[Resource, ...] = ()
        self.fresh_until = 0.0
        self.one_lookup = anyio.Lock()

    @property
    def fresh(self) -> bool:
        """Whether the last lookup is recent enough."""
        return monotonic() < self.fresh_until


class ResourceNames:
    """The resources of one facility by name or id, looked up live and cached for a few minutes."""

    def __init__(self, iri: IRIClient, known: KnownResources) -> None:
        self._iri = iri
        self._known = known

    async def all(self) -> tuple[Resource, ...]:
        """All resources; concurrent callers share one lookup."""
        if not self._known.fresh:
            async with self._known.one_lookup:
                if not self._known.fresh:
                    await self._look_up()
        return self._known.resources

    async def _look_up(self) -> None:
        known = self._known
        live: tuple[Resource, ...] = ()
        with suppress(IRIError), anyio.move_on_after(LOOKUP_SECONDS):
            live = tuple(await self._iri.list_resources())
        # An empty list is as useless as no answer.
        known.resources = live or known.resources or KNOWN_RESOURCES
        known.fresh_until = monotonic() + (LIVE_SECONDS if live else FALLBACK_SECONDS)

    async def find(self, name: str) -> Resource:
        """The resource with this name, in any case, or with this id.

        Raises:
            InvalidCall: there is no such resource; the message lists the ones that exist.
        """
        return _pick(name, await self.all())

    async def compute(self, name: str) -> Resource:
        """The machine with this name.

        Raises:
            InvalidCall: there is no such resource, or it is not a machine.
        """
        everything = await self.all()
        resource = _pick(name, everything)
        if resource.resource_type in COMPUTE_TYPES or resource.resource_type == "unknown":
            return resource
        raise InvalidCall(
            f"{resource.name} is a {resource.resource_type} resource; jobs run on compute resources",
            hint=f"Use one of: {_names(r for r in everything if r.resource_type in COMPUTE_TYPES)}.",
        )

    async def computers(self) -> list[Resource]:
        """All machines."""
        return [resource for resource in await self.all() if resource.resource_type in COMPUTE_TYPES]

    async def storage(self, name: str) -> Resource:
        """The filesystem with this name.

        Raises:
            InvalidCall: the facility has no filesystem with this name.
        """
        everything = await self.all()
        filesystems = [r for r in everything if r.resource_type in STORAGE_TYPES] or list(everything)
        # Other deployments use names like "Eagle filesystem".
        named_after = [r for r in filesystems if name.casefold() in r.name.casefold()]
        return named_after[0] if len(named_after) == 1 else _pick(name, filesystems)


def _pick(name: str, resources: Iterable[Resource]) -> Resource:
    wanted = name.strip().casefold()
    resources = tuple(resources)
    for resource in resources:
        if wanted in (resource.name.casefold(), resource.id.casefold()):
            return resource
    if _UUID.fullmatch(wanted):
        # A new resource may not be listed yet; leave it to the facility to reject an unknown id.
        return Resource(id=wanted, name=wanted)
    close = get_close_matches(wanted, [resource.name.casefold() for resource in resources], n=1)
    guess = next(
        (f"Did you mean {r.name}? " for r in resources if close and r.name.casefold() == close[0]), ""
    )
    raise InvalidCall(
        f"There is no resource named {name!r}", hint=f"{guess}The facility has: {_names(resources)}."
    )


def _names(resources: Iterable[Resource]) -> str:
    return ", ".join(sorted(resource.name for resource in resources))
