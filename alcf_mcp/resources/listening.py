"""Notify clients that listen to a job when its state changes, so that they need not poll.

Clients of 2026-07-28 listen with ``subscriptions/listen``, earlier ones with ``resources/subscribe``, which
the SDK leaves to us. The facility itself does not report changes: it is polled at growing intervals, as
long as a client listens and the job has not ended.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, cast

import anyio
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
from mcp.shared.uri_template import UriTemplate
from mcp.types import SubscribeRequestParams, SubscriptionsListenRequestParams, UnsubscribeRequestParams
from mcp.types.version import is_version_at_least

from alcf_mcp.app import App
from alcf_mcp.guard.answers import Handled
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.pace import pauses
from alcf_mcp.journal import JournalError
from alcf_mcp.resources.jobs import JOB, OUTPUT

logger = logging.getLogger(__name__)

MOST_WATCHED = 100
"""Jobs watched at once; a client that listens to more is notified only of these."""

LONGEST_WATCH = timedelta(days=14).total_seconds()
FIRST_RETRY, LONGEST_RETRY = 60.0, 900.0
"""Seconds until a job that can't be checked is tried again."""

_TEMPLATES = tuple(map(UriTemplate.parse, (JOB, OUTPUT)))

_OF_SUBSCRIBING = frozenset(("initialize", "resources/subscribe", "resources/unsubscribe"))


class Watches:
    """The jobs that a server's clients listen to.

    ``bus`` carries the changes to clients of 2026-07-28, and ``serve`` is MCP middleware.

    Args:
        app: the server.
        groups: the groups of tools that are offered; without the one for jobs, nothing is watched.
    """

    def __init__(self, app: App, groups: Collection[str]) -> None:
        self.bus = InMemorySubscriptionBus()
        self._app = app
        self._watches_jobs = "compute" in groups
        self._listeners: Counter[str] = Counter()
        self._watches: dict[str, anyio.CancelScope] = {}
        self._subscribed: dict[str, tuple[ServerSession, ExitStack]] = {}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Wrap the life of a server and its client; subscriptions end with it."""
        try:
            yield
        finally:
            for uri in [*self._subscribed]:
                self._unsubscribe(uri)

    def serve(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Handled:
        """MCP middleware: track which client listens to what."""
        if ctx.method == "subscriptions/listen" and _is_modern(ctx):
            return self._listen(ctx, call_next)
        # A connection that carries nothing but answers can't carry news either.
        if ctx.method in _OF_SUBSCRIBING and not _is_modern(ctx) and ctx.session.can_send_request:
            return self._notice(ctx, call_next)
        return cast("Handled", call_next(ctx))

    async def _listen(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        asked = SubscriptionsListenRequestParams.model_validate(ctx.params, by_name=False).notifications
        with self._listening(*(asked.resource_subscriptions or ())):
            return await call_next(ctx)

    async def _notice(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method == "initialize":
            return _offering_subscriptions(await call_next(ctx))
        if ctx.method == "resources/subscribe":
            self._subscribe(SubscribeRequestParams.model_validate(ctx.params, by_name=False).uri, ctx.session)
        else:
            self._unsubscribe(UnsubscribeRequestParams.model_validate(ctx.params, by_name=False).uri)
        return {}

    def _subscribe(self, uri: str, session: ServerSession) -> None:
        self._unsubscribe(uri)
        listening = ExitStack()
        listening.enter_context(self._listening(uri))
        self._subscribed[uri] = (session, listening)

    def _unsubscribe(self, uri: str) -> None:
        if uri in self._subscribed:
            _, listening = self._subscribed.pop(uri)
            listening.close()

    @contextmanager
    def _listening(self, *uris: str) -> Iterator[None]:
        """Wrap the time that a client listens; each job is watched as long as any client does."""
        self._listeners.update(uris)
        for uri in uris:
            self._watch(uri)
        try:
            yield
        finally:
            self._listeners.subtract(uris)
            for uri in uris:
                if self._listeners[uri] <= 0 and uri in self._watches:
                    self._watches.pop(uri).cancel()
            self._listeners = +self._listeners

    def _watch(self, uri: str) -> None:
        job = next((found for template in _TEMPLATES if (found := template.match(uri))), None)
        if not job or uri in self._watches or not self._watches_jobs:
            return
        if len(self._watches) >= MOST_WATCHED:
            logger.warning("%d jobs are already watched; not watching another", MOST_WATCHED)
            return
        self._watches[uri] = scope = anyio.CancelScope()
        self._app.start(partial(self._look, scope, uri, str(job["resource"]), str(job["job_id"])))

    async def _look(self, scope: anyio.CancelScope, uri: str, resource: str, job_id: str) -> None:
        """Check a job until it ends, trying again later if it can't be checked."""
        with scope:
            for pause in pauses(FIRST_RETRY, LONGEST_RETRY):
                try:
                    await self._follow(uri, resource, job_id)
                    break
                except (IRIError, JournalError, TimeoutError) as error:
                    logger.info("can't check a watched job: %s", type(error).__name__)
                    if type(error) is InvalidCall:  # there is no such job
                        break
                await anyio.sleep(pause)

    async def _follow(self, uri: str, resource: str, job_id: str) -> None:
        known = await self._app.facility().jobs.get(job_id, resource)
        jobs = self._app.facility(LONGEST_WATCH).jobs
        # The first check is announced, too: the job may have changed since the client read it.
        told: tuple[str, bool] | None = None
        async with aclosing(jobs.follow(known, patience=LONGEST_WATCH)) as seen:
            async for known in seen:
                if told != (told := (known.state, known.finished)):
                    await self._tell(uri)

    async def _tell(self, uri: str) -> None:
        await self.bus.publish(ResourceUpdated(uri))
        if uri in self._subscribed:
            session, _ = self._subscribed[uri]
            await session.send_resource_updated(uri)


def _is_modern(ctx: ServerRequestContext[Any, Any]) -> bool:
    return is_version_at_least(ctx.protocol_version, "2026-07-28")


def _offering_subscriptions(result: HandlerResult) -> HandlerResult:
    """Add the subscriptions, which the SDK does not know of, to the server's capabilities."""
    if isinstance(result, dict):
        result["capabilities"].setdefault("resources", {})["subscribe"] = True
    return result
