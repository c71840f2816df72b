"""What can go wrong with a client's configuration file."""

from __future__ import annotations


class ClientError(Exception):
    """A client's configuration can't be changed: why, and what to do. Nothing was touched."""


class SyntaxProblem(ValueError):
    """A text is not of the format that its client reads.

    Args:
        reason: what is wrong there.
        line: where, counted from 1.
        column: where in the line, counted from 1.
    """

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


class ShapeProblem(ValueError):
    """Something else stands where an object (a table) is needed."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(f"{'.'.join(path) or 'the whole file'} is no object with names and values")


class EditProblem(ValueError):
    """A text says something in a way that can't be changed here without risk for the rest."""
