"""Prompts are Markdown files with front matter; adding one is adding a file."""

from pathlib import Path

import pytest

from alcf_mcp import prompt_files
from alcf_mcp.prompt_files import load_prompts


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prompt_files, "prompts_directory", lambda: tmp_path)
    return tmp_path


def test_every_prompt_that_is_shipped_can_be_read() -> None:
    names = [prompt.name for prompt in load_prompts()]
    assert "check-my-jobs" in names
    assert all(prompt.description and prompt.title for prompt in load_prompts())


async def test_arguments_go_into_the_body(directory: Path) -> None:
    (directory / "greet.md").write_text(
        "---\ntitle: Greet\ndescription: Says hello.\n"
        "arguments:\n  - name: who\n    description: Whom\n---\nHello {who}!\n"
    )
    (prompt,) = load_prompts()
    assert prompt.fn(who="{you}") == "Hello {you}!"
    assert prompt.fn() == "Hello !"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        ("---\ntitle: A\ndescription: B\n---\n{who}", "who in the body"),
        ("---\ntitle: A\n---\nx", "description"),
    ],
)
def test_a_wrong_file_is_refused(directory: Path, text: str, said: str) -> None:
    (directory / "wrong.md").write_text(text)
    with pytest.raises(ValueError, match=said):
        list(load_prompts())
