"""MCP prompts from Markdown files: adding a prompt is adding a file.

A file begins with YAML front matter: ``title``, ``description``, ``use_when`` and ``arguments``, each with
``name``, ``description``, ``required`` and ``complete``, the kind of its values for clients that offer
completions. Its body is the prompt, with ``{argument}`` where an argument goes. A line with an argument that
was not given is left out. ``use_when`` is for models, which choose the Agent Skill made from the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from pydantic import BaseModel

from alcf_mcp.front_matter import parted

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Completion = Literal["resource", "job", "project", "queue", "path"]
"""The kind of value that an argument takes."""


class _Argument(BaseModel, extra="forbid"):
    name: str
    description: str
    required: bool = False
    complete: Completion | None = None


class _PromptHead(BaseModel, extra="forbid"):
    title: str
    description: str
    use_when: str
    arguments: list[_Argument] = []


@dataclass(frozen=True)
class PromptFile:
    """A prompt as read from its file.

    ``completions`` holds the kind of an argument's values, by its name, where the file gives one.
    ``use_when`` ends the sentence that tells a model when to choose it: "Use it when …".
    """

    prompt: Prompt
    use_when: str
    completions: dict[str, Completion]


def prompts_directory() -> Path:
    """Find the prompts: in the installed package, or next to it in a checkout."""
    package = Path(__file__).parent
    installed = package / "prompts"
    return installed if installed.is_dir() else package.parent / "prompts"


def load_prompt_files() -> Iterator[PromptFile]:
    """Read all prompts and the kinds of their arguments, sorted by file name."""
    for path in sorted(prompts_directory().glob("*.md")):
        yield _read(path)


@cache  # a server for many people has one for all of them
def _read(path: Path) -> PromptFile:
    head, body = parted(path.read_text(encoding="utf-8"), _PromptHead, where=str(path))
    unknown = set(_PLACEHOLDER.findall(body)) - {argument.name for argument in head.arguments}
    if unknown:
        raise ValueError(f"{path}: {', '.join(sorted(unknown))} in the body is not an argument of the prompt")

    def render(**given: Any) -> str:
        lines = (line for line in body.splitlines() if all(map(given.get, _PLACEHOLDER.findall(line))))
        return _PLACEHOLDER.sub(lambda match: str(given[match[1]]), "\n".join(lines)).strip()

    prompt = Prompt(
        name=path.stem,
        title=head.title,
        description=head.description,
        arguments=[
            PromptArgument(**argument.model_dump(exclude={"complete"})) for argument in head.arguments
        ],
        fn=render,
        context_kwarg=None,
    )
    return PromptFile(prompt, head.use_when, {a.name: a.complete for a in head.arguments if a.complete})
