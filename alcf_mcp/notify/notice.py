"""What a notice says: which job it is about and how it ended; never a script, a path or a token."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 300


@dataclass(frozen=True)
class Notice:
    """Something that the user is told once.

    Attributes:
        id: the job, or the planned job.
        state: how it ended, such as ``completed`` or ``failed``.
        status: the same in words.
        name: the job's name.
        resource: the machine.
        exit_code: its exit code.
        members: how far an ensemble's members came, in words.
    """

    id: str
    state: str
    status: str
    name: str | None = None
    resource: str | None = None
    exit_code: int | None = None
    members: str | None = None

    @property
    def title(self) -> str:
        """The job and its state in a few words."""
        return _plain(f"{self.name or self.id} {self.state}")

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        where = f" on {self.resource}" if self.resource else ""
        members = f" ({self.members})" if self.members else ""
        return _plain(f"{self.id}{where}: {self.status}{members}.")

    def facts(self) -> dict[str, str | int]:
        """All of it as an object for programs."""
        facts = {
            "job": self.id,
            "name": self.name,
            "machine": self.resource,
            "state": self.state,
            "exit_code": self.exit_code,
            "members": self.members,
            "text": self.sentence,
        }
        return {
            name: _plain(value) if isinstance(value, str) else value
            for name, value in facts.items()
            if value is not None
        }


def _plain(text: str) -> str:
    """Text on one line, without characters that a header or a terminal would obey."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
