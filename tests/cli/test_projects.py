"""``alcf-mcp projects``: what is left of allocations, for users and for programs."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alcf_mcp.cli import app


def projects(state: Path, *arguments: str) -> Result:
    where = ("--facility", "local", "--state-dir", str(state))
    return CliRunner().invoke(app, ["projects", *arguments, *where], env=os.environ | {"COLUMNS": "200"})


def test_projects_are_a_table_of_what_is_left(tmp_path: Path) -> None:
    table = projects(tmp_path).stdout
    assert table.startswith("2 projects; least left: LocalDemo 100 % on Polaris\n")
    assert "1,000 of 1,000 node hours left (0 % used)" in table
    assert table.count("LocalTiny") == 1
    assert "LocalTiny" not in projects(tmp_path, "localdemo").stdout


def test_programs_get_what_the_tools_answer(tmp_path: Path) -> None:
    facts = json.loads(projects(tmp_path, "--json").stdout)
    assert [project["name"] for project in facts["projects"]] == ["LocalDemo", "LocalTiny"]
    assert json.loads(projects(tmp_path, "LocalTiny", "--json").stdout)["allocations"][0]["left"] == 0.02


def test_projects_are_shown_in_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    page = tmp_path / "views" / "local-allocations.html"
    for name in ((), ("LocalTiny",)):
        assert projects(tmp_path, *name, "--open").stdout == f"Open in a browser: {page}\n"
        assert "LocalTiny" in page.read_text(encoding="utf-8")
    assert "LocalDemo" not in page.read_text(encoding="utf-8")
    assert projects(tmp_path, "--open", "--json").exit_code


def test_an_unknown_project_is_one_clear_line(tmp_path: Path) -> None:
    done = projects(tmp_path, "LocalDmo")
    assert done.exit_code == 1
    assert "Did you mean LocalDemo?" in done.stderr
