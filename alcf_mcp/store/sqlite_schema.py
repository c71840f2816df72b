"""The schema of a person's SQLite file, version by version."""

from __future__ import annotations

SCHEMA = (
    """
    CREATE TABLE jobs (
        job_id TEXT PRIMARY KEY,
        resource_id TEXT NOT NULL,
        resource TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        spec TEXT NOT NULL,
        script TEXT
    ) STRICT;
    CREATE INDEX jobs_by_time ON jobs (submitted_at);
    """,
    """
    CREATE TABLE actions (
        id INTEGER PRIMARY KEY,
        began_at TEXT NOT NULL,
        ended_at TEXT,
        tool TEXT NOT NULL,
        arguments TEXT NOT NULL,
        client TEXT NOT NULL,
        shown TEXT,
        confirmed TEXT NOT NULL,
        outcome TEXT NOT NULL,
        detail TEXT,
        job_id TEXT,
        task_id TEXT,
        node_hours REAL NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX actions_by_time ON actions (began_at);
    CREATE TABLE approvals (
        code TEXT PRIMARY KEY,
        call TEXT NOT NULL,
        kind TEXT NOT NULL,
        tool TEXT NOT NULL,
        client TEXT NOT NULL,
        preview TEXT NOT NULL,
        asked_at REAL NOT NULL,
        approved_at REAL
    ) STRICT;
    """,
    """
    ALTER TABLE actions ADD COLUMN api_url TEXT NOT NULL DEFAULT '';
    ALTER TABLE actions ADD COLUMN process TEXT NOT NULL DEFAULT '';
    ALTER TABLE actions ADD COLUMN intent TEXT;
    CREATE INDEX open_actions ON actions (began_at) WHERE intent IS NOT NULL;
    CREATE TABLE not_offered (
        api_url TEXT NOT NULL,
        operation TEXT NOT NULL,
        said_at TEXT NOT NULL,
        PRIMARY KEY (api_url, operation)
    ) STRICT;
    CREATE TABLE waiting (
        process TEXT PRIMARY KEY,
        tasks INTEGER NOT NULL,
        said_at REAL NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN state TEXT NOT NULL DEFAULT 'new';
    ALTER TABLE jobs ADD COLUMN exit_code INTEGER;
    ALTER TABLE jobs ADD COLUMN waiting_at TEXT;
    ALTER TABLE jobs ADD COLUMN active_from TEXT;
    ALTER TABLE jobs ADD COLUMN active_at TEXT;
    ALTER TABLE jobs ADD COLUMN ended_by TEXT;
    CREATE INDEX canceled_jobs ON actions (job_id) WHERE tool = 'cancel_job';
    """,
    """
    CREATE TABLE usage (
        api_url TEXT NOT NULL,
        project TEXT NOT NULL,
        capability TEXT NOT NULL,
        unit TEXT NOT NULL,
        used REAL NOT NULL,
        granted REAL NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (api_url, project, capability, unit, seen_at)
    ) STRICT;
    """,
    """
    CREATE TABLE paces (
        api_url TEXT NOT NULL,
        operation TEXT NOT NULL,
        seconds TEXT NOT NULL,
        PRIMARY KEY (api_url, operation)
    ) STRICT;
    """,
    """
    DROP INDEX jobs_by_time;
    CREATE INDEX jobs_by_time ON jobs (submitted_at, ended_by);
    """,
    """
    ALTER TABLE jobs ADD COLUMN end_told INTEGER NOT NULL DEFAULT 0;
    UPDATE jobs SET end_told = 1 WHERE ended_by IS NOT NULL;
    DROP INDEX jobs_by_time;
    CREATE INDEX jobs_by_time ON jobs (submitted_at, end_told, ended_by);
    """,
    """
    CREATE TABLE versions (
        schema INTEGER PRIMARY KEY,
        alcf_mcp TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE actions ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    UPDATE actions SET kind = 'cancel' WHERE tool = 'cancel_job';
    DROP INDEX canceled_jobs;
    CREATE INDEX canceled_jobs ON actions (job_id) WHERE kind = 'cancel';
    """,
    """
    CREATE TABLE glimpses (
        machine TEXT PRIMARY KEY,
        updated REAL NOT NULL,
        running TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ended_jobs (
        machine TEXT NOT NULL,
        number INTEGER NOT NULL,
        share REAL NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (machine, number)
    ) STRICT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN program TEXT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN submission_key TEXT;
    CREATE TABLE plans (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at TEXT NOT NULL,
        api_url TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        resource TEXT NOT NULL,
        after TEXT NOT NULL,
        after_resource_id TEXT NOT NULL,
        after_state TEXT NOT NULL,
        root TEXT NOT NULL,
        spec TEXT NOT NULL,
        request TEXT NOT NULL,
        program TEXT,
        replaces TEXT NOT NULL,
        node_hours REAL NOT NULL,
        arguments TEXT NOT NULL,
        client TEXT NOT NULL,
        shown TEXT,
        confirmed TEXT NOT NULL,
        state TEXT NOT NULL,
        action INTEGER,
        job_id TEXT,
        reason TEXT,
        told INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        retry_at REAL NOT NULL DEFAULT 0,
        unseen_since REAL
    ) STRICT;
    CREATE INDEX open_plans ON plans (api_url) WHERE state IN ('waiting', 'submitting');
    CREATE INDEX plans_of_jobs ON plans (job_id);
    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        until REAL NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE notices (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL,
        at REAL NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN name TEXT;
    UPDATE jobs SET name = json_extract(spec, '$.name');
    DROP INDEX jobs_by_time;
    CREATE INDEX jobs_by_time ON jobs (submitted_at, end_told, ended_by, job_id);
    """,
)
"""One entry per schema version; a file of an older version is upgraded step by step.

An entry is never changed or removed: there may be files that have it.
"""
