"""A link holds the entry that ``alcf-mcp install`` writes, whoever shows it."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from alcf_mcp.install import PUBLISHED, client_named, installation
from tests.plugins import ROOT

WEB = {
    "vscode": "https://insiders.vscode.dev/redirect/mcp/install",
    "cursor": "https://cursor.com/en/install-mcp",
}
OWN = {"vscode": "vscode:mcp/install", "cursor": "cursor://anysphere.cursor-deeplink/mcp/install"}

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def link(page: str, address: str) -> str:
    """The one link to this address that a page has, as far as Markdown would take it."""
    (found,) = re.findall(rf"(?:^|\()({re.escape(address)}\?[^\s()]*)(?:\)|$)", page, re.MULTILINE)
    return str(found)


def entry_in(link: str, client: str) -> tuple[str, dict[str, Any]]:
    """The name and the entry in a link, decoded as the vendor's documentation says."""
    query = urlsplit(link).query
    if link.startswith("vscode:"):
        entry = json.loads(unquote(query))
        return entry.pop("name"), entry
    ((name,), (config,)) = map(parse_qs(query, strict_parsing=True).__getitem__, ("name", "config"))
    return name, json.loads(b64decode(config, validate=True) if client == "cursor" else config)


@pytest.mark.parametrize("client", WEB)
@pytest.mark.parametrize(
    ("page", "addresses"),
    [(README, WEB), (PAGE, WEB), (PAGE, OWN)],
    ids=["README", "docs-web", "docs-own"],
)
def test_a_link_holds_what_install_writes(
    page: str, addresses: dict[str, str], client: str, tmp_path: Path
) -> None:
    change = installation(client_named(client), PUBLISHED, path=tmp_path / "mcp.json")
    assert entry_in(link(page, addresses[client]), client) == (change.name, change.values)


def test_the_readme_has_only_links_that_github_lets_a_reader_click() -> None:
    assert not any(f"{address}?" in README for address in OWN.values())
