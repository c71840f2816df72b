"""What is watched is shown when it changes, and an error is no reason to stop looking."""

import anyio
import httpx
import pytest

from alcf_mcp.cli.watching import watch
from alcf_mcp.facility import Facility, ProcessState
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, NotConnected
from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility


async def watched(local: LocalFacility, journal: Journal, *answers: str | Exception) -> list[str]:
    """What is shown of some answers, of which the last ends the watch."""
    left, shown = list(answers), list[str]()

    async def look() -> str:
        if isinstance(answer := left.pop(0), Exception):
            raise answer
        return answer

    url = "http://local/api/v1"
    async with IRIClient(url, token=local.token, http=httpx.ASGITransport(local.app)) as iri:
        with anyio.fail_after(10), pytest.raises(InvalidCall):
            await watch(Facility(ProcessState(iri, journal)), look, shown.append, pause=0.0)
    assert not left
    return shown


async def test_only_what_has_changed_is_shown(local: LocalFacility, journal: Journal) -> None:
    assert await watched(local, journal, "a", "a", "b", InvalidCall("there is no such machine")) == ["a", "b"]


async def test_after_an_error_it_looks_again(
    local: LocalFacility, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = NotConnected("The facility can't be reached")
    assert await watched(local, journal, "a", gone, "b", InvalidCall("there is no such machine")) == [
        "a",
        "b",
    ]
    assert "The facility can't be reached" in capsys.readouterr().err
