"""``make contract``: the tables and the exit status."""

import json
import subprocess
import sys
from pathlib import Path

from tests.contract.document import COPY


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tests.contract", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=COPY.parents[2])
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_says_that_the_contract_holds() -> None:
    status, said = run()
    assert status == 0
    assert said.count("43 of 43 operations as in the document") == 3
    assert "The contract holds." in said


def test_it_says_what_differs(tmp_path: Path) -> None:
    document = json.loads(COPY.read_text())
    del document["paths"]["/api/v1/task"]
    (tmp_path / "other.json").write_text(json.dumps(document))
    status, said = run(str(tmp_path / "other.json"))
    assert status == 1
    assert "the document has no such operation" in said
    assert "Differences: 1" in said


def test_a_file_that_is_no_document_is_told(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.json"))[0] == 2
