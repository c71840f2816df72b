"""The tables are made by steps, which many replicas may want to run at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from alembic.config import Config
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from alcf_mcp.cli import app
from alcf_mcp.postgres.database import opened
from alcf_mcp.postgres.migrating import migrate_database
from alcf_mcp.postgres.readiness import NEWEST
from tests.postgres import PASSWORD, PostgresServer


def test_the_newest_step_is_the_one_that_a_server_needs() -> None:
    config = Config()
    config.set_main_option("script_location", "alcf_mcp.postgres:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_many_at_once_run_each_step_once(postgres: PostgresServer) -> None:
    url = postgres.new_database(migrated=False)
    ready = threading.Barrier(4)

    def migrate() -> None:
        ready.wait()
        migrate_database(url)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(migrate) for _ in range(4)]:
            done.result()
    with opened(url):
        pass


def test_the_command_makes_the_tables(postgres: PostgresServer) -> None:
    url = postgres.new_database(migrated=False)
    environment = {"ALCF_MCP_DATABASE_URL": url.get_secret_value()}
    for _ in range(2):
        ran = CliRunner().invoke(app, ["admin", "migrate"], env=environment)
        assert (ran.exit_code, ran.exception) == (0, None)
        assert "are up to date" in ran.output
        assert PASSWORD not in ran.output
    with opened(url):
        pass
