"""What a server does in the background."""

import anyio
import pytest

from alcf_mcp.iri.pace import Pace
from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned
from alcf_mcp.local import LocalFacility
from tests.conftest import Connect

HERE = "/eagle/LocalDemo"


async def test_the_pace_is_remembered_for_the_next_process(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.TELLING_SECONDS", 0.02)
    async with connect() as assistant:
        await assistant.do("list_directory", path=HERE)
        with anyio.fail_after(10):
            while not (known := await Learned(journal.store).paces.known("http://local/api/v1")):  # noqa: ASYNC110
                await anyio.sleep(0.02)
    assert known.keys() == {"ls"}
    assert all(0 < seconds < 5 for seconds in known["ls"])


def test_what_was_learned_here_counts_more_than_what_was_told() -> None:
    pace = Pace()
    pace.learn("ls", not_before=1.0, ended_by=1.2)
    pace.recall({"ls": [9.0], "view": [3.0]})
    assert pace.expected("ls") == pytest.approx(1.05)
    assert pace.expected("view") == 3.0


def test_news_are_told_once() -> None:
    pace = Pace()
    assert not pace.has_news
    pace.learn("ls", not_before=1.0, ended_by=1.2)
    assert pace.has_news
    assert pace.told() == {"ls": [pytest.approx(1.05)]}
    assert not pace.has_news
