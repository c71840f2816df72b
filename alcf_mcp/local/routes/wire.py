"""What the responses of several groups share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request

from alcf_mcp.local.problems import Problem

PREFIX = "/api/v1"

T = TypeVar("T")


def uri(request: Request, *parts: str) -> str:
    """The URL of one of the facility's objects."""
    return "/".join((str(request.base_url).rstrip("/") + PREFIX, *parts))


def resource_uri(request: Request, resource_id: str) -> str:
    """The URL of a resource."""
    return uri(request, "status", "resources", resource_id)


def timestamp(seconds: float) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def found(item: T | None, name: str) -> T:
    """The item that was looked up.

    Raises:
        Problem: 404 if there is none.
    """
    if item is None:
        raise Problem(404, f"'{name}' not found.")
    return item
