"""The list of tools, available without loading the code behind them.

A tool's definition is generated from its function by ``make snapshots`` and reviewed as a file. A server can
therefore list its tools at once, and load the code behind them while its client reads the list.
"""

from __future__ import annotations

from collections.abc import Iterable

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

Those in ``extended`` are offered only on request: ALCF does not have what they need yet.
"""

DEFAULT = frozenset(CATALOG) - {"extended"}

CORE: dict[str, tuple[str, ...]] = {
    "list_resources": ("resource_type", "status"),
    "submit_job": (
        "executable",
        "arguments",
        "filesystems",
        "stdout_path",
        "stderr_path",
        "memory_bytes",
        "custom_attributes",
        "ranks_per_node",
        "ensemble",
        "members_per_node",
        "nodes_per_member",
        "member_timeout",
        "resume",
    ),
    "list_jobs": ("offset",),
    "get_job": ("member",),
    "wait_for_job": ("until",),
    "get_job_output": ("since_offset", "directory", "member"),
    "cancel_job": (),
    "list_directory": ("numeric_ids", "recursive", "dereference"),
    "view_file": (),
    "list_projects": (),
    "auth_status": (),
    "sign_in": (),
}
"""What takes a job from its script to its output, for small models, each with arguments that are not listed.

A tool accepts all its arguments, listed or not.
"""

NAMES = frozenset(name for names in CATALOG.values() for name in names)


GROUPS = {name: group for group, names in CATALOG.items() for name in names}
"""The group of each tool: the module, or package of modules, that contains it."""


def chosen(settings: Settings) -> dict[str, str]:
    """The tools that the user chose, each with its group."""
    wanted = _groups(settings.toolsets)
    core = CORE if "core" in settings.toolsets else {}
    return {name: group for name, group in GROUPS.items() if group in wanted or name in core}


def unlisted(settings: Settings, name: str) -> tuple[str, ...]:
    """The arguments of a tool that are not listed, because the user chose it for small models."""
    return () if GROUPS[name] in _groups(settings.toolsets) else CORE.get(name, ())


def _groups(toolsets: Iterable[str]) -> set[str]:
    """The groups to offer; ``extended`` is added to the other chosen groups, or to the default."""
    chosen = set(toolsets)
    return chosen | DEFAULT if "default" in chosen or chosen == {"extended"} else chosen
