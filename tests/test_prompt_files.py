"""Prompts are Markdown files with front matter; adding one is adding a file."""

from pathlib import Path

import pytest

from alcf_mcp import prompt_files
from alcf_mcp.prompt_files import PromptFile, load_prompt_files

GREETING = """\
---
title: Greet
description: Says hello.
use_when: somebody comes in.
arguments:
  - name: who
    description: Whom
    required: true
  - name: place
    description: Where
    complete: resource
---
Hello {who}!
Nice to see you at {place}.
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prompt_files, "prompts_directory", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("file", list(load_prompt_files()), ids=lambda file: file.prompt.name)
def test_every_prompt_that_is_shipped_reads_well_with_and_without_arguments(file: PromptFile) -> None:
    prompt = file.prompt
    assert prompt.title
    assert prompt.description
    arguments = prompt.arguments or []
    given = {argument.name: f"<{argument.name}>" for argument in arguments}
    everything = str(prompt.fn(**given))
    assert all(value in everything for value in given.values())
    needed = {argument.name: "<needed>" for argument in arguments if argument.required}
    assert "{" not in str(prompt.fn(**needed))


def test_these_prompts_are_shipped() -> None:
    assert [file.prompt.name for file in load_prompt_files()] == [
        "allocation-report",
        "check-my-jobs",
        "get-started",
        "submit-a-script",
        "tidy-a-directory",
        "where-to-run",
        "why-did-my-job-fail",
    ]


def test_arguments_go_into_the_body_and_lines_without_them_go(directory: Path) -> None:
    (directory / "greet.md").write_text(GREETING)
    (file,) = load_prompt_files()
    prompt = file.prompt
    assert prompt.fn(who="{place}", place="Argonne") == "Hello {place}!\nNice to see you at Argonne."
    assert prompt.fn(who="you") == prompt.fn(who="you", place="") == "Hello you!"


def test_a_file_says_what_the_values_of_an_argument_are(directory: Path) -> None:
    (directory / "greet.md").write_text(GREETING)
    (file,) = load_prompt_files()
    assert file.completions == {"place": "resource"}
    assert [(a.name, a.required) for a in file.prompt.arguments or []] == [("who", True), ("place", False)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        ("---\ntitle: A\ndescription: B\nuse_when: C\n---\n{who}", "who in the body"),
        ("---\ntitle: A\n---\nx", "description"),
        (GREETING.replace("resource", "planet"), "complete"),
    ],
)
def test_a_wrong_file_is_refused(directory: Path, text: str, said: str) -> None:
    (directory / "wrong.md").write_text(text)
    with pytest.raises(ValueError, match=said):
        list(load_prompt_files())
