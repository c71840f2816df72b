"""The plugin: one tree at the project's root that Claude Code, Codex and Gemini CLI install.

``.claude-plugin/`` is for Claude Code and Codex, ``gemini-extension.json`` for Gemini CLI, and ``skills/``,
in the format of agentskills.io, for all three. The skills are made from the prompts.

The formats are documented at code.claude.com/docs/en/plugins-reference,
developers.openai.com/codex/plugins/build and geminicli.com/docs/extensions/reference; checked in November
2026. Codex also reads Claude Code's manifests, as its versions 0.169.0 and 0.171.0 showed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from alcf_mcp import __version__
from alcf_mcp.install import PUBLISHED, client_named, new_entry
from alcf_mcp.prompt_files import PromptFile, load_prompt_files

ROOT = Path(__file__).parent.parent
MANIFESTS = Path(".claude-plugin")
SKILLS = Path("skills")

PLUGIN = "alcf"
MARKETPLACE = "alcf-mcp"

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_BUNDLE = json.loads((ROOT / "packaging" / "mcpb" / "manifest.json").read_text(encoding="utf-8"))

REPOSITORY: str = _PROJECT["urls"]["Repository"]

_ABOUT_SKILL = """\
This is the user's request in the user's words: "I" and "me" are the user. The tools belong to the MCP server
`alcf-mcp`. Your client may show their names with a prefix, such as `mcp__alcf__list_jobs` for `list_jobs`.
If you do not have them, say that the server is missing and that `alcf-mcp install` adds it, and stop.
"""
_ABOUT_ARGUMENTS = "What I may have told you already:"


def plugin_files() -> dict[Path, str]:
    """All files of the plugin: path below the project's root, and content."""
    files = {
        MANIFESTS / "plugin.json": _json(_claude_plugin()),
        MANIFESTS / "marketplace.json": _json(_marketplace()),
        Path("gemini-extension.json"): _json(_gemini_extension()),
    }
    skills = ((skill_name(prompt), skill(prompt)) for prompt in load_prompt_files())
    return files | {SKILLS / name / "SKILL.md": text for name, text in skills}


def skill_name(file: PromptFile) -> str:
    """A skill's name. It says where the skill belongs: some clients have one namespace for all skills."""
    return f"{PLUGIN}-{file.prompt.name}"


def skill(file: PromptFile) -> str:
    """A prompt as a skill: for a model to choose by itself, without arguments."""
    prompt = file.prompt
    head = {
        "name": skill_name(file),
        "description": f"{prompt.description} Use it when {file.use_when}",
        "license": _PROJECT["license"],
        "compatibility": "Needs the tools of the MCP server alcf-mcp.",
    }
    parts = (
        f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000)}---\n",
        f"# {prompt.title}\n",
        _ABOUT_SKILL,
        *_arguments(file),
        f"{skill_body(file)}\n",
    )
    return "\n".join(parts)


def skill_body(file: PromptFile) -> str:
    """The prompt's text where nothing optional was given, and what is required is called by its name."""
    required = {a.name: f"`{a.name}`" for a in file.prompt.arguments or [] if a.required}
    return re.sub(r"\n{3,}", "\n\n", str(file.prompt.fn(**required)))


def _arguments(file: PromptFile) -> Iterator[str]:
    arguments = file.prompt.arguments or []
    if arguments:
        lines = (
            f"- `{a.name}`{' (ask me if it is missing)' if a.required else ''}: {a.description}\n"
            for a in arguments
        )
        yield f"{_ABOUT_ARGUMENTS}\n\n{''.join(lines)}"


def _identity() -> dict[str, Any]:
    return {"name": PLUGIN, "version": __version__, "description": _BUNDLE["description"]}


def _servers() -> dict[str, Any]:
    return {"mcpServers": {PLUGIN: new_entry(client_named("generic"), PUBLISHED)}}


def _claude_plugin() -> dict[str, Any]:
    about = {"author": _BUNDLE["author"], "homepage": _BUNDLE["homepage"], "repository": REPOSITORY}
    more = {"license": _PROJECT["license"], "keywords": _BUNDLE["keywords"]}
    return _identity() | about | more | _servers()


def _marketplace() -> dict[str, Any]:
    description = _BUNDLE["description"]
    return {
        "name": MARKETPLACE,
        "description": description,
        "owner": _BUNDLE["author"],
        "plugins": [{"name": PLUGIN, "source": "./", "description": description}],
    }


def _gemini_extension() -> dict[str, Any]:
    return _identity() | _servers()


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
