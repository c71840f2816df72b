"""Arguments that tools share: their types, bounds and descriptions, each defined once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from alcf_mcp.facility.paths import RemotePath


def number_as_text(value: Any) -> Any:
    """Accept 12 for "12": clients send a number if an id looks like one."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(number_as_text), Field(min_length=1, max_length=256)]

ResourceName = Annotated[str, Field(description="Resource name or id", examples=["polaris"])]
JobId = Annotated[Id, Field(description="Job id", examples=["3095453.polaris-pbs-01"])]
JobResource = Annotated[
    str | None, Field(description="The job's resource, if its id does not show it", min_length=1)
]
TaskId = Annotated[Id, Field(description="Task id from an earlier result")]
Path = Annotated[
    RemotePath, Field(description="Absolute path", examples=["/eagle/MyProject/run1"], max_length=4096)
]
Limit = Annotated[int, Field(ge=1, le=1000, description="Maximum entries to return")]
Offset = Annotated[int, Field(ge=0, description="Entries to skip")]
Since = Annotated[
    str, Field(description="'today', 'yesterday', an age ('2h') or ISO 8601", examples=["yesterday"])
]
