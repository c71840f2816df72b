"""Declare a resource with one decorator; the rest follows from the function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from mcp.shared.uri_template import UriTemplate
from mcp.types import Annotations

from alcf_mcp.completion.sources import Completed

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result

JSON = "application/json"
TEXT = "text/plain"

Audience = Literal["user", "assistant"]
EVERYBODY: tuple[Audience, ...] = ("user", "assistant")

ResourceFunction = Callable[..., Awaitable["Result | str"]]


@dataclass(frozen=True)
class Declared:
    """A declared resource.

    ``group`` is the group of tools that it belongs to, or ``None`` if it is always offered.
    """

    fn: ResourceFunction
    uri: str
    title: str
    group: str | None
    mime_type: str
    audience: tuple[Audience, ...]
    completions: Mapping[str, Completed]

    @cached_property
    def template(self) -> UriTemplate:
        """The template that its URIs match."""
        return UriTemplate.parse(self.uri)

    @property
    def described(self) -> dict[str, Any]:
        """What clients are given in addition to its URI."""
        return {
            "name": self.fn.__name__.replace("_", "-"),
            "title": self.title,
            "description": " ".join((self.fn.__doc__ or "").split()),
            "mime_type": self.mime_type,
            "annotations": Annotations(audience=list(self.audience)),
        }


DECLARED: list[Declared] = []
"""All resources, in the order of their declaration: if two match a URI, the first is read."""


def resource(
    uri: str,
    title: str,
    *,
    group: str | None,
    mime_type: str = JSON,
    audience: tuple[Audience, ...] = EVERYBODY,
    completions: Mapping[str, Completed] | None = None,
) -> Callable[[ResourceFunction], ResourceFunction]:
    """Declare a resource: a function of the facility, and of the variables in its URI.

    Args:
        uri: its URI, or an RFC 6570 template of its URIs.
        title: its display name.
        group: the group of tools that it belongs to.
        mime_type: the type of its content; a ``Result`` is rendered as JSON, or as its text.
        audience: who it is meant for.
        completions: the kinds of its variables, by name.
    """

    def declare(fn: ResourceFunction) -> ResourceFunction:
        DECLARED.append(Declared(fn, uri, title, group, mime_type, audience, completions or {}))
        return fn

    return declare
