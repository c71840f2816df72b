"""The condition of the facility: which resources are up, and what happened or will happen to them."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable

from alcf_mcp.local.catalog import ResourceRecord
from alcf_mcp.local.database import Database
from alcf_mcp.local.incidents import (
    Condition,
    ScheduledIncident,
    StatusChange,
    earlier_looks,
    maintenances,
    status_look,
)


class FacilityCondition:
    """Reads and changes the condition of the facility.

    Args:
        database: where it is kept.
        resources: the facility's resources.
        clock: the time, in seconds since the epoch.
        records_looks: whether every look that finds a new status is recorded as an incident, as at ALCF.
    """

    def __init__(
        self,
        database: Database,
        resources: tuple[ResourceRecord, ...],
        clock: Callable[[], float],
        *,
        records_looks: bool,
    ) -> None:
        self._records_looks = records_looks
        self._database = database
        self._resources = resources
        self._clock = clock

    def seed(self) -> None:
        """On the first start, set each resource's status, and add what was and will be."""
        now = self._now()
        with self._database.transaction() as connection:
            known = {row[0] for row in connection.execute("SELECT resource_id FROM resource_status")}
            for record in self._resources:
                if record.id not in known:
                    _set_status(connection, record.id, record.initial_status, now)
            if not known:
                affected = tuple(record for record in self._resources if record.initial_status == "up")
                incidents, events = maintenances(affected, now)
                for look, event in earlier_looks(affected, now) if self._records_looks else ():
                    incidents.append(look)
                    events.append(event)
                for incident in incidents:
                    _insert_incident(connection, incident)
                for event in events:
                    _insert_event(connection, event)

    async def conditions(self) -> dict[str, Condition]:
        """The current status of every resource, by its id."""

        def fetch(connection: sqlite3.Connection) -> dict[str, Condition]:
            rows = connection.execute("SELECT resource_id, status, last_modified FROM resource_status")
            return {row[0]: Condition(row[1], row[2]) for row in rows}

        return await self._database.read(fetch)

    async def incidents(self) -> list[ScheduledIncident]:
        """All incidents, newest start first."""

        def fetch(connection: sqlite3.Connection) -> list[ScheduledIncident]:
            rows = connection.execute("SELECT * FROM incidents ORDER BY start DESC")
            return [
                ScheduledIncident(**(dict(row) | {"resource_ids": tuple(json.loads(row["resource_ids"]))}))
                for row in rows
            ]

        return await self._database.read(fetch)

    async def events(self) -> list[StatusChange]:
        """All events, newest first."""

        def fetch(connection: sqlite3.Connection) -> list[StatusChange]:
            rows = connection.execute("SELECT * FROM events ORDER BY occurred_at DESC")
            return [StatusChange(**dict(row)) for row in rows]

        return await self._database.read(fetch)

    async def set_status(
        self, resource: str, status: str, *, incident_id: str | None = None, said: str = ""
    ) -> None:
        """Change a resource's status and record an event. Jobs don't start on a machine that is down.

        Args:
            resource: the resource's name.
            status: ``up``, ``down``, ``degraded`` or ``unknown``.
            incident_id: the incident that the change belongs to; without one, a look finds it.
            said: what that look says.
        """
        record = self._named(resource)
        now, name = self._now(), f"{record.name} is {status}"
        look: ScheduledIncident | None = None
        event = StatusChange(str(uuid.uuid4()), incident_id, record.id, name, said, status, now)
        if self._records_looks and incident_id is None:
            look, event = status_look(record, status, now, said)

        def change(connection: sqlite3.Connection) -> None:
            _set_status(connection, record.id, status, event.occurred_at)
            if look:
                _insert_incident(connection, look)
            _insert_event(connection, event)

        await self._database.write(change)

    async def add_incident(
        self,
        name: str,
        resources: list[str],
        *,
        start: float,
        end: float | None = None,
        status: str = "down",
        type: str = "unplanned",
        resolution: str = "unresolved",
        description: str = "",
    ) -> str:
        """Add an incident that affects the named resources. Times are in seconds since the epoch.

        Returns:
            The incident's id.
        """
        incident = ScheduledIncident(
            str(uuid.uuid4()),
            name,
            description,
            status,
            type,
            resolution,
            start,
            end,
            self._now(),
            tuple(self._named(resource).id for resource in resources),
        )
        await self._database.write(lambda connection: _insert_incident(connection, incident))
        return incident.id

    async def clear(self) -> None:
        """Delete all incidents and events."""

        def clear(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM incidents")
            connection.execute("DELETE FROM events")

        await self._database.write(clear)

    def _now(self) -> float:
        # Whole milliseconds, as in responses, so that a query with a reported time finds what happened then.
        return round(self._clock(), 3)

    def _named(self, name: str) -> ResourceRecord:
        return next(record for record in self._resources if record.name == name)


def is_down(connection: sqlite3.Connection, resource_id: str) -> bool:
    """Whether a resource is down."""
    query = "SELECT 1 FROM resource_status WHERE resource_id = ? AND status = 'down'"
    return connection.execute(query, (resource_id,)).fetchone() is not None


def _set_status(connection: sqlite3.Connection, resource_id: str, status: str, now: float) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO resource_status (resource_id, status, last_modified) VALUES (?, ?, ?)",
        (resource_id, status, now),
    )


def _insert_incident(connection: sqlite3.Connection, incident: ScheduledIncident) -> None:
    connection.execute(
        "INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            incident.id,
            incident.name,
            incident.description,
            incident.status,
            incident.type,
            incident.resolution,
            incident.start,
            incident.end,
            incident.last_modified,
            json.dumps(incident.resource_ids),
        ),
    )


def _insert_event(connection: sqlite3.Connection, event: StatusChange) -> None:
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event.id,
            event.incident_id,
            event.resource_id,
            event.name,
            event.description,
            event.status,
            event.occurred_at,
        ),
    )
