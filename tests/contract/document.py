"""An OpenAPI document: its operations, and the validation of values by its schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

COPY = Path(__file__).with_name("alcf.openapi.json")

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_MOUNT = re.compile(r"^/api/v\d+(?=/)")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_RFC_3339.fullmatch(value) and datetime.fromisoformat(value))


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@dataclass(frozen=True)
class Described:
    """An operation as the document describes it; ``path`` is the part after the mount point ``/api/v1``."""

    id: str
    method: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]
    body: Mapping[str, Any] | None
    responses: Mapping[str, Mapping[str, Any]]
    wants_bearer: bool

    @property
    def query(self) -> dict[str, Mapping[str, Any]]:
        """The parameters that go into the URL's query string."""
        return {name: spec for name, spec in self.parameters.items() if spec["in"] == "query"}


class Document:
    """A loaded document.

    Args:
        source: the decoded JSON.
    """

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source

    @classmethod
    def load(cls, path: Path = COPY) -> Self:
        """Read a document from a file."""
        return cls(json.loads(path.read_text()))

    @cached_property
    def operations(self) -> dict[str, Described]:
        """All operations, by id."""
        return {described.id: described for described in self._described()}

    def resolved(self, node: Any) -> Any:
        """Resolve a node: the target of its ``$ref``, or the node itself."""
        while isinstance(node, Mapping) and "$ref" in node:
            target: Any = self.source
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def faults(self, value: Any, schema: Mapping[str, Any], *, closed: bool = False) -> list[str]:
        """Report what is wrong with a value.

        Args:
            value: decoded JSON.
            schema: a schema of this document.
            closed: whether a property that the schema does not name is wrong, even if it is allowed.
        """
        components = self._closed_components if closed else self.source.get("components", {})
        rooted = {**(_closed(schema) if closed else schema), "components": components}
        errors = Draft202012Validator(rooted, format_checker=FORMATS).iter_errors(value)
        return sorted(f"{_where(error.absolute_path)}{error.message[:300]}" for error in errors)

    @cached_property
    def _closed_components(self) -> Any:
        return _closed(self.source.get("components", {}))

    def _described(self) -> Iterator[Described]:
        for path, item in self.source["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._describe(method, path, item[method], item.get("parameters", []))

    def _describe(self, method: str, path: str, operation: Mapping[str, Any], shared: list[Any]) -> Described:
        parameters = [self.resolved(parameter) for parameter in (*shared, *operation.get("parameters", []))]
        return Described(
            id=operation["operationId"],
            method=method.upper(),
            path=_MOUNT.sub("", path),
            parameters={parameter["name"]: parameter for parameter in parameters},
            body=self.resolved(operation.get("requestBody")),
            responses={status: self.resolved(answer) for status, answer in operation["responses"].items()},
            wants_bearer=self._wants_bearer(operation),
        )

    def _wants_bearer(self, operation: Mapping[str, Any]) -> bool:
        schemes = self.source.get("components", {}).get("securitySchemes", {})
        alternatives = operation.get("security", self.source.get("security", []))
        return any(
            schemes.get(name, {}).get("scheme") == "bearer" for wanted in alternatives for name in wanted
        )


def shape(path: str) -> str:
    """A path template without the names of its placeholders, which documents choose freely."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    parts = {key: _closed(part) for key, part in schema.items()}
    return {**parts, "additionalProperties": False} if isinstance(parts.get("properties"), dict) else parts


def _where(path: Any) -> str:
    steps = ".".join(str(step) for step in path)
    return f"{steps}: " if steps else ""
