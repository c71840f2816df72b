"""Places for requests to the facility: few for all together, fewer for each person, given out in turn.

Whoever asks for much waits behind themselves alone: each person's next request waits for at most one request
of everybody else.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from time import monotonic

import anyio

from alcf_mcp.measures import OUTCOME, WAITS_IN_LINE
from alcf_mcp.team.person import Person


class FairLine:
    """The places of one replica.

    Args:
        total: how many requests may be in progress at once.
        each: how many of them may be one person's.

    Attributes:
        total: how many requests may be in progress at once.
        all_waiting: how many requests of all people wait.
    """

    def __init__(self, total: int, each: int) -> None:
        self.total = total
        self.each = min(each, total)
        self.all_waiting = 0
        self._free = total
        self._used = Counter[Person]()
        self._lines: OrderedDict[Person, deque[anyio.Event]] = OrderedDict()

    @property
    def used(self) -> int:
        """How many requests are in progress."""
        return self.total - self._free

    def of(self, person: Person) -> PersonalPlaces:
        """Return one person's share."""
        return PersonalPlaces(self, person)

    def take(self, person: Person) -> None:
        """Take a place.

        Raises:
            anyio.WouldBlock: there is none, or others are before them.
        """
        if not self._free or self._used[person] >= self.each or self.waiting(person):
            raise anyio.WouldBlock
        self._take(person)

    async def wait(self, person: Person) -> None:
        """Wait in line for a place, and take it."""
        given = anyio.Event()
        self._lines.setdefault(person, deque()).append(given)
        self._give()
        began, outcome = monotonic(), "gave_up"
        self.all_waiting += 1
        try:
            await given.wait()
            outcome = "ok"
        except BaseException:
            self._leave(person, given)
            raise
        finally:
            self.all_waiting -= 1
            WAITS_IN_LINE.record(monotonic() - began, {OUTCOME: outcome})

    def give_back(self, person: Person) -> None:
        """Give a place back, to whose turn it is."""
        self._free += 1
        self._used[person] -= 1
        if not self._used[person]:
            del self._used[person]
        self._give()

    def waiting(self, person: Person) -> int:
        """How many of a person's requests wait."""
        return len(self._lines.get(person, ()))

    def _take(self, person: Person) -> None:
        self._free -= 1
        self._used[person] += 1

    def _give(self) -> None:
        """Give out free places, to one person after the other."""
        while self._free and (person := self._next()):
            line = self._lines[person]
            self._take(person)
            line.popleft().set()
            if line:
                self._lines.move_to_end(person)
            else:
                del self._lines[person]

    def _next(self) -> Person | None:
        return next((person for person in self._lines if self._used[person] < self.each), None)

    def _leave(self, person: Person, given: anyio.Event) -> None:
        if given.is_set():  # it came at the same moment: the next one gets it
            self.give_back(person)
            return
        self._lines[person].remove(given)
        if not self._lines[person]:
            del self._lines[person]


@dataclass(frozen=True)
class PersonalPlaces:
    """One person's share of the places."""

    line: FairLine
    person: Person

    @property
    def total_tokens(self) -> float:
        """How many requests may be in progress at once."""
        return self.line.each

    @property
    def waiting(self) -> int:
        """How many requests of this person wait."""
        return self.line.waiting(self.person)

    def acquire_nowait(self) -> None:
        """Take a place.

        Raises:
            anyio.WouldBlock: there is none.
        """
        self.line.take(self.person)

    async def acquire(self) -> None:
        """Wait in line for a place, and take it."""
        await self.line.wait(self.person)

    def release(self) -> None:
        """Give a place back."""
        self.line.give_back(self.person)
