"""docs/clients.md covers every client, and its snippets are what would be written."""

import re
from pathlib import Path

import pytest

from alcf_mcp.install import CLIENTS, Client, Launcher, ThisComputer, by_hand

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```(?:json|toml)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_page_has_the_clients_place_and_snippet(client: Client) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{client.name}` |")]
    assert str(client.place(ThisComputer("linux", Path("~"), {}))) in row
    assert str(client.place(ThisComputer("darwin", Path("~"), {}))) in row
    assert client.servers[0] in row
    assert by_hand(client, Launcher("/home/you/alcf-mcp/bin/alcf-mcp")) in SNIPPETS


def test_the_page_has_no_other_snippets() -> None:
    assert set(SNIPPETS) == {
        by_hand(client, Launcher("/home/you/alcf-mcp/bin/alcf-mcp")) for client in CLIENTS
    }
