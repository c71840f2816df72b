"""Turn a declared resource into its content, or into the sentence that says why it can't be read."""

from __future__ import annotations

import logging

import anyio
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import TextContent

from alcf_mcp.facility import Facility
from alcf_mcp.facility.alcf.words import Meaning, meaning_of
from alcf_mcp.iri.errors import InvalidCall, NotFound, TaskFailed
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import visible
from alcf_mcp.resources.declare import JSON, Declared
from alcf_mcp.tools.failures import EXPECTED, failure
from alcf_mcp.tools.tool import GRACE_SECONDS

logger = logging.getLogger(__name__)


async def content_of(declared: Declared, variables: dict[str, str], facility: Facility) -> str:
    """Read a resource's content.

    Raises:
        ResourceNotFoundError: nothing has that name.
        ResourceError: it can't be read; the message is the one that a tool would give.
    """
    seconds = facility.wait.seconds
    try:
        with anyio.fail_after(seconds + GRACE_SECONDS):
            return _rendered(await declared.fn(facility, **variables), declared.mime_type)
    except EXPECTED as error:
        logger.info("%s can't be read: %s", declared.uri, type(error).__name__)
        raise _refusal(error, seconds + GRACE_SECONDS) from None


def _rendered(content: Result | str, mime_type: str) -> str:
    if isinstance(content, str):
        return visible(content)
    return content.model_dump_json(exclude_none=True) if mime_type == JSON else content.text()


def _refusal(error: Exception, seconds: float) -> ResourceError:
    """Build an error with the sentences that a tool would give."""
    blocks = failure(error, reads=True, seconds=seconds).content
    sentence = "\n".join(block.text for block in blocks if isinstance(block, TextContent))
    # Subclasses of InvalidCall are about the sign-in or the user's limits, not about what was requested.
    is_missing = type(error) is InvalidCall or isinstance(error, NotFound) or _is_of_nothing(error)
    return ResourceNotFoundError(sentence) if is_missing else ResourceError(sentence)


def _is_of_nothing(error: Exception) -> bool:
    return isinstance(error, TaskFailed) and meaning_of(error) is Meaning.NOTHING_THERE
