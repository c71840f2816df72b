"""Bad days on request: what a test in another process changes about the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.problems import Problem
from alcf_mcp.local.requests import read_body

if TYPE_CHECKING:
    from alcf_mcp.local.sign_in.globus import LocalGlobus


class Conditions(BaseModel):
    """What is to change; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    failing: bool | None = None
    slow: float | None = Field(None, ge=0)
    policy_passes: bool | None = None
    lifetime: float | None = Field(None, ge=0)


class Whose(BaseModel):
    """Whose tokens are meant: one person's, or everybody's."""

    model_config = ConfigDict(extra="forbid")

    person: str | None = None


def control_routes(globus: LocalGlobus) -> list[Route]:
    """The routes below ``/control``. They take JSON only, which no web page may send here unasked."""
    actions = {
        "expire": globus.tokens.expire,
        "revoke": globus.tokens.revoke_all,
        "end-sessions": globus.tokens.end_sessions,
    }

    async def change(request: Request) -> Response:
        _only_json(request)
        asked = (await read_body(request, Conditions)).model_dump(exclude_none=True)
        if "lifetime" in asked:
            globus.tokens.lifetime = asked.pop("lifetime")
        for name, value in asked.items():
            setattr(globus, name, value)
        return JSONResponse({})

    async def act(request: Request) -> Response:
        _only_json(request)
        action = actions.get(request.path_params["action"])
        if action is None:
            raise Problem(404, f"There is: {', '.join(actions)}.")
        action((await read_body(request, Whose)).person)
        return JSONResponse({})

    return [
        Route("/control", change, methods=["PUT"]),
        Route("/control/{action}", act, methods=["POST"]),
    ]


def _only_json(request: Request) -> None:
    if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
        raise Problem(415, "Send JSON, as application/json.")
