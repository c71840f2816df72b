"""Where the clients live during the tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_clients.home import Home
from tests.real_clients.install import NODE, is_installed
from tests.real_clients.sdks import SDK, SDKS


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home directory, in which nothing is left running when the test ends."""
    home = Home(tmp_path)
    yield home
    assert home.end() == []


@pytest.fixture
def node() -> None:
    """Skips a test if the clients that run on Node.js are not installed."""
    if not shutil.which("node"):
        pytest.skip("this client needs Node.js, which is not installed")
    _skip_unless_installed(NODE)


@pytest.fixture(params=SDKS)
def sdk(request: pytest.FixtureRequest) -> SDK:
    """Each SDK."""
    sdk = SDKS[request.param]
    if sdk.place == NODE:
        request.getfixturevalue("node")
    _skip_unless_installed(sdk.place)
    return sdk


def _skip_unless_installed(place: Path) -> None:
    if not is_installed(place):
        pytest.skip(f"nothing is installed in {place}: run `make clients`")
