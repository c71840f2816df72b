"""Files and directories by their absolute paths, with the tasks behind them resolved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import anyio

from alcf_mcp.facility.alcf.words import means_no_file, means_nothing_there
from alcf_mcp.facility.files.parts import FilePart, headed, last_lines, viewed
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.facility.unsupported import UnsupportedOperations
from alcf_mcp.iri import IRIClient, task_results
from alcf_mcp.iri.errors import (
    InvalidCall,
    IRIError,
    LookAt,
    NotImplementedThere,
    TaskFailed,
)
from alcf_mcp.iri.models import File, FileStat, Task, TaskHandle
from alcf_mcp.iri.wait import Wait

MOST_BYTES = 1_048_576
"""Read in one piece: larger results make ALCF's service fail (ALCF's deployment of the API, 2026-08)."""

TAIL_WINDOW = 16_384
LINE_GUESS = 160

Starter = Callable[[str, str], Awaitable[TaskHandle]]
"""Starts a task, given the filesystem's id and the path."""

Started = Callable[[TaskHandle], None]
"""Is told of a task that was started."""


class Files:
    """The filesystems of one facility."""

    def __init__(
        self,
        iri: IRIClient,
        names: ResourceNames,
        wait: Wait,
        unsupported: UnsupportedOperations,
    ) -> None:
        self._iri = iri
        self._names = names
        self._wait = wait
        self._unsupported = unsupported
        self._seen: dict[str, File | None] = {}

    async def ls(
        self,
        path: RemotePath,
        *,
        show_hidden: bool = False,
        numeric_ids: bool = False,
        recursive: bool = False,
        dereference: bool = False,
    ) -> list[File]:
        """The entries of a directory, or the one of a file; unsorted.

        Symbolic links are left out, an unreadable entry cuts the list there without a word, and an
        unreadable directory looks empty (ALCF's deployment of the API, 2026-08).
        """
        options = {
            "show_hidden": show_hidden or None,
            "numeric_ids": numeric_ids or None,
            "recursive": recursive or None,
            "dereference": dereference or None,
        }
        task = await self.resolve(path, lambda fs, path: self._iri.ls(fs, path, **options))
        return task_results.files(task)

    async def seen(self, path: RemotePath) -> File | None:
        """What this call has seen of a path already, or sees now: how it was before a change."""
        return self._seen[path] if path in self._seen else await self.entry(path)

    async def entry(self, path: RemotePath) -> File | None:
        """What its directory tells of a path; ``None`` where it tells nothing."""
        self._seen[path] = await self._entry(path)
        return self._seen[path]

    async def file_there(self, path: RemotePath) -> File | Literal["nothing", "no file"]:
        """What is at a path where a file may be; its first byte tells, as a directory may be long to list.

        Raises:
            TaskFailed: that can't be told, as of a link.
        """
        try:
            await self.resolve(path, lambda fs, path: self._iri.view(fs, path, offset=0, size=1))
        except TaskFailed as error:
            if means_nothing_there(error, path):
                return "nothing"
            if means_no_file(error):
                return "no file"
            raise
        return _named(path, await self.ls(path, show_hidden=True)) or File(name=path.name, type="file")

    async def is_missing(self, path: RemotePath) -> bool:
        """Whether a path is surely not there: its directory does not show it, and it is not found itself.

        A directory alone may leave it out.
        """
        if (parent := path.parent) is None:
            return False
        try:
            if _named(path, await self.ls(parent, show_hidden=True)):
                return False
        except TaskFailed as error:
            return means_nothing_there(error, parent)
        try:
            await self.ls(path, show_hidden=True)
        except TaskFailed as error:
            return means_nothing_there(error, path)
        return False

    async def stat(self, path: RemotePath, *, dereference: bool = False) -> FileStat:
        """What the filesystem knows of a path; of a link itself, unless that is followed."""
        task = await self.resolve(
            path, lambda fs, path: self._iri.stat(fs, path, dereference=dereference or None)
        )
        return task_results.stat(task)

    async def stat_if_there(self, path: RemotePath, *, dereference: bool = False) -> FileStat | None:
        """The same; ``None`` where nothing is, not even a link.

        Raises:
            TaskFailed: that can't be told.
        """
        try:
            return await self.stat(path, dereference=dereference)
        except TaskFailed as error:
            if means_nothing_there(error, path):
                return None
            raise

    async def _entry(self, path: RemotePath) -> File | None:
        beside = await self._listing(path.parent) if path.parent else []
        if found := _named(path, beside):
            return found
        # Its directory can't be read, or leaves it out. A file is listed as itself, but so looks a directory
        # whose only entry has its own name: then there is something below that name.
        own = await self._listing(path)
        itself = _named(path, own) if len(own) == 1 else None
        inside = itself and await self._listing(path / path.name)
        return None if inside else itself

    async def _listing(self, path: RemotePath) -> list[File]:
        """The entries of a path that may not be there, or may not be readable."""
        try:
            return await self.ls(path, show_hidden=True)
        except TaskFailed:
            return []

    async def size(self, path: RemotePath) -> int | None:
        """The size of a file in bytes; ``None`` where the facility does not tell."""
        try:
            entries = await self.ls(path, show_hidden=True)
        except IRIError:
            return None
        found = _named(path, entries) if len(entries) == 1 else None
        return found.size if found else None

    async def view(self, path: RemotePath, *, offset: int, size: int) -> FilePart:
        """Up to ``size`` bytes of a file from ``offset`` on."""
        size = min(size, MOST_BYTES)
        task, total = await self._with_size(
            path, lambda fs, path: self._iri.view(fs, path, offset=offset, size=size)
        )
        return viewed(path, task_results.content(task), start=offset, total=total)

    async def head(
        self, path: RemotePath, *, lines: int | None = None, num_bytes: int | None = None
    ) -> FilePart:
        """The first lines or bytes of a file."""
        task, total = await self._with_size(
            path, lambda fs, path: self._iri.head(fs, path, lines=lines, num_bytes=num_bytes)
        )
        return headed(path, task_results.content(task), asked=num_bytes, total=total)

    async def download(self, path: RemotePath) -> str:
        """A small file whole; what is no text comes in base64."""
        return task_results.content(await self.resolve(path, self._iri.download)).content

    async def tail(self, path: RemotePath, *, lines: int) -> FilePart:
        """The last lines of a file; by its size and a look at its end where the facility has no ``tail``."""
        if not await self._unsupported.lacks("tail"):
            try:
                task = await self.resolve(path, lambda fs, path: self._iri.tail(fs, path, lines=lines))
            except NotImplementedThere:
                await self._unsupported.note_missing("tail")
            else:
                return FilePart(path, task_results.content(task).content)
        return await self._tail_by_view(path, lines)

    async def _tail_by_view(self, path: RemotePath, lines: int) -> FilePart:
        total = await self.size(path)
        if total is None:
            raise InvalidCall(
                f"The size of {path!r} can't be told, so its end can't be found",
                hint="Is it a file, and readable?",
                look_at=LookAt("file", path),
            )
        window = min(max(TAIL_WINDOW, lines * LINE_GUESS), MOST_BYTES)
        while True:
            start = max(0, total - window)
            part = await self._window(path, start, total)
            whole_lines = part.content.count("\n", part.content.find("\n") + 1 if start else 0)
            if whole_lines >= lines or start == 0 or window >= MOST_BYTES:
                return last_lines(part, lines)
            window = min(window * 4, MOST_BYTES)

    async def _window(self, path: RemotePath, start: int, total: int) -> FilePart:
        size = max(total - start, 1)
        task = await self.resolve(path, lambda fs, path: self._iri.view(fs, path, offset=start, size=size))
        return viewed(path, task_results.content(task), start=start, total=total)

    async def _with_size(self, path: RemotePath, start: Starter) -> tuple[Task, int | None]:
        """Resolve a task and, beside it, look how large the file is: one wait for both."""
        total: int | None = None
        task: Task | IRIError

        async def look() -> None:
            nonlocal total
            total = await self.size(path)

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            try:
                task = await self.resolve(path, start)
            except IRIError as error:  # kept, so that it does not leave in an exception group
                task = error
                group.cancel_scope.cancel()
        if isinstance(task, IRIError):
            raise task
        return task, total

    async def resolve(self, path: RemotePath, start: Starter, *, started: Started | None = None) -> Task:
        """Start a task on the filesystem that a path lies on, and wait for it.

        Args:
            path: the path.
            start: starts the task.
            started: told of the task as soon as there is one.

        Raises:
            TaskError: it failed, or outlasts the call's patience.
        """
        filesystem = await self._names.storage(path.filesystem)
        handle = await start(filesystem.id, path)
        if started:
            started(handle)
        return await self._iri.tasks.resolve(handle, patience=self._wait.left, on_progress=self._wait.tell_of)


def _named(path: RemotePath, entries: list[File]) -> File | None:
    return next((file for file in entries if file.name.rstrip("/").rpartition("/")[2] == path.name), None)
