"""The formats of clients' configuration files, with reading and changing one server's entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from alcf_mcp.install import jsonc, jsonc_edit, toml_edit
from alcf_mcp.install.errors import ShapeProblem
from alcf_mcp.install.values import Path, lookup


class Format(Protocol):
    """The format of a client's configuration."""

    @property
    def name(self) -> str:
        """The format's common name."""

    def read(self, text: str) -> dict[str, Any]:
        """Parse a text.

        Raises:
            SyntaxProblem: it is not in this format.
            ShapeProblem: it is not an object.
        """

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; the rest of the entry stays."""

    def without_entry(self, text: str, path: Path) -> str:
        """The text without the entry at this path."""


@dataclass(frozen=True)
class JSON:
    """JSON, with the extensions that the client accepts."""

    grammar: jsonc.Grammar = field(default_factory=jsonc.Grammar)

    @property
    def name(self) -> str:
        """The format's common name."""
        return "JSON with comments" if self.grammar.comments else "JSON"

    def read(self, text: str) -> dict[str, Any]:
        """Parse a text."""
        root = jsonc.parse(text, self.grammar).root
        value = {} if root is None else root.value
        if not isinstance(value, dict):
            raise ShapeProblem(())
        return value

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; the rest of the entry stays."""
        if lookup(self.read(text), path) is None:
            return jsonc_edit.set_member(text, path, dict(values), self.grammar)
        for key, value in values.items():
            text = jsonc_edit.set_member(text, (*path, key), value, self.grammar)
        return text

    def without_entry(self, text: str, path: Path) -> str:
        """The text without the entry at this path."""
        return jsonc_edit.remove_member(text, path, self.grammar)


@dataclass(frozen=True)
class TOML:
    """TOML."""

    name: str = "TOML"

    def read(self, text: str) -> dict[str, Any]:
        """Parse a text."""
        return toml_edit.parse(text)

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; the rest of the entry stays."""
        return toml_edit.set_table(text, path, values)

    def without_entry(self, text: str, path: Path) -> str:
        """The text without the entry at this path."""
        return toml_edit.remove_table(text, path)
