"""Files and directories. Every operation returns a task; ``client.tasks`` waits for its result."""

from __future__ import annotations

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls
from alcf_mcp.iri.models import (
    ChangeMode,
    ChangeOwner,
    Compress,
    Copy,
    Extract,
    MakeDirectory,
    MakeSymlink,
    Move,
    Outgoing,
    TaskHandle,
)
from alcf_mcp.iri.operations import Operation


class FilesystemOperations(Calls):
    """One storage resource. Paths are absolute; sizes, offsets and positions are in bytes."""

    async def ls(
        self,
        resource_id: str,
        path: str,
        *,
        show_hidden: bool | None = None,
        numeric_ids: bool | None = None,
        recursive: bool | None = None,
        dereference: bool | None = None,
    ) -> TaskHandle:
        """List a directory, or a file as a single entry."""
        return await self._start(
            op.LS,
            resource_id,
            path=path,
            showHidden=show_hidden,
            numericUid=numeric_ids,
            recursive=recursive,
            dereference=dereference,
        )

    async def head(
        self,
        resource_id: str,
        path: str,
        *,
        lines: int | None = None,
        num_bytes: int | None = None,
        skip_trailing: bool | None = None,
    ) -> TaskHandle:
        """Read the beginning of a file; pass exactly one of ``lines`` and ``num_bytes``."""
        return await self._start(
            op.HEAD, resource_id, path=path, lines=lines, bytes=num_bytes, skipTrailing=skip_trailing
        )

    async def tail(
        self,
        resource_id: str,
        path: str,
        *,
        lines: int | None = None,
        num_bytes: int | None = None,
        skip_heading: bool | None = None,
    ) -> TaskHandle:
        """Read the end of a file."""
        return await self._start(
            op.TAIL, resource_id, path=path, lines=lines, bytes=num_bytes, skipHeading=skip_heading
        )

    async def view(
        self, resource_id: str, path: str, *, offset: int | None = None, size: int | None = None
    ) -> TaskHandle:
        """Read ``size`` bytes of a file, starting at ``offset``, as UTF-8 text."""
        return await self._start(op.VIEW, resource_id, path=path, offset=offset, size=size)

    async def stat(self, resource_id: str, path: str, *, dereference: bool | None = None) -> TaskHandle:
        """Get the metadata of a file or directory."""
        return await self._start(op.STAT, resource_id, path=path, dereference=dereference)

    async def file_type(self, resource_id: str, path: str) -> TaskHandle:
        """Determine the kind of a file from its content."""
        return await self._start(op.FILE_TYPE, resource_id, path=path)

    async def checksum(self, resource_id: str, path: str) -> TaskHandle:
        """Compute a file's checksum."""
        return await self._start(op.CHECKSUM, resource_id, path=path)

    async def download(self, resource_id: str, path: str) -> TaskHandle:
        """Read the content of a small file."""
        return await self._start(op.DOWNLOAD, resource_id, path=path)

    async def upload(self, resource_id: str, path: str, content: bytes) -> TaskHandle:
        """Write a small file."""
        file = (path.rpartition("/")[2], content)
        handle = await self._one(op.UPLOAD, TaskHandle, resource_id, query={"path": path}, file=file)
        return _of(op.UPLOAD, handle)

    async def rm(self, resource_id: str, path: str) -> TaskHandle:
        """Remove a file, or a directory with everything in it."""
        return await self._start(op.RM, resource_id, path=path)

    async def mkdir(self, resource_id: str, body: MakeDirectory) -> TaskHandle:
        """Make a directory; this fails if it already exists, even with ``parent``."""
        return await self._change(op.MKDIR, resource_id, body)

    async def chmod(self, resource_id: str, body: ChangeMode) -> TaskHandle:
        """Change the mode of a file or directory."""
        return await self._change(op.CHMOD, resource_id, body)

    async def chown(self, resource_id: str, body: ChangeOwner) -> TaskHandle:
        """Change the owner, the group or both."""
        return await self._change(op.CHOWN, resource_id, body)

    async def symlink(self, resource_id: str, body: MakeSymlink) -> TaskHandle:
        """Make a symbolic link."""
        return await self._change(op.SYMLINK, resource_id, body)

    async def cp(self, resource_id: str, body: Copy) -> TaskHandle:
        """Copy a file or directory."""
        return await self._change(op.CP, resource_id, body)

    async def mv(self, resource_id: str, body: Move) -> TaskHandle:
        """Move or rename a file or directory."""
        return await self._change(op.MV, resource_id, body)

    async def compress(self, resource_id: str, body: Compress) -> TaskHandle:
        """Pack a file or directory into an archive."""
        return await self._change(op.COMPRESS, resource_id, body)

    async def extract(self, resource_id: str, body: Extract) -> TaskHandle:
        """Unpack an archive."""
        return await self._change(op.EXTRACT, resource_id, body)

    async def _start(
        self, operation: Operation, resource_id: str, **query: str | int | bool | None
    ) -> TaskHandle:
        return _of(operation, await self._one(operation, TaskHandle, resource_id, query=query))

    async def _change(self, operation: Operation, resource_id: str, body: Outgoing) -> TaskHandle:
        return _of(operation, await self._one(operation, TaskHandle, resource_id, body=body))


def _of(operation: Operation, handle: TaskHandle) -> TaskHandle:
    return handle.model_copy(update={"operation": operation.id})
