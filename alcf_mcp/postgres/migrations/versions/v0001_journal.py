"""The journal and what was learned, of everybody; the database shows each row to its person only."""

from alembic import op

revision = "0001"
down_revision = None

# Compared byte by byte, as SQLite does: times and ids are sorted and searched by their beginnings.
TEXT = 'text COLLATE "C"'

PERSON = f"person {TEXT} NOT NULL DEFAULT current_setting('alcf_mcp.person') CHECK (person <> '')"
POLICY = "person = current_setting('alcf_mcp.person')"

TABLES = {
    "jobs": f"""
        job_id {TEXT} NOT NULL,
        resource_id {TEXT} NOT NULL,
        resource {TEXT} NOT NULL,
        submitted_at {TEXT} NOT NULL,
        spec {TEXT} NOT NULL,
        name {TEXT},
        script {TEXT},
        program {TEXT},
        state {TEXT} NOT NULL DEFAULT 'new',
        exit_code bigint,
        waiting_at {TEXT},
        active_from {TEXT},
        active_at {TEXT},
        ended_by {TEXT},
        end_told boolean NOT NULL DEFAULT FALSE,
        submission_key {TEXT},
        PRIMARY KEY (person, job_id)
    """,
    "actions": f"""
        id bigint NOT NULL,
        began_at {TEXT} NOT NULL,
        ended_at {TEXT},
        tool {TEXT} NOT NULL,
        kind {TEXT} NOT NULL DEFAULT '',
        arguments {TEXT} NOT NULL,
        client {TEXT} NOT NULL,
        shown {TEXT},
        confirmed {TEXT} NOT NULL,
        outcome {TEXT} NOT NULL,
        detail {TEXT},
        job_id {TEXT},
        task_id {TEXT},
        node_hours double precision NOT NULL DEFAULT 0,
        api_url {TEXT} NOT NULL DEFAULT '',
        process {TEXT} NOT NULL DEFAULT '',
        intent {TEXT},
        PRIMARY KEY (person, id)
    """,
    "approvals": f"""
        code {TEXT} NOT NULL,
        call {TEXT} NOT NULL,
        kind {TEXT} NOT NULL,
        tool {TEXT} NOT NULL,
        client {TEXT} NOT NULL,
        preview {TEXT} NOT NULL,
        asked_at double precision NOT NULL,
        approved_at double precision,
        PRIMARY KEY (person, code)
    """,
    "plans": f"""
        number bigint NOT NULL,
        created_at {TEXT} NOT NULL,
        api_url {TEXT} NOT NULL,
        resource_id {TEXT} NOT NULL,
        resource {TEXT} NOT NULL,
        after {TEXT} NOT NULL,
        after_resource_id {TEXT} NOT NULL,
        after_state {TEXT} NOT NULL,
        root {TEXT} NOT NULL,
        spec {TEXT} NOT NULL,
        request {TEXT} NOT NULL,
        program {TEXT},
        replaces {TEXT} NOT NULL,
        node_hours double precision NOT NULL,
        arguments {TEXT} NOT NULL,
        client {TEXT} NOT NULL,
        shown {TEXT},
        confirmed {TEXT} NOT NULL,
        state {TEXT} NOT NULL,
        action bigint,
        job_id {TEXT},
        reason {TEXT},
        told boolean NOT NULL DEFAULT FALSE,
        tries bigint NOT NULL DEFAULT 0,
        retry_at double precision NOT NULL DEFAULT 0,
        unseen_since double precision,
        PRIMARY KEY (person, number)
    """,
    "leases": f"""
        name {TEXT} NOT NULL,
        holder {TEXT} NOT NULL,
        until double precision NOT NULL,
        PRIMARY KEY (person, name)
    """,
    "notices": f"""
        id {TEXT} NOT NULL,
        state {TEXT} NOT NULL,
        tries bigint NOT NULL,
        at double precision NOT NULL,
        PRIMARY KEY (person, id)
    """,
    "not_offered": f"""
        api_url {TEXT} NOT NULL,
        operation {TEXT} NOT NULL,
        said_at {TEXT} NOT NULL,
        PRIMARY KEY (person, api_url, operation)
    """,
    "waiting": f"""
        process {TEXT} NOT NULL,
        tasks bigint NOT NULL,
        said_at double precision NOT NULL,
        PRIMARY KEY (person, process)
    """,
    "usage": f"""
        api_url {TEXT} NOT NULL,
        project {TEXT} NOT NULL,
        capability {TEXT} NOT NULL,
        unit {TEXT} NOT NULL,
        used double precision NOT NULL,
        granted double precision NOT NULL,
        seen_at double precision NOT NULL,
        PRIMARY KEY (person, api_url, project, capability, unit, seen_at)
    """,
    "paces": f"""
        api_url {TEXT} NOT NULL,
        operation {TEXT} NOT NULL,
        seconds {TEXT} NOT NULL,
        PRIMARY KEY (person, api_url, operation)
    """,
    "glimpses": f"""
        machine {TEXT} NOT NULL,
        updated double precision NOT NULL,
        running {TEXT} NOT NULL,
        PRIMARY KEY (person, machine)
    """,
    "ended_jobs": f"""
        machine {TEXT} NOT NULL,
        number bigint NOT NULL,
        share double precision NOT NULL,
        seen_at double precision NOT NULL,
        PRIMARY KEY (person, machine, number)
    """,
}

INDEXES = (
    "CREATE INDEX jobs_by_time ON jobs (person, submitted_at, end_told, ended_by, job_id)",
    "CREATE INDEX actions_by_time ON actions (person, began_at)",
    "CREATE INDEX open_actions ON actions (person, began_at) WHERE intent IS NOT NULL",
    "CREATE INDEX canceled_jobs ON actions (person, job_id) WHERE kind = 'cancel'",
    "CREATE INDEX open_plans ON plans (person, api_url) WHERE state IN ('waiting', 'submitting')",
    "CREATE INDEX plans_of_jobs ON plans (person, job_id)",
)


def upgrade() -> None:
    """Make the tables."""
    for name, columns in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({PERSON}, {columns})")
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_the_person ON {name} USING ({POLICY}) WITH CHECK ({POLICY})")
    for index in INDEXES:
        op.execute(index)
