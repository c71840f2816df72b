"""Short pages about working at ALCF through this server, each with its date and its sources.

A page is a Markdown file with front matter. ``{queue_tables}`` in it is replaced by the queue tables, so that
their numbers are kept in one place.
"""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel

from alcf_mcp.data import read_all
from alcf_mcp.facility.alcf.queue_tables import queue_tables
from alcf_mcp.front_matter import parted
from alcf_mcp.iri.errors import InvalidCall


class _PageHead(BaseModel, frozen=True, extra="forbid"):
    title: str
    description: str
    as_of: str
    sources: tuple[str, ...]


class GuidePage(_PageHead, frozen=True):
    """A page of the guide; ``text`` is Markdown."""

    topic: str
    text: str


@cache
def list_pages() -> tuple[GuidePage, ...]:
    """List all pages, sorted by topic."""
    return tuple(_parse(topic, text) for topic, text in read_all("guide", ".md"))


def read_page(topic: str) -> GuidePage:
    """Return the page about a topic.

    Raises:
        InvalidCall: there is no such page.
    """
    for page in list_pages():
        if page.topic == topic.strip().lower():
            return page
    topics = ", ".join(page.topic for page in list_pages())
    raise InvalidCall(f"The guide has no page about {topic!r}", hint=f"Its topics are: {topics}.")


def _parse(topic: str, text: str) -> GuidePage:
    head, body = parted(text, _PageHead, where=f"guide/{topic}.md")
    return GuidePage(
        **head.model_dump(), topic=topic, text=body.replace("{queue_tables}", queue_tables()).strip()
    )
