"""The converters of other libraries take all tools, as their agents would hand them to a model."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.tools.listed_tool import ListedTool
from tests.examples.test_examples import python_with
from tests.real_clients.install import NODE, is_installed

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
FREE_OBJECT = {
    "name": "refused",
    "description": "An object whose names the caller chooses",
    "inputSchema": {
        "type": "object",
        "properties": {"map": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
}


def definitions() -> list[dict[str, Any]]:
    """All tools, as a client lists them."""
    tools = [ListedTool.of(name, group) for name, group in GROUPS.items()]
    return [
        {"name": tool.name, "description": tool.description, "inputSchema": tool.parameters} for tool in tools
    ]


def converted(command: Sequence[str | Path], given: list[dict[str, Any]]) -> Any:
    """What a converting program reports; LiteLLM is not to look for prices on the network."""
    done = subprocess.run(
        command,
        input=json.dumps(given),
        env=os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_python_libraries_take_all_tools() -> None:
    wrong = converted([python_with("agents"), HERE / "python" / "converters.py"], definitions())
    assert set(wrong) == {"openai_agents", "google_genai", "langchain", "litellm", "pydantic_ai"}
    assert not any(wrong.values()), wrong


def test_a_definition_that_is_outside_the_subset_is_refused() -> None:
    wrong = converted([python_with("agents"), HERE / "python" / "converters.py"], [FREE_OBJECT])
    assert "additionalProperties" in wrong["openai_agents"]["refused"]


def test_langchain_for_google_takes_all_tools(tmp_path: Path) -> None:
    if not is_installed(NODE):
        pytest.skip("the clients that run on Node.js are not installed: `make clients` does that")
    # A module is looked for beside the program's own file.
    program = NODE / "langchain_google.mjs"
    program.write_text((HERE / "js" / "langchain_google.mjs").read_text())
    assert converted(["node", program], definitions()) == {}
