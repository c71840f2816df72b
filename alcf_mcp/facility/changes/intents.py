"""What a call is about to change: all that is needed to find out later whether it was changed.

An intent is written into the journal before anything is sent, so that it outlives the process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import File, JobSpec
from alcf_mcp.journal import SubmittedJob


class SubmitIntent(BaseModel):
    """A job is to be submitted.

    Attributes:
        key: the idempotency key of this submission.
        known: ids of the person's jobs on that machine before it; ``None`` where they could not be listed.
        complete: whether those that had ended are among them.
    """

    kind: Literal["submit"] = "submit"
    resource_id: str
    resource: str
    spec: JobSpec
    script: str | None = None
    key: str
    known: list[str] | None = None
    complete: bool = False

    def as_submitted(self, job_id: str) -> SubmittedJob:
        """The record of the job that it became."""
        return SubmittedJob(
            job_id=job_id,
            resource_id=self.resource_id,
            resource=self.resource,
            submitted_at=datetime.now(UTC),
            spec=self.spec,
            script=self.script,
        )


class UpdateIntent(BaseModel):
    """A waiting job is to be changed."""

    kind: Literal["update"] = "update"
    resource_id: str
    job_id: str
    change: JobSpec
    key: str


class CancelIntent(BaseModel):
    """A job is to end."""

    kind: Literal["cancel"] = "cancel"
    resource_id: str
    job_id: str


class PathIntent(BaseModel):
    """A file or directory is to be changed; ``before`` is what was seen of it."""

    kind: Literal["mkdir", "chmod", "chown", "rm"]
    path: RemotePath
    mode: str = ""
    owner: str = ""
    group: str = ""
    before: File | None = None


Placing = Literal["cp", "mv", "symlink", "compress", "extract", "upload"]


class PlaceIntent(BaseModel):
    """Something is to be put at a path: a copy, a link, an archive or its content, what was elsewhere.

    Attributes:
        path: where to.
        source: what it comes from; ``None`` where it comes from here.
        was_free: whether nothing was at the path before.
    """

    kind: Placing
    path: RemotePath
    source: RemotePath | None = None
    was_free: bool = False

    @field_validator("source", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return value or None  # earlier versions wrote an empty text


class TaskIntent(BaseModel):
    """A task is to end."""

    kind: Literal["cancel_task"] = "cancel_task"
    task_id: str


Intent = Annotated[
    SubmitIntent | UpdateIntent | CancelIntent | PathIntent | PlaceIntent | TaskIntent,
    Field(discriminator="kind"),
]

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)


def read_intent(text: str) -> Intent:
    """An intent as the journal keeps it.

    Raises:
        ValueError: it is none that this version knows.
    """
    try:
        return _INTENTS.validate_json(text)
    except InvalidCall as error:
        raise ValueError(str(error)) from None
