"""Completions that a client offers while the user types: machines, projects, queues, jobs, paths.

Nothing here fails or keeps the user waiting: values that don't arrive in time are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from functools import partial

import anyio
from mcp.server import MCPServer
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from alcf_mcp.app import App
from alcf_mcp.completion.remembered import Remembered
from alcf_mcp.completion.sources import SOURCES, Completed, Question, Values, known_values
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.journal import JournalError
from alcf_mcp.reports.text import one_line

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a user who is typing is kept waiting at most."""

FETCHING = 30.0
"""Seconds after which a request that nobody is waiting for any more is given up."""

MOST_VALUES = 100

Kinds = Mapping[str, Mapping[str, Completed]]
"""The kinds of arguments: by prompt name or URI template, then by argument name."""


def add_completions(server: MCPServer[App], app: App, kinds: Kinds, *, groups: Collection[str]) -> None:
    """Let a server complete prompt arguments and the variables in resource URIs.

    Args:
        server: the server.
        app: the server's shared state.
        kinds: what can be completed.
        groups: the groups of tools that are offered; nothing is requested for other groups.
    """
    completer = _Completer(app, groups)

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        place = ref.name if isinstance(ref, PromptReference) else ref.uri
        kind = kinds.get(place, {}).get(argument.name)
        if kind is None:
            return Completion(values=[])
        given = (context and context.arguments) or {}
        # In a URI, the leading slash of a path belongs to the template.
        slash = "/" if kind == "path" and isinstance(ref, ResourceTemplateReference) else ""
        typed = slash + argument.value.removeprefix(slash)
        found = await completer.values(kind, Question(typed, given.get("resource")))
        shown = [one_line(value, 4096).removeprefix(slash) for value in found[:MOST_VALUES]]
        return Completion(values=shown, total=len(found), has_more=len(found) > len(shown))

    server.completion()(complete)  # type: ignore[no-untyped-call]


class _Completer:
    """Finds values that match what the user is typing."""

    def __init__(self, app: App, groups: Collection[str]) -> None:
        self._app = app
        self._groups = groups
        self._remembered = Remembered(app)

    async def values(self, kind: Completed, question: Question) -> list[str]:
        """Find the values of a kind that begin with the typed text."""
        begun = question.typed.casefold()
        return [value for value in await self._all(kind, question) if value.casefold().startswith(begun)]

    async def _all(self, kind: Completed, question: Question) -> Values:
        source = SOURCES.get(kind)
        if source is None:
            return known_values(kind, question)
        if source.group in self._groups:
            ask, key = partial(self._ask, kind, question), (kind, source.key(question))
            with anyio.move_on_after(PATIENCE):
                return await self._remembered.get(key, ask, seconds=source.kept)
        return ()

    async def _ask(self, kind: Completed, question: Question) -> Values:
        try:
            with anyio.fail_after(FETCHING):
                return await SOURCES[kind].ask(self._app.facility(FETCHING), question)
        except (IRIError, JournalError, TimeoutError) as error:
            logger.info("no values for a %s (%s)", kind, type(error).__name__)
            return ()


__all__ = ["Completed", "Kinds", "add_completions"]
