"""A terminal with a local facility of its own."""

from pathlib import Path

import pytest

from tests.cli.commands import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "state")
