"""Read files and directories by absolute path, waiting for the tasks that do it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Literal

import anyio

from alcf_mcp.facility.alcf.words import Meaning, meaning_of, means_nothing_there
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
"""Most to read at once: larger results make ALCF's service fail (ALCF's deployment of the API, 2026-08)."""

TAIL_WINDOW = 16_384
LINE_GUESS = 160

Starter = Callable[[str, str], Awaitable[TaskHandle]]
"""Starts a task for a filesystem id and a path."""

Started = Callable[[TaskHandle], None]
"""Called with the handle of a started task."""


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
        self._itself: dict[str, File | None] = {}

    async def ls(
        self,
        path: RemotePath,
        *,
        show_hidden: bool = False,
        numeric_ids: bool = False,
        recursive: bool = False,
        dereference: bool = False,
    ) -> Sequence[File]:
        """The entries of a directory, unsorted, or the single entry of a file.

        Symbolic links are left out, an unreadable entry silently cuts the list short, and an unreadable
        directory looks empty (ALCF's deployment of the API, 2026-08).
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
        """The entry of a path before a change: what this call saw of it, or else what it sees now."""
        return self._seen[path] if path in self._seen else await self.entry(path)

    async def entry(self, path: RemotePath) -> File | None:
        """The entry of a path in its directory's listing; ``None`` if there is none."""
        self._seen[path] = await self._entry(path)
        return self._seen[path]

    async def file_there(self, path: RemotePath) -> File | Literal["nothing", "no file"]:
        """What is at a path where a file may be.

        It reads the first byte to find out, because listing a large directory takes long.

        Raises:
            TaskFailed: the answer can't be determined, as for a link.
        """
        try:
            await self.resolve(path, lambda fs, path: self._iri.view(fs, path, offset=0, size=1))
        except TaskFailed as error:
            if means_nothing_there(error, path):
                return "nothing"
            if meaning_of(error) is Meaning.NOT_A_FILE:
                return "no file"
            raise
        return _named(path, await self.ls(path, show_hidden=True)) or File(name=path.name, type="file")

    async def is_missing(self, path: RemotePath) -> bool:
        """Whether a path is certainly missing: neither its directory's listing nor its own shows it.

        The directory's listing is not enough, as it may leave entries out.
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
        """The ``stat`` of a path; for a link, that of the link itself unless ``dereference`` is set."""
        task = await self.resolve(
            path, lambda fs, path: self._iri.stat(fs, path, dereference=dereference or None)
        )
        return task_results.stat(task)

    async def stat_if_there(self, path: RemotePath, *, dereference: bool = False) -> FileStat | None:
        """The ``stat`` of a path; ``None`` if nothing is there, not even a link.

        Raises:
            TaskFailed: the answer can't be determined.
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
        # Its directory can't be read, or leaves it out. Listing a file shows the file itself, but a directory
        # whose only entry has the directory's name looks the same: there, listing that entry shows something.
        own = await self._listing(path)
        itself = _named(path, own) if len(own) == 1 else None
        inside = itself and await self._listing(path / path.name)
        return None if inside else itself

    async def _listing(self, path: RemotePath) -> Sequence[File]:
        """The entries of a path; empty if it is missing or can't be read."""
        try:
            return await self.ls(path, show_hidden=True)
        except TaskFailed:
            return []

    async def size(self, path: RemotePath) -> int | None:
        """The size of a file in bytes; ``None`` if the facility does not report it."""
        self._itself[path] = found = await self._file(path)
        return found.size if found else None

    async def itself(self, path: RemotePath) -> File | None:
        """A file's own entry, as this call has seen it or now sees it; ``None`` if it can't be seen."""
        return self._itself[path] if path in self._itself else await self._file(path)

    async def _file(self, path: RemotePath) -> File | None:
        try:
            entries = await self.ls(path, show_hidden=True)
        except IRIError:
            return None
        return _named(path, entries) if len(entries) == 1 else None

    async def view(self, path: RemotePath, *, offset: int, size: int) -> FilePart:
        """Up to ``size`` bytes of a file, starting at ``offset``."""
        size = min(size, MOST_BYTES)
        task, total = await self._with_size(
            path, lambda fs, path: self._iri.view(fs, path, offset=offset, size=size)
        )
        return viewed(path, task_results.content(task), start=offset, total=total)

    async def beginning(self, path: RemotePath) -> str:
        """As much of a file as can be read at once, from its beginning, in one request."""
        task = await self.resolve(path, lambda fs, path: self._iri.view(fs, path, offset=0, size=MOST_BYTES))
        return task_results.content(task).content

    async def pieces(self, path: RemotePath) -> AsyncIterator[FilePart]:
        """A whole file from its beginning, in pieces; each has the call's whole time limit."""
        part = await self.view(path, offset=0, size=MOST_BYTES)
        while part.content:
            yield part
            if part.at_end or part.end is None:
                return
            self._wait.restart()
            part = await self._window(path, part.end, size=MOST_BYTES, total=part.total)

    async def head(
        self, path: RemotePath, *, lines: int | None = None, num_bytes: int | None = None
    ) -> FilePart:
        """The first lines or bytes of a file."""
        task, total = await self._with_size(
            path, lambda fs, path: self._iri.head(fs, path, lines=lines, num_bytes=num_bytes)
        )
        return headed(path, task_results.content(task), asked=num_bytes, total=total)

    async def download(self, path: RemotePath) -> str:
        """The whole content of a small file; in base64 if it is not text."""
        return task_results.content(await self.resolve(path, self._iri.download)).content

    async def tail(self, path: RemotePath, *, lines: int) -> FilePart:
        """The last lines of a file; if the facility has no ``tail``, read from its end by its size."""
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
                f"The size of {path!r} can't be determined, so its end can't be found",
                hint="Check that it is a file and that you can read it.",
                look_at=LookAt("file", path),
            )
        window = min(max(TAIL_WINDOW, lines * LINE_GUESS), MOST_BYTES)
        while True:
            start = max(0, total - window)
            part = await self._window(path, start, size=max(total - start, 1), total=total)
            whole_lines = part.content.count("\n", part.content.find("\n") + 1 if start else 0)
            if whole_lines >= lines or start == 0 or window >= MOST_BYTES:
                return last_lines(part, lines)
            window = min(window * 4, MOST_BYTES)

    async def _window(self, path: RemotePath, start: int, *, size: int, total: int | None) -> FilePart:
        task = await self.resolve(path, lambda fs, path: self._iri.view(fs, path, offset=start, size=size))
        return viewed(path, task_results.content(task), start=start, total=total)

    async def _with_size(self, path: RemotePath, start: Starter) -> tuple[Task, int | None]:
        """Resolve a task and get the file's size at the same time, to wait only once."""
        total: int | None = None
        task: Task | IRIError

        async def look() -> None:
            nonlocal total
            total = await self.size(path)

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            try:
                task = await self.resolve(path, start)
            except IRIError as error:  # kept, so that it is not raised inside an exception group
                task = error
                group.cancel_scope.cancel()
        if isinstance(task, IRIError):
            raise task
        return task, total

    async def resolve(self, path: RemotePath, start: Starter, *, started: Started | None = None) -> Task:
        """Start a task on the filesystem that holds a path, and wait for it.

        Args:
            path: the path.
            start: starts the task.
            started: called with the task's handle as soon as there is one.

        Raises:
            TaskError: the task failed, or did not end within the call's time limit.
        """
        filesystem = await self._names.storage(path.filesystem)
        handle = await start(filesystem.id, path)
        if started:
            started(handle)
        return await self._iri.tasks.resolve(handle, patience=self._wait.left, on_progress=self._wait.tell_of)


def _named(path: RemotePath, entries: Sequence[File]) -> File | None:
    return next((file for file in entries if file.name.rstrip("/").rpartition("/")[2] == path.name), None)
