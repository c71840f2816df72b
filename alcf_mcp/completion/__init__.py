"""What a client offers while a person types: names of machines, projects and queues, jobs, paths.

Nothing here fails, and nothing keeps a person waiting: what can't be told in time is left out.
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
from alcf_mcp.tools.text import one_line

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a person who types is kept waiting."""

FETCHING = 30.0
"""Seconds after which an answer that nobody waits for any more is given up."""

MOST_VALUES = 100

Kinds = Mapping[str, Mapping[str, Completed]]
"""What the values of arguments are: by the prompt's name or the URI template, and by the argument's name."""


def add_completions(server: MCPServer[App], app: App, kinds: Kinds, *, groups: Collection[str]) -> None:
    """Let a server complete arguments of prompts, and variables in the URIs of resources.

    Args:
        server: the server.
        app: what it holds.
        kinds: what there is to complete.
        groups: the groups of tools that are offered; of others nothing is asked for.
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
        # In a URI, a path begins behind the slash that is part of the template.
        slash = "/" if kind == "path" and isinstance(ref, ResourceTemplateReference) else ""
        typed = slash + argument.value.removeprefix(slash)
        found = await completer.values(kind, Question(typed, given.get("resource")))
        shown = [one_line(value, 4096).removeprefix(slash) for value in found[:MOST_VALUES]]
        return Completion(values=shown, total=len(found), has_more=len(found) > len(shown))

    server.completion()(complete)  # type: ignore[no-untyped-call]


class _Completer:
    """Finds values for what is being typed."""

    def __init__(self, app: App, groups: Collection[str]) -> None:
        self._app = app
        self._groups = groups
        self._remembered = Remembered(app)

    async def values(self, kind: Completed, question: Question) -> list[str]:
        """The values of a kind that begin with what is typed."""
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
