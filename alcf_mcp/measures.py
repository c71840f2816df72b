"""What a server for many people counts and times, for those who watch over it.

Nothing is recorded until a meter is given. A server for one person gives none, and loads nothing for it.
Attributes have few values each: none of them ever names a person, a path, a job, an id or a token. Names and
attributes follow OpenTelemetry's semantic conventions, where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

Attributes = Mapping[str, str | int]

OUTCOME = "alcf_mcp.outcome"
"""The attribute that says how something ended."""

SIGN_IN, ASKED = "alcf_mcp.sign_in", "alcf_mcp.asked"
"""The attributes that say by what somebody signed in, and where they were asked."""

OTHER = "_OTHER"
"""Stands for every value that is not one of those that are known."""

SHORT = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0)
LONG = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Bounds of the histograms' buckets, in seconds: those of the conventions for HTTP, with two more for a slow
facility, and those for MCP."""


def _ignore(_value: float, _attributes: Attributes | None = None) -> None:
    """Record nothing."""


@dataclass(eq=False)
class Tally:
    """Something that is counted; ``add`` records it.

    Args:
        name: its name.
        description: what it is.
    """

    name: str
    description: str
    add: Callable[[int, Attributes], None] = _ignore

    def collect(self, meter: Meter) -> None:
        """Record it from now on."""
        self.add = meter.create_counter(self.name, description=self.description).add


@dataclass(eq=False)
class Timing:
    """Something whose duration counts; ``record`` takes it in seconds.

    Args:
        name: its name.
        description: what it is.
        buckets: the bounds between which durations are told apart.
    """

    name: str
    description: str
    buckets: tuple[float, ...]
    record: Callable[[float, Attributes], None] = _ignore

    def collect(self, meter: Meter) -> None:
        """Record it from now on."""
        self.record = meter.create_histogram(
            self.name, "s", self.description, explicit_bucket_boundaries_advisory=self.buckets
        ).record


OPERATIONS = Timing("mcp.server.operation.duration", "Messages of clients, until they are answered", LONG)
WEB_REQUESTS = Timing("http.server.request.duration", "HTTP requests, until they are answered", SHORT)
FACILITY_REQUESTS = Timing(
    "http.client.request.duration", "Requests to the facility, with their wait in line", SHORT
)
WAITS_IN_LINE = Timing("alcf_mcp.line.wait.duration", "Waits in line for a place at the facility", SHORT)

SIGN_INS = Tally("alcf_mcp.sign_ins", "Sign-ins of people, by a client or on the pages")
RENEWALS = Tally("alcf_mcp.renewals", "Renewals of people's sign-ins at Globus Auth")
QUESTIONS = Tally("alcf_mcp.questions", "Questions that people were asked")
EXPIRED_QUESTIONS = Tally(
    "alcf_mcp.questions.expired", "Questions that expired, as no answer to them was used in time"
)
VERDICTS = Tally("alcf_mcp.verdicts", "What was decided on calls that need a confirmation")
RESUMED = Tally("alcf_mcp.people.resumed", "People whose work was gone on with while they were away")
PLANNED_JOBS = Tally("alcf_mcp.planned_jobs", "Planned jobs whose time has come")

ALL: tuple[Tally | Timing, ...] = (
    OPERATIONS,
    WEB_REQUESTS,
    FACILITY_REQUESTS,
    WAITS_IN_LINE,
    SIGN_INS,
    RENEWALS,
    QUESTIONS,
    EXPIRED_QUESTIONS,
    VERDICTS,
    RESUMED,
    PLANNED_JOBS,
)


def collect_all(meter: Meter) -> None:
    """Record everything from now on."""
    for measure in ALL:
        measure.collect(meter)
