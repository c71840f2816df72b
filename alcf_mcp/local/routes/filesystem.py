"""The routes of files: each checks the request and turns it into a task."""

from __future__ import annotations

import uuid
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from pydantic import SecretStr
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.catalog import STORAGES, ResourceRecord, Storage
from alcf_mcp.local.files.arguments import MAX_VIEW_BYTES, Arguments, Upload
from alcf_mcp.local.files.operations import OPERATIONS, FileOperation
from alcf_mcp.local.files.paths import check_path, invalid_input
from alcf_mcp.local.problems import Problem, not_implemented
from alcf_mcp.local.requests import read_body, read_query, secured
from alcf_mcp.local.routes.wire import found, uri
from alcf_mcp.local.tasks import TaskService

MAX_UPLOAD_BYTES = MAX_VIEW_BYTES  # the limit that the standard sets


class FilesystemRoutes:
    """Serves the routes of files.

    Args:
        tasks: where tasks go.
        records: all resources of the facility.
        spool: where uploads wait for their task.
        token: the bearer token.
        full: implement every operation; otherwise only those of ALCF.
    """

    def __init__(
        self,
        tasks: TaskService,
        records: tuple[ResourceRecord, ...],
        spool: Path,
        *,
        token: SecretStr,
        full: bool,
    ) -> None:
        self._tasks = tasks
        self._names = {record.id: record.name for record in records}
        self._storages = {storage.id: storage for storage in STORAGES}
        self._spool = spool
        self._token = token
        self._full = full

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route(
                f"/filesystem/{operation.command}/{{resource_id}}",
                secured(partial(self._accept, operation), self._token),
                methods=[operation.method],
            )
            for operation in OPERATIONS.values()
        ]

    async def _accept(self, operation: FileOperation, request: Request) -> Response:
        arguments = await self._arguments(operation, request)
        name = found(self._names.get(request.path_params["resource_id"]), request.path_params["resource_id"])
        self._check_implemented(operation, arguments)
        arguments.check()
        storage = self._storages.get(request.path_params["resource_id"])
        if storage is None:
            raise invalid_input(f"501: {name} not supported yet.")
        args = arguments.model_dump() | _checked_paths(arguments, storage)
        if isinstance(arguments, Upload):
            args["spool"] = await self._keep_upload(request)
        task_id = await self._tasks.submit(operation.command, args)
        answer = {"task_id": task_id, "task_uri": uri(request, "task", task_id)}
        return JSONResponse(answer, status_code=operation.accepted)

    async def _arguments(self, operation: FileOperation, request: Request) -> Arguments:
        if operation.method in ("GET", "DELETE") or operation.arguments is Upload:
            return read_query(request, operation.arguments)
        return await read_body(request, operation.arguments)

    def _check_implemented(self, operation: FileOperation, arguments: Arguments) -> None:
        if self._full:
            return
        if not operation.at_alcf:
            raise not_implemented(f"Command {operation.command} option not implemented yet.")
        if operation.command == "ls":
            for option in ("recursive", "dereference"):
                if getattr(arguments, option):
                    raise not_implemented(f"'{option}' option not implemented yet.")

    async def _keep_upload(self, request: Request) -> str:
        async with request.form(max_files=1, max_fields=8) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem(
                    400, "Field required", invalid_params=[{"name": "file", "reason": "Field required"}]
                )
            content = await file.read(MAX_UPLOAD_BYTES + 1)
        if len(content) > MAX_UPLOAD_BYTES:
            raise Problem(413, f"The file is larger than {MAX_UPLOAD_BYTES} bytes.")
        place = self._spool / str(uuid.uuid4())
        await anyio.Path(place).write_bytes(content)
        return str(place)


def _checked_paths(arguments: Arguments, storage: Storage) -> dict[str, Any]:
    return {field: check_path(getattr(arguments, field), storage) for field in arguments.path_fields}
