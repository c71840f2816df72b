"""The steps that bring a database from nothing to the tables that this version needs, run by Alembic."""
