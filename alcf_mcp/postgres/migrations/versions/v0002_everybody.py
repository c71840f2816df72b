"""What belongs to the server as a whole: who may use it, who does, whose work is unfinished, and used nonces.

A transaction of one person sees none of it, but for the marks of their own unfinished work.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = 'text COLLATE "C"'

NOBODYS = "current_setting('alcf_mcp.person') = ''"
OF_THE_PERSON = f"{NOBODYS} OR person = current_setting('alcf_mcp.person')"

TABLES = {
    "members": (
        NOBODYS,
        f"""
        name {TEXT} PRIMARY KEY,
        added_at {TEXT} NOT NULL,
        disabled boolean NOT NULL DEFAULT FALSE
        """,
    ),
    "people": (
        NOBODYS,
        f"""
        person {TEXT} PRIMARY KEY,
        issuer {TEXT} NOT NULL,
        subject {TEXT} NOT NULL,
        username {TEXT} NOT NULL,
        sign_in {TEXT} NOT NULL,
        first_seen {TEXT} NOT NULL,
        last_seen {TEXT} NOT NULL
        """,
    ),
    "nonces": (
        NOBODYS,
        f"""
        digest {TEXT} PRIMARY KEY,
        until double precision NOT NULL
        """,
    ),
    "unfinished": (
        OF_THE_PERSON,
        f"""
        person {TEXT} NOT NULL,
        kind {TEXT} NOT NULL,
        number bigint NOT NULL,
        since {TEXT} NOT NULL,
        PRIMARY KEY (person, kind, number)
        """,
    ),
}

# Kept by triggers, so that each change of a plan or of an action marks it in its own transaction.
MARKED = {
    "plans": ("number", "created_at", "{row}.state IN ('waiting', 'submitting')", "state"),
    "actions": (
        "id",
        "began_at",
        "{row}.intent IS NOT NULL AND {row}.outcome IN ('sent', 'unknown')",
        "outcome, intent",
    ),
}

FUNCTION = """
    CREATE FUNCTION mark_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'DELETE' AND {is_open} THEN
            INSERT INTO unfinished VALUES (NEW.person, '{table}', NEW.{number}, NEW.{since})
                ON CONFLICT DO NOTHING;
        ELSE
            DELETE FROM unfinished WHERE person = coalesce(NEW.person, OLD.person)
                AND kind = '{table}' AND number = coalesce(NEW.{number}, OLD.{number});
        END IF;
        RETURN NULL;
    END
    $$
"""


def upgrade() -> None:
    """Make the tables, and the triggers that mark what is unfinished."""
    for name, (policy, columns) in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_the_server ON {name} USING ({policy}) WITH CHECK ({policy})")
    for table, (number, since, condition, changed) in MARKED.items():
        function = FUNCTION.format(
            table=table, number=number, since=since, is_open=condition.format(row="NEW")
        )
        op.execute(function)
        op.execute(
            f"CREATE TRIGGER mark AFTER INSERT OR DELETE OR UPDATE OF {changed} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION mark_{table}()"
        )
