"""What work on a store gets where the store is in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import psycopg

from alcf_mcp.store import Cursor

NUL, SHOWN_NUL = "\0", "\N{SYMBOL FOR NULL}"
"""A character that PostgreSQL's texts can't have, and the one that stands for it."""

LASTING: dict[str, Any] = {
    "application_name": "alcf-mcp",
    "connect_timeout": 5,
    # A machine that is gone says nothing: without these, a connection to it is waited for for hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""How each connection is made."""


class NamedRow:
    """A row, whose values are found by name and by index."""

    __slots__ = ("_indexes", "_values")

    def __init__(self, indexes: dict[str, int], values: Sequence[Any]) -> None:
        self._indexes = indexes
        self._values = values

    def __getitem__(self, key: int | str, /) -> Any:
        """Return one value."""
        return self._values[self._indexes[key] if isinstance(key, str) else key]

    def keys(self) -> Iterable[str]:
        """Return the columns' names."""
        return self._indexes.keys()


def named_rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], NamedRow]:
    """Make rows for a cursor, as psycopg asks for it."""
    indexes = {column.name: index for index, column in enumerate(cursor.description or ())}
    return lambda values: NamedRow(indexes, values)


class PostgresConnection:
    """One transaction."""

    def __init__(self, connection: psycopg.Connection[NamedRow]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = (), /) -> Cursor:
        """Run a statement, in which ``?`` stands for a value."""
        return self._connection.execute(_in_psycopg(sql), _storable(values))

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> None:
        """Run a statement once for each row of values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_in_psycopg(sql), map(_storable, rows))


@lru_cache(maxsize=500)
def _in_psycopg(sql: str) -> bytes:
    """Write a statement as psycopg wants it, with ``%s`` for values."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _storable(values: Sequence[object]) -> list[object]:
    return [value.replace(NUL, SHOWN_NUL) if isinstance(value, str) else value for value in values]
