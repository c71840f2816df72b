"""What is specified here holds for both stores."""

from tests.stores import database, database_url, journal, postgres, store

__all__ = ["database", "database_url", "journal", "postgres", "store"]
