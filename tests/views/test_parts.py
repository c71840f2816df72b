"""The parts of views do what they say: the tests in ``js/parts``, run by Node.js."""

import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "js" / "parts").glob("*.test.mjs"))


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed: it runs these tests")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.partition(".")[0])
def test_a_part(path: Path) -> None:
    run = subprocess.run(["node", "--test", path], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
