"""Base of all wire models: strict in what is sent, tolerant of what is received."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

# Models are built when they are first needed, so that a server starts without most of them.


class Outgoing(BaseModel):
    """A request body. Unknown fields are refused: the facility would drop them silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    def to_wire(self) -> dict[str, Any]:
        """The JSON body, without the fields that were not set."""
        return self.model_dump(mode="json", exclude_none=True)


class Incoming(BaseModel):
    """A response. Unknown fields are kept in ``model_extra``; a ``null`` means the field's default."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def _or_none(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValueError:
        return None


Lenient = WrapValidator(_or_none)
"""For optional information: a value that can't be read becomes ``None`` and does not fail the response."""


def parse_timestamp(value: Any) -> datetime | None:
    """Parse a time in any format that deployments send; a time without a zone is taken as UTC.

    Args:
        value: ISO 8601 text, ``YYYY-MM-DD HH:MM:SS``, or seconds since the epoch.

    Returns:
        An aware datetime in UTC, or ``None`` if the value is not a time.
    """
    moment: datetime
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if not math.isfinite(value):
                return None
            moment = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
        else:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def names_zone(value: Any) -> bool:
    """Whether a time as it was sent says in which time zone it is."""
    try:
        return not isinstance(value, str) or datetime.fromisoformat(value.strip()).tzinfo is not None
    except ValueError:
        return True


Timestamp = Annotated[datetime | None, BeforeValidator(parse_timestamp)]


def _last_urn_segment(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if value.lower().startswith("urn:"):
            value = value.rpartition(":")[2].replace("-", "_")
        return value.lower()
    return value


Term = Annotated[str, BeforeValidator(_last_urn_segment)]
"""A word of the standard's vocabulary (a state, a type, a unit), in lower case.

The standard's next version sends URNs; ``urn:doe-iri:allocation:compute:node-hours`` becomes
``node_hours`` here.
"""
