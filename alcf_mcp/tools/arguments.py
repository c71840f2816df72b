"""Arguments that tools share: their types, bounds and descriptions, each defined once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.facility.paths import RemotePath

LARGEST = 2**53 - 1
"""The largest integer that every client's JSON keeps exact."""

ResourceName = Annotated[str, Field(description="Resource name or id, such as polaris")]
Member = Annotated[int | None, Field(ge=1, le=LARGEST, description="Only this member of an ensemble")]
SubmitTo = Annotated[str | None, Field(description="Resource name or id, such as polaris")]
Id = Annotated[str, Field(min_length=1, max_length=256)]
JobId = Annotated[Id, Field(description="Job or plan id: 3095453.polaris-pbs-01")]
JobResource = Annotated[str | None, Field(description="The job's resource, if its id does not show it")]
TaskId = Annotated[Id, Field(description="Task id from an earlier result")]
Path = Annotated[
    RemotePath, Field(description="Absolute path, such as /eagle/MyProject/run1", max_length=4096)
]
Limit = Annotated[int, Field(ge=1, le=1000, description="Maximum entries to return")]
Offset = Annotated[int, Field(ge=0, le=LARGEST, description="Entries to skip")]
Since = Annotated[str, Field(description="'today', 'yesterday', an age ('2h') or ISO 8601")]
