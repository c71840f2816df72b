"""How far an ensemble is, from the status file that its job writes as it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from alcf_mcp.facility.jobs.diagnosis import exit_meaning
from alcf_mcp.facility.jobs.ensembles.ensemble import shortened

_WORDS = {
    "failed": "failed",
    "timed-out": "over the time limit",
    "started": "running",
    "unfinished": "unfinished",
    "waiting": "not started",
}
_UNNUMBERED = ("started", "waiting")


@dataclass(frozen=True)
class MemberState:
    """What the status file says of one member; ``since`` is when it came to that."""

    number: int
    state: str
    exit_code: int | None = None
    since: datetime | None = None

    def in_words(self) -> str:
        """Its state, and what its exit code means."""
        word = _WORDS.get(self.state, self.state)
        code = f", exit code {self.exit_code} ({exit_meaning(self.exit_code)})" if self.exit_code else ""
        return f"{word}{code}"


@dataclass(frozen=True)
class Progress:
    """The state of every member."""

    members: tuple[MemberState, ...]

    @classmethod
    def read(cls, text: str, size: int, *, running: bool) -> Progress:
        """Read a status file.

        Args:
            text: the file: one line an event, with the member, its state, its exit code and the time.
            size: how many members there are.
            running: whether the job runs; if not, what was started was left unfinished.
        """
        last = {number: MemberState(number, "waiting") for number in range(1, size + 1)}
        for event in _events(text.splitlines()):
            if event.number in last:
                last[event.number] = event
        return cls(tuple(_left(member, running) for member in last.values()))

    def numbers(self, *states: str) -> tuple[int, ...]:
        """The members in one of these states."""
        return tuple(member.number for member in self.members if member.state in states)

    @property
    def to_resume(self) -> tuple[int, ...]:
        """The members that have not succeeded."""
        return tuple(member.number for member in self.members if member.state != "done")

    def drawn(self) -> list[list[str | int]]:
        """The state of every member, in order, with its exit code if it has one."""
        return [
            [member.state] if member.exit_code is None else [member.state, member.exit_code]
            for member in self.members
        ]

    def in_words(self) -> str:
        """One sentence: ``37 of 40 done, 2 failed (7, 19), 1 running``."""
        told = [f"{len(self.numbers('done'))} of {len(self.members)} done"]
        for state, words in _WORDS.items():
            if numbers := self.numbers(state):
                which = "" if state in _UNNUMBERED else f" ({shortened(numbers)})"
                told.append(f"{len(numbers)} {words}{which}")
        return ", ".join(told)


def _events(lines: Iterable[str]) -> Iterable[MemberState]:
    for line in lines:
        number, state, code, moment, *_ = (*line.split("\t"), "", "", "")
        if number.isascii() and number.isdigit() and (state in _WORDS or state == "done"):
            since = datetime.fromtimestamp(int(moment), UTC) if moment.isdigit() else None
            yield MemberState(int(number), state, int(code) if code.isdigit() else None, since)


def _left(member: MemberState, running: bool) -> MemberState:
    if member.state == "started" and not running:
        return MemberState(member.number, "unfinished", None, member.since)
    return member
