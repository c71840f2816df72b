"""What the server knows about ALCF without asking it: the guide and the job script templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcp.types import Annotations, Resource

from alcf_mcp.facility import Facility
from alcf_mcp.resources.declare import EVERYBODY, resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result

MARKDOWN, SHELL_SCRIPT = "text/markdown", "application/x-sh"


@resource(
    "alcf://guide/{topic}",
    "A page of the guide",
    group=None,
    mime_type=MARKDOWN,
    completions={"topic": "topic"},
)
async def guide(facility: Facility, topic: str) -> Result | str:
    """A short page about working at ALCF through this server, with its date and sources."""
    from alcf_mcp.guide import read_page  # noqa: PLC0415 - loaded where it is used

    page = read_page(topic)
    sources = "\n".join(f"- {source}" for source in page.sources)
    return f"{page.text}\n\nAs of {page.as_of}, from:\n\n{sources}\n"


@resource(
    "alcf://templates/{name}",
    "A job script template",
    group=None,
    mime_type=SHELL_SCRIPT,
    completions={"name": "template"},
)
async def template(facility: Facility, name: str) -> Result | str:
    """A script for submit_job; its first lines say what to fill in for each placeholder in braces."""
    from alcf_mcp.facility.alcf.templates import read_template  # noqa: PLC0415 - loaded where it is used

    return read_template(name).text


def each_by_itself() -> Iterator[Resource]:
    """Every page and every template, each listed under its own title."""
    from alcf_mcp.facility.alcf.templates import list_templates  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.guide import list_pages  # noqa: PLC0415

    for page in list_pages():
        yield Resource(
            uri=f"alcf://guide/{page.topic}",
            name=f"guide-{page.topic}",
            title=f"Guide: {page.title}",
            description=page.description,
            mime_type=MARKDOWN,
            annotations=Annotations(audience=[*EVERYBODY]),
        )
    for script in list_templates():
        yield Resource(
            uri=f"alcf://templates/{script.name}",
            name=f"template-{script.name}",
            title=f"Job script: {script.title}",
            description=script.description,
            mime_type=SHELL_SCRIPT,
            annotations=Annotations(audience=[*EVERYBODY]),
        )
