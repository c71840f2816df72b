"""The views, and the tools whose answers they draw."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A view.

    Attributes:
        name: its folder.
        title: what it is called where its page is shown.
        description: what it shows.
        tools: the tools whose answers it draws.
    """

    name: str
    title: str
    description: str
    tools: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The URI of its page."""
        return f"ui://alcf/{self.name}.html"


VIEWS = (
    View(
        "jobs",
        "Jobs",
        "Jobs on a time axis: how long they waited and ran, and how they ended",
        ("list_jobs", "submit_job", "wait_for_job"),
    ),
    View(
        "job",
        "A job",
        "One job: its times, what went wrong, its members, and its output to follow and search",
        ("get_job", "get_job_output"),
    ),
    View(
        "files",
        "Files",
        "A directory to sort and to walk through: sizes, times, and who may do what; a file with its text",
        ("list_directory", "view_file", "head_file", "tail_file"),
    ),
    View(
        "question",
        "A change",
        "What a call that asks first would change, before and after, and what came of the question",
        (
            "cancel_job",
            "update_job",
            "chmod",
            "chown",
            "remove_path",
            "copy_path",
            "move_path",
            "compress_path",
            "extract_archive",
            "upload_file",
            "cancel_task",
        ),
    ),
    View(
        "allocations",
        "Allocations",
        "Projects and their allocations: what is used and left, and when it runs out at the present rate",
        ("list_projects", "get_project"),
    ),
    View(
        "machine",
        "Machines",
        "How busy machines are: nodes, queues, reservations, and where the user's own jobs stand",
        ("list_resources", "get_resource"),
    ),
)
"""All views; a tool has one at most."""

_BY_TOOL = {tool: view for view in VIEWS for tool in view.tools}


def view_of(tool: str) -> View | None:
    """The view that draws a tool's answers, if there is one."""
    return _BY_TOOL.get(tool)
