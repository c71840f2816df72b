"""The comment on a pull request tells how tool definitions differ, what breaks a promise first."""

import copy
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "packaging" / "ci" / "definitions_diff.py"
DEFINITIONS = ROOT / "alcf_mcp" / "tools" / "definitions"

_script = runpy.run_path(str(SCRIPT))
difference = _script["difference"]
BEFORE: dict[str, Any] = _script["read"](DEFINITIONS)


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    after = copy.deepcopy(BEFORE)
    change(after)
    return str(difference(BEFORE, after))


def arguments(definitions: dict[str, Any], tool: str) -> dict[str, Any]:
    found: dict[str, Any] = definitions[tool]["inputSchema"]["properties"]
    return found


def test_definitions_that_are_the_same_need_no_comment() -> None:
    assert difference(BEFORE, copy.deepcopy(BEFORE)) == ""


def test_it_runs_without_an_installation(tmp_path: Path) -> None:
    shutil.copytree(DEFINITIONS, tmp_path / "after")
    (tmp_path / "after" / "chmod.json").unlink()
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(DEFINITIONS), str(tmp_path / "after")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("### Tool definitions\n")
    assert "tool `chmod` is gone" in done.stdout


def test_a_description_shows_before_and_after_and_its_cost() -> None:
    def longer(definitions: dict[str, Any]) -> None:
        definitions["get_job"]["description"] += " Now."

    text = changed(longer)
    assert "bytes (+5) as models see them." in text
    assert "<summary><code>get_job</code></summary>" in text
    assert f"- `description`:\n  - was `{BEFORE['get_job']['description']}`" in text
    assert "Breaks" not in text


def test_a_new_argument_breaks_nothing() -> None:
    def more(definitions: dict[str, Any]) -> None:
        arguments(definitions, "get_job")["lines"] = {"type": "integer", "description": "How many"}

    text = changed(more)
    assert "- added `inputSchema.lines.description`: `How many`" in text
    assert "Breaks" not in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("chown"), "tool `chown` is gone"),
        (lambda d: arguments(d, "get_job").pop("resource"), "`get_job` no longer takes `resource`"),
        (
            lambda d: d["get_job"]["inputSchema"]["required"].append("resource"),
            "`get_job` now requires `resource`",
        ),
        (lambda d: arguments(d, "get_job")["job_id"].update(type="integer"), "another type as `job_id`"),
        (
            lambda d: arguments(d, "wait_for_job")["until"]["enum"].remove("started"),
            "`wait_for_job` no longer takes `started` as `until`",
        ),
        (
            lambda d: d["get_job"]["outputSchema"]["properties"].pop("exit_code"),
            "`get_job` no longer returns `exit_code`",
        ),
    ],
)
def test_what_breaks_a_promise_comes_first(change: Callable[[dict[str, Any]], None], told: str) -> None:
    head, _, rest = changed(change).partition("**Breaks what clients and scripts rely on:**")
    assert "<details>" not in head
    assert told in rest.split("<details>")[0]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(min_size=1), below),
)


@given(_json, _json)
def test_any_change_is_told(was: Any, now: Any) -> None:
    text = difference({"tool": {"description": was}}, {"tool": {"description": now}})
    assert bool(text) == (was != now)


@given(st.text() | st.text("`<>*[] a"))
def test_a_text_stays_in_its_code_span(text: str) -> None:
    (paragraph,) = (token for token in MarkdownIt().parse(_script["_shown"](text)) if token.type == "inline")
    assert [token.type for token in paragraph.children or ()] == ["code_inline"]
