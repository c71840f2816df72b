"""What each person has in the server's own state: a directory, or their part of the database."""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.config import Settings
from alcf_mcp.journal import Journal
from alcf_mcp.postgres.database import Database
from alcf_mcp.store import Store
from alcf_mcp.store.sqlite import SQLiteStore
from alcf_mcp.team.person import Person


@dataclass(frozen=True)
class PeoplesState:
    """Everybody's state, each part reached only by whose it is.

    Args:
        settings: the settings of the server for all.
        database: where the journals are; ``None`` for files in the state directory.
    """

    settings: Settings
    database: Database | None

    def settings_of(self, person: Person) -> Settings:
        """The settings of one person's server."""
        return self.settings.model_copy(update={"state_dir": self.settings.state_dir / "people" / person.key})

    def store_of(self, person: Person) -> Store:
        """Where one person's journal is."""
        if self.database:
            return self.database.store_of(person.key)
        return SQLiteStore(self.settings_of(person).journal_path)

    def journal_of(self, person: Person) -> Journal:
        """One person's journal."""
        return Journal(self.store_of(person))
