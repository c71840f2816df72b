"""A local facility that has all of the standard, and an assistant that is offered all tools."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alcf_mcp.local import LocalFacility
from alcf_mcp.local.settings import Profile
from tests.conftest import Assistant, Connect, agree


@pytest.fixture
def profile() -> Profile:
    return "full"


@pytest.fixture
async def assistant(connect: Connect) -> AsyncIterator[Assistant]:
    """An assistant whose person says yes to everything."""
    async with connect(answer=agree, toolsets="extended") as connected:
        yield connected


@pytest.fixture
def tree(local: LocalFacility, tmp_path: Path, directory: str) -> Path:
    """The work directory as this machine sees it."""
    return tmp_path / "local" / "tree" / directory.strip("/")
