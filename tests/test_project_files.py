"""What GitHub, contributors and readers use of the project is pinned, complete, and leads somewhere."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt

from alcf_mcp import __version__

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "packaging").glob("*.md")))


def loaded(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in loaded(path)["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_action_is_pinned_by_hash_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_an_action_has_one_version_everywhere() -> None:
    used = {use for path in WORKFLOWS for use in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))}
    assert len(used) == len({use.partition("@")[0] for use in used})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_has_the_rights_that_it_names_and_no_secret(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in workflow["jobs"].values())
    assert "secrets." not in path.read_text(encoding="utf-8")
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


def test_the_tests_run_on_each_system_with_each_python() -> None:
    matrix = loaded(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert f">={matrix['python'][0]}" == PROJECT["requires-python"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_workflows_run_targets_and_programs_that_there_are() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = "\n".join(step.get("run", "") for path in WORKFLOWS for step in steps(path))
    assert set(re.findall(r"^make ([\w-]+)", commands, re.MULTILINE)) <= targets
    for path in re.findall(r"before/(\S+)", commands):
        assert (ROOT / path).exists()


def test_the_citation_names_this_version() -> None:
    citation = loaded(ROOT / "CITATION.cff")
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["license"]
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]


def test_each_address_on_github_is_the_projects() -> None:
    home = PROJECT["urls"]["Repository"]
    files = [
        ROOT / "mkdocs.yml",
        ROOT / "SECURITY.md",
        *(ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"),
    ]
    for path in files:
        for address in re.findall(r"https://github\.com/[\w.-]+/[\w.-]+", path.read_text(encoding="utf-8")):
            assert address == home, path


def test_owned_paths_exist() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owned = [line.split()[0] for line in lines if line.startswith("/")]
    assert owned
    assert [path for path in owned if not (ROOT / path[1:]).exists()] == []


def test_a_bug_report_asks_for_the_doctors() -> None:
    form = loaded(ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml")
    (report,) = (field for field in form["body"] if field.get("id") == "report")
    assert "alcf-mcp doctor --report" in report["attributes"]["label"]
    assert report["validations"]["required"] == "true"


def test_the_site_has_every_page() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2].partition("\n\n")[0]
    assert set(re.findall(r"[\w-]+\.md", nav)) == {path.name for path in (ROOT / "docs").glob("*.md")}


def links(path: Path) -> Iterator[str]:
    for block in MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8")):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target and not re.match(r"[a-z]+:", str(target)):
                yield unquote(str(target))


def anchors(path: Path) -> set[str]:
    """The anchors of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for link in links(path):
        target, _, anchor = link.partition("#")
        file = (path.parent / target) if target else path
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file), link
