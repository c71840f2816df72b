"""What is generated from the code: the definition of every tool, and two pages of docs/.

``make snapshots`` writes them; a test fails when they are not what the code says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.types import Tool
from pydantic.fields import FieldInfo

from alcf_mcp.config import Settings
from alcf_mcp.tools.catalog import CATALOG
from alcf_mcp.tools.declare import Risk
from alcf_mcp.tools.declared import DECLARED
from alcf_mcp.tools.facility_tool import FacilityTool

ROOT = Path(__file__).parent.parent
SNAPSHOTS = Path("alcf_mcp/tools/definitions")

_RISKS = {Risk.READS: "reads", Risk.CHANGES: "changes", Risk.DESTROYS: "asks first"}


async def generated() -> dict[Path, str]:
    """All generated files: path below the project's root, and content."""
    names = (name for names in CATALOG.values() for name in names)
    made = [FacilityTool.declared(DECLARED[name]) for name in names]
    tools = await MCPServer("definitions", tools=list(made)).list_tools()
    files = {SNAPSHOTS / f"{tool.name}.json": _snapshot(tool) for tool in tools}
    files[Path("docs/tools.md")] = "\n".join(_tools_page(tools))
    files[Path("docs/configuration.md")] = "\n".join(_configuration_page())
    return files


def _snapshot(tool: Tool) -> str:
    definition = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"


def _tools_page(tools: list[Tool]) -> Iterator[str]:
    yield from ("# The tools", "", "Generated from the code by `make snapshots`.", "")
    group = ""
    for tool in tools:
        declared = DECLARED[tool.name]
        if declared.group != group:
            group = declared.group
            yield from (f"## {group}", "")
        yield from (f"### `{tool.name}`", "", f"{tool.description} *({_RISKS[declared.risk]})*", "")
        yield from _arguments(tool.input_schema)


def _arguments(schema: dict[str, Any]) -> Iterator[str]:
    properties: dict[str, Any] = schema.get("properties", {})
    for name, argument in properties.items():
        required = " (required)" if name in schema.get("required", []) else ""
        yield f"- `{name}`{required}: {_argument(argument)}"
    if properties:
        yield ""


def _argument(schema: dict[str, Any]) -> str:
    notes = [schema.get("description", "")]
    if "enum" in schema:
        notes.append("one of " + ", ".join(f"`{value}`" for value in schema["enum"]))
    if schema.get("default") not in (None, "", [], {}):
        notes.append(f"default `{json.dumps(schema['default'])}`")
    return "; ".join(note for note in notes if note)


def _configuration_page() -> Iterator[str]:
    yield from (
        "# Configuration",
        "",
        "Generated from the code by `make snapshots`.",
        "",
        "Each setting is an environment variable, a line `name = value` in the configuration file, and, but",
        "for the access token, a flag of `alcf-mcp serve`. Flags win over the environment, and that over the",
        "file. The file is `config.toml` in `~/.config/alcf-mcp` (on macOS in `~/Library/Application",
        "Support/alcf-mcp`), or what `ALCF_MCP_CONFIG_FILE` names. A wrong value is one line on stderr",
        "and exit status 2.",
        "",
        "| variable | default | |",
        "|---|---|---|",
    )
    for name, field in Settings.model_fields.items():
        yield f"| `ALCF_MCP_{name.upper()}` | {_default(name, field)} | {field.description} |"
    yield ""


def _default(name: str, field: FieldInfo) -> str:
    if name == "state_dir":
        return "the platform's state directory"
    default = field.default
    if isinstance(default, tuple):
        default = ",".join(default)
    return "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def main() -> None:
    """Write what is generated, and remove snapshots of tools that are gone."""
    files = anyio.run(generated)
    for path in (ROOT / SNAPSHOTS).glob("*.json"):
        if path.relative_to(ROOT) not in files:
            path.unlink()
    for path, content in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
