"""Where sign-ins are kept: the table of py-key-value-aio, whose values are encrypted beforehand."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.execute(
        """
        CREATE TABLE sign_ins (
            collection text NOT NULL,
            key text NOT NULL,
            value jsonb NOT NULL,
            ttl double precision,
            created_at timestamptz,
            expires_at timestamptz,
            PRIMARY KEY (collection, key)
        )
        """
    )
    op.execute("CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at) WHERE expires_at IS NOT NULL")
