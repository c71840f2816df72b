"""The formats of clients' configuration files: read one, and change one server's entry in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from alcf_mcp.install import jsonc, jsonc_edit, toml_edit
from alcf_mcp.install.errors import ShapeProblem
from alcf_mcp.install.values import Path, lookup


class Format(Protocol):
    """How a client's configuration is written."""

    @property
    def name(self) -> str:
        """What people call it."""

    def read(self, text: str) -> dict[str, Any]:
        """What a text says.

        Raises:
            SyntaxProblem: it is not of this format.
            ShapeProblem: it is no object.
        """

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; what else is in the entry stays."""

    def without_entry(self, text: str, path: Path) -> str:
        """The text without the entry at this path."""


@dataclass(frozen=True)
class JSON:
    """JSON, with what the client takes beyond it."""

    grammar: jsonc.Grammar = field(default_factory=jsonc.Grammar)

    @property
    def name(self) -> str:
        """What people call it."""
        return "JSON with comments" if self.grammar.comments else "JSON"

    def read(self, text: str) -> dict[str, Any]:
        """What a text says."""
        root = jsonc.parse(text, self.grammar).root
        value = {} if root is None else root.value
        if not isinstance(value, dict):
            raise ShapeProblem(())
        return value

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; what else is in the entry stays."""
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
        """What a text says."""
        return toml_edit.parse(text)

    def with_entry(self, text: str, path: Path, values: Mapping[str, Any]) -> str:
        """The text with these values in the entry at this path; what else is in the entry stays."""
        return toml_edit.set_table(text, path, values)

    def without_entry(self, text: str, path: Path) -> str:
        """The text without the entry at this path."""
        return toml_edit.remove_table(text, path)
