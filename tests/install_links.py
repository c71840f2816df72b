"""The links that add the server to VS Code and Cursor, and the README's table of clients that add it.

The formats are documented at code.visualstudio.com/api/extension-guides/ai/mcp and
cursor.com/docs/mcp/install-links; checked in November 2026. On GitHub only https links can be clicked, so
both vendors have an address that leads to the program.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from alcf_mcp.install import PUBLISHED, client_named, new_entry
from tests.plugins import MARKETPLACE, PLUGIN, REPOSITORY

_NAME = "alcf"


def vscode_link() -> str:
    """The link that VS Code opens: the entry and its name, as one JSON object."""
    return f"vscode:mcp/install?{quote(_compact({'name': _NAME} | _entry('vscode')), safe='')}"


def vscode_web_link() -> str:
    """The web page that leads to VS Code."""
    query = urlencode({"name": _NAME, "config": _compact(_entry("vscode"))}, quote_via=quote)
    return f"https://insiders.vscode.dev/redirect/mcp/install?{query}"


def cursor_link() -> str:
    """The link that Cursor opens."""
    return f"cursor://anysphere.cursor-deeplink/mcp/install?{_cursor_query()}"


def cursor_web_link() -> str:
    """The web page that leads to Cursor."""
    return f"https://cursor.com/en/install-mcp?{_cursor_query()}"


def readme_table() -> str:
    """How to add the server, for each client that can fetch it by itself."""
    where = REPOSITORY.removeprefix("https://github.com/")
    plugin = f"plugin marketplace add {where}"
    rows = (
        ("Claude Code", f"`claude {plugin}`, then `claude plugin install {PLUGIN}@{MARKETPLACE}`"),
        ("Codex", f"`codex {plugin}`, then `codex plugin add {PLUGIN}@{MARKETPLACE}`"),
        ("Gemini CLI", f"`gemini extensions install {REPOSITORY}`"),
        ("VS Code", f"[Install in VS Code]({vscode_web_link()})"),
        ("Cursor", f"[Install in Cursor]({cursor_web_link()})"),
    )
    return "\n".join(("", "| client | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), "", ""))


def links_as_text() -> str:
    """The links that the programs open, for docs/clients.md."""
    return "\n".join(("", "```text", *_links(), "```", "", ""))


def _links() -> Iterator[str]:
    yield vscode_link()
    yield vscode_web_link()
    yield cursor_link()
    yield cursor_web_link()


def _cursor_query() -> str:
    config = b64encode(_compact(_entry("cursor")).encode()).decode()
    return urlencode({"name": _NAME, "config": config}, quote_via=quote)


def _entry(client: str) -> dict[str, Any]:
    return new_entry(client_named(client), PUBLISHED)


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
