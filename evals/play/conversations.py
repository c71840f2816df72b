"""The conversations: what is set up, what the user says, what must be true in the end."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

CONVERSATIONS = Path(__file__).parent.parent / "conversations.toml"


class Strict(BaseModel):
    """Data without unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Strict):
    """A tool call that sets something up; a job may be given by its name, as ``job:<name>``."""

    tool: str
    arguments: dict[str, Any] = {}


class ExpectedJob(Strict):
    """A job that must be at the facility in the end; what is not given may be anything."""

    name: str
    state: Literal["queued", "held", "active", "completed", "failed", "canceled"] | None = None
    machine: str | None = None
    queue: str | None = None
    account: str | None = None
    node_count: int | None = None
    walltime: int | None = None


class ExpectedPath(Strict):
    """A path as it must be in the end."""

    path: str
    exists: bool = True
    directory: bool | None = None
    mode: str | None = None
    contains: str | None = None


class EndState(Strict):
    """The facility's state in the end.

    Attributes:
        jobs: jobs that must be there.
        new_jobs: how many jobs there must be more than after the setup.
        paths: paths as they must be.
    """

    jobs: list[ExpectedJob] = []
    new_jobs: int = 0
    paths: list[ExpectedPath] = []


class Conversation(Strict):
    """A conversation.

    Attributes:
        name: its name.
        says: what the user says, one turn after another.
        setup: the names of the setups that precede it, in order.
        user_agrees: the reply to questions.
        end: the end state.
        answer: regular expressions that must each be found in the last answer, whatever the case.
        never: regular expressions that must not.
    """

    name: str
    says: list[str]
    setup: list[str] = []
    user_agrees: bool = True
    end: EndState = EndState()
    answer: list[str] = []
    never: list[str] = []


class Conversations(Strict):
    """The file of conversations."""

    setup: dict[str, list[Step]]
    conversation: list[Conversation]


def conversations(path: Path = CONVERSATIONS) -> Conversations:
    """Read them."""
    return Conversations.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
