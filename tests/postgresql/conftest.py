"""A database of each test's own."""

from tests.postgres import database, database_url, postgres

__all__ = ["database", "database_url", "postgres"]
