"""The states by which jobs are looked for; imports nothing, so that the command can offer them at once."""

from typing import Literal

JobState = Literal[
    "new", "queued", "held", "active", "running", "completed", "failed", "canceled", "done", "unknown"
]
"""A job's state in everyday terms; ``done`` is any way to have ended."""
