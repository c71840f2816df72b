"""Which tools there are, and how clients see them; told without loading them.

A tool's definition is made from its function by ``make snapshots`` and reviewed as a file. So a server lists
its tools at once, and loads what is behind them while its client reads the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from alcf_mcp.config import Settings

CATALOG: dict[str, tuple[str, ...]] = {
    "status": ("list_resources", "get_resource", "get_facility", "list_incidents"),
    "compute": (
        "submit_job",
        "list_jobs",
        "get_job",
        "wait_for_job",
        "get_job_output",
        "update_job",
        "cancel_job",
    ),
    "filesystem": (
        "list_directory",
        "make_directory",
        "view_file",
        "head_file",
        "tail_file",
        "chmod",
        "chown",
        "remove_path",
    ),
    "tasks": ("get_task", "list_tasks"),
    "account": ("list_projects", "get_project"),
    "session": ("auth_status", "sign_in"),
    "extended": (
        "stat_path",
        "file_type",
        "checksum_file",
        "download_file",
        "copy_path",
        "move_path",
        "symlink_path",
        "compress_path",
        "extract_archive",
        "upload_file",
        "cancel_task",
        "list_capabilities",
        "list_user_allocations",
    ),
}
"""The names of all tools, by group, in the order in which clients see them.

Those of ``extended`` are offered where a person asks for them: ALCF has not got what is behind them yet.
"""

DEFAULT = frozenset(CATALOG) - {"extended"}

NAMES = frozenset(name for names in CATALOG.values() for name in names)


@dataclass(frozen=True)
class Listed:
    """A tool as clients see it."""

    name: str
    group: str

    @cached_property
    def definition(self) -> dict[str, Any]:
        """Name, title, description, schemas and annotations, as the protocol has them."""
        path = files(__package__).joinpath("definitions", f"{self.name}.json")
        definition: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return definition

    @property
    def reads(self) -> bool:
        """Whether it changes nothing at the facility."""
        return bool(self.definition["annotations"]["readOnlyHint"])


def offered(settings: Settings) -> list[Listed]:
    """The tools that the person's settings let through."""
    groups = _groups(settings.toolsets)
    tools = (Listed(name, group) for group, names in CATALOG.items() if group in groups for name in names)
    return [tool for tool in tools if tool.reads or not settings.read_only]


def _groups(toolsets: Iterable[str]) -> set[str]:
    """The groups that are meant; ``extended`` comes on top of what else is chosen, or of the default."""
    chosen = set(toolsets)
    return chosen | DEFAULT if "default" in chosen or chosen == {"extended"} else chosen
