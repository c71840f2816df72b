"""Reading requests: who sends them, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from alcf_mcp.local.credentials import same_token
from alcf_mcp.local.problems import Problem

Endpoint = Callable[[Request], Awaitable[Response]]
Model = TypeVar("Model", bound=BaseModel)

MAX_BODY_BYTES = 4 * 2**20


def _strict_boolean(value: Any) -> Any:
    if value in ("true", "True", True):
        return True
    if value in ("false", "False", False):
        return False
    raise ValueError("Invalid boolean value. Only true/false allowed.")


StrictBoolean = Annotated[bool, BeforeValidator(_strict_boolean)]
"""A boolean of the status and compute routes, which rejects ``1`` and ``yes``."""


def _iso_text(value: Any) -> Any:
    # pydantic would read "5" as seconds since the epoch
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Moment = Annotated[AwareDatetime, BeforeValidator(_iso_text)]


class Query(BaseModel):
    """Query parameters of a route that takes no others."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    """The requested part of a list."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=0, le=1000)

    def cut(self, items: list[Any]) -> list[Any]:
        """The items on this page."""
        return items[self.offset : self.offset + self.limit]


class Since(Query):
    """Selects what was changed after a given time."""

    modified_since: Moment | None = None

    def includes(self, last_modified: float) -> bool:
        """Whether something changed after that time."""
        return self.modified_since is None or last_modified > self.modified_since.timestamp()


def secured(endpoint: Endpoint, token: SecretStr) -> Endpoint:
    """Let only requests with the facility's bearer token through to the endpoint."""

    async def guard(request: Request) -> Response:
        given = bearer_of(request)
        if given is None:
            raise Problem(401, "Not authenticated")
        if not same_token(given, token):
            reason = "Globus token not active. Please sign in again."
            raise Problem(401, f"Facility Specific authentication failed: 401: {reason}")
        return await endpoint(request)

    return guard


def bearer_of(request: Request) -> str | None:
    """The bearer token of a request, or ``None``."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return (given.strip() or None) if scheme.lower() == "bearer" else None


def read_query(request: Request, model: type[Model]) -> Model:
    """Parse the query string.

    Raises:
        Problem: 422 for an unknown parameter, if the model forbids them; 400 for an invalid value.
    """
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    values: dict[str, Any] = {}
    for name in request.query_params:
        if name in known:
            repeated = get_origin(known[name].annotation) is list
            values[name] = request.query_params.getlist(name) if repeated else request.query_params[name]
        elif model.model_config.get("extra") == "forbid":
            raise Problem(422, f"Unexpected query parameter: {name}")
    return _validate(model, values)


async def read_body(request: Request, model: type[Model]) -> Model:
    """Parse the JSON body.

    Raises:
        Problem: 400 if the body is not valid JSON or does not match the schema.
    """
    return _validate(model, await read_json(request))


async def read_json(request: Request) -> Any:
    """Read the JSON body without validating it; ``None`` if there is no body."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise Problem(413, f"The body is longer than {MAX_BODY_BYTES} bytes.")
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        invalid = [{"name": "body", "reason": "JSON decode error"}]
        raise Problem(400, "JSON decode error", invalid_params=invalid) from None


def _validate(model: type[Model], values: Any) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Problem.invalid_parameter(error) from None
