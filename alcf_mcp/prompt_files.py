"""MCP prompts from Markdown files: adding a prompt is adding a file.

A file begins with YAML front matter (``title``, ``description``, and ``arguments``, each with ``name``,
``description`` and ``required``); its body is the prompt, with ``{argument}`` where an argument goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from pydantic import BaseModel

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class _Head(BaseModel, extra="forbid"):
    title: str
    description: str
    arguments: list[PromptArgument] = []


def prompts_directory() -> Path:
    """Where the prompts lie: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "prompts"
    return installed if installed.is_dir() else package.parent / "prompts"


def load_prompts() -> Iterator[Prompt]:
    """Read all prompts, by file name."""
    for path in sorted(prompts_directory().glob("*.md")):
        yield _read(path)


def _read(path: Path) -> Prompt:
    parts = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise ValueError(f"{path}: a prompt begins with front matter between two '---' lines")
    head = _Head.model_validate(yaml.safe_load(parts[1]))
    unknown = set(_PLACEHOLDER.findall(parts[2])) - {argument.name for argument in head.arguments}
    if unknown:
        raise ValueError(f"{path}: {', '.join(sorted(unknown))} in the body is no argument of the prompt")

    def render(**given: Any) -> str:
        return _PLACEHOLDER.sub(lambda match: str(given.get(match[1]) or ""), parts[2]).strip()

    return Prompt(
        name=path.stem,
        title=head.title,
        description=head.description,
        arguments=head.arguments,
        fn=render,
        context_kwarg=None,
    )
