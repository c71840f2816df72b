"""What does not use a database does not load one."""

import subprocess
import sys

UNUSED = ("psycopg", "psycopg_pool", "sqlalchemy", "alembic")


def test_a_journal_loads_no_library_for_postgresql() -> None:
    script = f"import sys, alcf_mcp.server, alcf_mcp.cli; print([m for m in {UNUSED} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
