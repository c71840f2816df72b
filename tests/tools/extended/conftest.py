"""A local facility that implements the whole standard, and an assistant that is offered all tools."""

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
    """An assistant whose user says yes to everything."""
    async with connect(answer=agree, toolsets="extended") as connected:
        yield connected


@pytest.fixture
def tree(local: LocalFacility, tmp_path: Path, directory: str) -> Path:
    """The path of the work directory on this machine."""
    return tmp_path / "local" / "tree" / directory.strip("/")


@pytest.fixture
def files(tree: Path) -> Path:
    """A file, and a directory with a file in it."""
    (tree / "a").write_text("first")
    (tree / "run").mkdir()
    (tree / "run" / "log").write_text("done\n")
    return tree


def sent(local: LocalFacility, command: str) -> int:
    return local.faults.count("POST", f"/filesystem/{command}/")


def below(directory: str, arguments: dict[str, str]) -> dict[str, str]:
    """A call's arguments, with its paths below a directory."""
    return {name: f"{directory}/{value}" if "path" in name else value for name, value in arguments.items()}
