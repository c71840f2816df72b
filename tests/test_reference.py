"""Definitions and generated pages are reviewed: a change of one shows in a file's diff."""

from tests.reference import ROOT, generated, kept


async def test_what_is_generated_is_what_the_code_says() -> None:
    files = await generated()
    stale = [
        str(path)
        for path, content in files.items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != content
    ]
    assert stale == [], "run `make snapshots` and look at the diff"


async def test_every_snapshot_belongs_to_a_tool_and_every_skill_to_a_prompt() -> None:
    assert kept() <= (await generated()).keys()
