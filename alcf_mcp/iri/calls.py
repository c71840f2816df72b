"""Shared base of the operation groups: one way to make a call and read its response."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from alcf_mcp.iri.errors import NotAnIRIAnswer, NotFound
from alcf_mcp.iri.models import Incoming, Outgoing
from alcf_mcp.iri.operations import Operation
from alcf_mcp.iri.transport import Transport

Answer = TypeVar("Answer", bound=Incoming)


class Calls:
    """Base class of the operation groups; the client sets ``transport``."""

    transport: Transport

    async def _one(
        self,
        operation: Operation,
        model: type[Answer],
        *ids: str,
        query: Mapping[str, Any] | None = None,
        body: Outgoing | None = None,
        file: tuple[str, bytes] | None = None,
        key: str | None = None,
    ) -> Answer:
        sent = body.to_wire() if body else None
        data = await self.transport.call(operation, *ids, query=query, body=sent, file=file, key=key)
        return _parse(operation, model, data)

    async def _one_or_none(self, operation: Operation, model: type[Answer], *ids: str) -> Answer | None:
        data = await self.transport.call(operation, *ids)
        return None if data is None else _parse(operation, model, data)

    async def _many(
        self,
        operation: Operation,
        model: type[Answer],
        *ids: str,
        query: Mapping[str, Any] | None = None,
        empty_is_404: bool = False,
    ) -> list[Answer]:
        try:
            data = await self.transport.call(operation, *ids, query=query)
        except NotFound:
            if empty_is_404:
                return []
            raise
        if isinstance(data, dict) and isinstance(data.get("items"), list):
            data = data["items"]
        return _parse_list(operation, model, data)


def wire_time(moment: datetime | None) -> str | None:
    """Format a time as RFC 3339 requires; a time without a zone is taken as UTC."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _parse(operation: Operation, model: type[Answer], data: Any) -> Answer:
    try:
        # "allow" also reaches the strict models nested in a response: an unknown field there is not an error.
        return model.model_validate(data, extra="allow")
    except ValidationError as error:
        raise _unexpected(operation, model, error) from None


def _parse_list(operation: Operation, model: type[Answer], data: Any) -> list[Answer]:
    adapter: TypeAdapter[list[Answer]] = TypeAdapter(list[model])  # type: ignore[valid-type]
    try:
        return adapter.validate_python(data if data is not None else [], extra="allow")
    except ValidationError as error:
        raise _unexpected(operation, model, error) from None


def _unexpected(operation: Operation, model: type[BaseModel], error: ValidationError) -> NotAnIRIAnswer:
    where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the top level"
    return NotAnIRIAnswer(
        f"The facility's response to {operation.id} has an unexpected shape ({model.__name__}, at {where})",
        status=200,
    )
