"""What a call is about to change, with all that is needed to find out later whether it did.

An intent is recorded in the journal before the change is sent, so that it outlives the process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from alcf_mcp.facility.jobs.ensembles import located
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import File, JobSpec
from alcf_mcp.journal import SubmittedJob, SubmittedProgram


class SubmitIntent(BaseModel):
    """A job is to be submitted.

    Attributes:
        key: the idempotency key of this submission.
        known: ids of the user's jobs on the machine before it; ``None`` if they could not be listed.
        complete: whether they include the ended jobs.
    """

    kind: Literal["submit"] = "submit"
    resource_id: str
    resource: str
    spec: JobSpec
    script: str | None = None
    program: SubmittedProgram | None = None
    key: str
    known: list[str] | None = None
    complete: bool = False

    def as_submitted(self, job_id: str) -> SubmittedJob:
        """The record of the job that resulted."""
        return SubmittedJob(
            job_id=job_id,
            resource_id=self.resource_id,
            resource=self.resource,
            submitted_at=datetime.now(UTC),
            spec=self.spec,
            script=self.script,
            program=self.program and located(self.program, job_id),
            submission_key=self.key,
        )


class UpdateIntent(BaseModel):
    """A waiting job is to be changed."""

    kind: Literal["update"] = "update"
    resource_id: str
    job_id: str
    change: JobSpec
    key: str


class CancelIntent(BaseModel):
    """A job is to be canceled."""

    kind: Literal["cancel"] = "cancel"
    resource_id: str
    job_id: str


class PathIntent(BaseModel):
    """A file or directory is to be changed; ``before`` is its entry as seen before."""

    kind: Literal["mkdir", "chmod", "chown", "rm"]
    path: RemotePath
    mode: str = ""
    owner: str = ""
    group: str = ""
    before: File | None = None


Placing = Literal["cp", "mv", "symlink", "compress", "extract", "upload"]


class PlaceIntent(BaseModel):
    """Something is to be put at a path: a copy, a moved file, a link, an archive or its content, an upload.

    Attributes:
        path: the target.
        source: the source path; ``None`` for an upload.
        was_free: whether nothing was at the target before.
    """

    kind: Placing
    path: RemotePath
    source: RemotePath | None = None
    was_free: bool = False

    @field_validator("source", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return value or None  # earlier versions recorded an empty string


class TaskIntent(BaseModel):
    """A task is to be canceled."""

    kind: Literal["cancel_task"] = "cancel_task"
    task_id: str


Intent = Annotated[
    SubmitIntent | UpdateIntent | CancelIntent | PathIntent | PlaceIntent | TaskIntent,
    Field(discriminator="kind"),
]

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)


def read_intent(text: str) -> Intent:
    """Read an intent from its form in the journal.

    Raises:
        ValueError: it is not an intent that this version knows.
    """
    try:
        return _INTENTS.validate_json(text)
    except InvalidCall as error:
        raise ValueError(str(error)) from None
