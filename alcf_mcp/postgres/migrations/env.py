"""What Alembic runs for a migration: all steps that are missing, in the transaction of its caller."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
