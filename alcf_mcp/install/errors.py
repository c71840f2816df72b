"""What can go wrong with a client's configuration file."""

from __future__ import annotations


class ClientError(Exception):
    """A client's configuration can't be changed. Says why and what to do; nothing was touched."""


class SyntaxProblem(ValueError):
    """A text is not in the format that its client reads.

    Args:
        reason: what is wrong.
        line: the line, counted from 1.
        column: the column in the line, counted from 1.
    """

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


class ShapeProblem(ValueError):
    """Something other than an object (a table) is where one is needed."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(f"{'.'.join(path) or 'the whole file'} is not an object with names and values")


class EditProblem(ValueError):
    """A text is written in a way that can't be changed here without risk to the rest."""
