"""Where sign-ins are kept: the table of py-key-value-aio, whose values are encrypted beforehand."""

from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = 'text COLLATE "C"'

NOBODYS = "coalesce(current_setting('alcf_mcp.person', true), '') = ''"
"""Its connections are the library's own, and never say that they are somebody's."""


def upgrade() -> None:
    """Make the table, which a transaction of one person does not see."""
    op.execute(
        f"""
        CREATE TABLE sign_ins (
            collection {TEXT} NOT NULL,
            key {TEXT} NOT NULL,
            value jsonb NOT NULL,
            ttl double precision,
            created_at timestamptz,
            expires_at timestamptz,
            PRIMARY KEY (collection, key)
        )
        """
    )
    op.execute("CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at) WHERE expires_at IS NOT NULL")
    op.execute("ALTER TABLE sign_ins ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sign_ins FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_the_server ON sign_ins USING ({NOBODYS}) WITH CHECK ({NOBODYS})")
