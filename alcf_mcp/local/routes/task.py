"""The routes of tasks."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.problems import Problem, not_implemented
from alcf_mcp.local.requests import secured
from alcf_mcp.local.routes.wire import found
from alcf_mcp.local.tasks import TaskRecord, TaskService


class TaskRoutes:
    """Serves the routes of tasks.

    Args:
        tasks: the tasks.
        username: the facility's one user.
        token: the bearer token.
        full: follow the whole standard; otherwise respond as ALCF does.
    """

    def __init__(self, tasks: TaskService, *, username: str, token: SecretStr, full: bool) -> None:
        self._tasks = tasks
        self._username = username
        self._token = token
        self._full = full

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/task", secured(self._list, self._token)),
            Route("/task/{task_id}", secured(self._get, self._token)),
            Route("/task/{task_id}", secured(self._cancel, self._token), methods=["DELETE"]),
        ]

    async def _get(self, request: Request) -> Response:
        task = await self._find(request)
        if not self._full and _breaks_polling(task):
            raise Problem(500, "An unexpected error occurred.")
        return JSONResponse(self._task_json(task))

    async def _list(self, request: Request) -> Response:
        tasks = await self._tasks.all()
        # Pending tasks are left out (ALCF's deployment of the API, 2026-08).
        shown = [task for task in tasks if self._full or task.status != "pending"]
        return JSONResponse([self._task_json(task) for task in shown])

    async def _cancel(self, request: Request) -> Response:
        task = await self._find(request)
        if not self._full:
            raise not_implemented("Task cancellation not implemented yet.")
        if not await self._tasks.cancel(task.id):
            raise Problem(409, f"Task {task.id} can no longer be canceled.")
        return JSONResponse(f"Task {task.id} canceled.")

    async def _find(self, request: Request) -> TaskRecord:
        task_id = request.path_params["task_id"]
        task = found(await self._tasks.get(task_id), task_id)
        if task.owner != self._username:
            raise Problem(403, f"Task {task_id} belongs to another user.")
        return task

    def _task_json(self, task: TaskRecord) -> dict[str, Any]:
        result = task.result
        if not self._full and task.command == "mkdir" and task.status == "completed" and not task.seen:
            result = {}  # the first time only (ALCF's deployment of the API, 2026-08)
        return {
            "id": task.id,
            "status": task.status,
            "result": result,
            "command": {
                "router": "filesystem",
                "command": task.command,
                "args": {name: value for name, value in task.args.items() if name != "spool"},
            },
        }


def _breaks_polling(task: TaskRecord) -> bool:
    # ALCF's service can't report zero bytes of a file (its deployment of the API, 2026-08).
    return task.command == "head" and task.args["file_bytes"] == 0 and task.status == "completed"
