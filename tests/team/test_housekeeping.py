"""Sign-ins and registrations that have expired are deleted, wherever they are kept."""

from __future__ import annotations

from pathlib import Path

import anyio

from alcf_mcp.postgres.database import Database
from alcf_mcp.team.housekeeping import forget_in_database, forget_in_files
from alcf_mcp.team.storage import in_database, in_files
from tests.postgres import database, database_url, postgres  # noqa: F401 - fixtures


async def test_in_files(tmp_path: Path) -> None:
    kept = in_files(tmp_path / "sign-ins")
    await kept.put("old", {"a": "sign-in"}, collection="clients", ttl=0.05)
    await kept.put("new", {"a": "sign-in"}, collection="clients", ttl=100)
    await anyio.sleep(0.1)
    with anyio.move_on_after(0.5):
        await forget_in_files(kept)
    assert len([path for path in tmp_path.rglob("*.json") if "old" in path.name]) == 0
    assert await kept.get("new", collection="clients") == {"a": "sign-in"}


async def test_in_the_database(database: Database) -> None:  # noqa: F811
    async with in_database(database.url) as kept:  # type: ignore[attr-defined]
        await kept.put("old", {"a": "sign-in"}, collection="clients", ttl=0.05)
        await kept.put("new", {"a": "sign-in"}, collection="clients", ttl=100)
        await anyio.sleep(0.1)
        with anyio.move_on_after(0.5):
            await forget_in_database(database)
        left = await database.run(lambda db: [row[0] for row in db.execute("SELECT key FROM sign_ins")])
    assert left == ["new"]
