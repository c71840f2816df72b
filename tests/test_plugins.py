"""The plugin's manifests start the published program; clients and models can use its skills."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp import __version__
from alcf_mcp.front_matter import read_yaml
from alcf_mcp.install import PUBLISHED
from alcf_mcp.prompt_files import PromptFile, load_prompt_files
from alcf_mcp.tools.catalog import CATALOG
from tests.plugins import ROOT, SKILLS, skill_body, skill_name

MANIFESTS = ("./.claude-plugin/plugin.json", "./gemini-extension.json")
PROMPTS = list(load_prompt_files())
USUAL = [name for group, names in CATALOG.items() if group != "extended" for name in names]


def read(path: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((ROOT / path).read_text(encoding="utf-8"))
    return value


def text_of(file: PromptFile) -> str:
    return (ROOT / SKILLS / skill_name(file) / "SKILL.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MANIFESTS)
def test_a_manifest_starts_the_published_program_of_its_version(path: str) -> None:
    manifest = read(path)
    command = {"command": PUBLISHED.command, "args": [*PUBLISHED.arguments, "serve"]}
    assert (manifest["version"], manifest["mcpServers"]) == (__version__, {"alcf": command})


def test_the_plugin_starts_what_the_registry_names() -> None:
    (package,) = read("server.json")["packages"]
    assert (package["runtimeHint"], package["identifier"]) == (PUBLISHED.command, *PUBLISHED.arguments)


def test_the_marketplace_has_the_plugin_at_the_root() -> None:
    (entry,) = read(".claude-plugin/marketplace.json")["plugins"]
    assert (entry["name"], entry["source"]) == (read(MANIFESTS[0])["name"], "./")
    assert all((ROOT / entry["source"] / path).is_file() for path in MANIFESTS)


@pytest.mark.parametrize("file", PROMPTS, ids=lambda file: file.prompt.name)
class TestSkill:
    """Each skill that is shipped."""

    def test_it_keeps_the_limits_of_agent_skills(self, file: PromptFile) -> None:
        _, head, body = text_of(file).split("---\n", 2)
        said = read_yaml(head)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", said["name"])
        assert said["name"] == skill_name(file)
        assert len(said["name"]) <= 64
        assert len(said["description"]) <= 1024
        assert len(said["compatibility"]) <= 500
        assert len(body.splitlines()) < 500

    def test_its_description_tells_a_model_when_to_choose_it(self, file: PromptFile) -> None:
        description = read_yaml(text_of(file).split("---\n", 2)[1])["description"]
        assert re.search(r"\. Use it when .* ALCF\b.*\.$", description)

    def test_it_says_what_the_prompt_says(self, file: PromptFile) -> None:
        assert text_of(file).endswith(f"\n{skill_body(file)}\n")
        prompt = (ROOT / "prompts" / f"{file.prompt.name}.md").read_text(encoding="utf-8")
        kept = [line for line in prompt.split("---\n", 2)[2].splitlines() if "{" not in line]
        assert [line for line in kept if line and line not in skill_body(file).splitlines()] == []

    def test_it_has_every_argument_and_no_gap(self, file: PromptFile) -> None:
        text = text_of(file)
        for argument in file.prompt.arguments or []:
            assert re.search(rf"^- `{argument.name}`.*: {re.escape(argument.description or '')}$", text, re.M)
        assert not re.search(r"\{\w+\}|\n{3,}", text)

    def test_it_names_tools_and_arguments_that_there_are(self, file: PromptFile) -> None:
        named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text_of(file)))
        arguments = {argument.name for argument in file.prompt.arguments or []}
        for name in named & set(USUAL):
            arguments |= _arguments_of(name)
        assert named - arguments <= set(USUAL)
        assert named & set(USUAL)


def _arguments_of(tool: str) -> set[str]:
    definition = Path("alcf_mcp", "tools", "definitions", f"{tool}.json")
    return set(read(str(definition))["inputSchema"]["properties"])
