"""Open the user's browser: at an address, or with a page that shows an answer."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.reports.facts import Result


def open_address(url: str) -> bool:
    """Open a browser if the user can see one: over SSH it would open on the wrong machine."""
    has_one = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not has_one or os.environ.get("SSH_CONNECTION"):
        return False
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def show_in_browser(settings: Settings, tool: str, arguments: dict[str, Any], result: Result) -> None:
    """Write a page with an answer in it, which only the user can read, and open it.

    Args:
        settings: where the page is kept; the next one takes its place.
        tool: the tool whose view draws the answer.
        arguments: the arguments that it was called with.
        result: the answer.

    Raises:
        StateError: the page can't be written.
    """
    from alcf_mcp.private import StateError, make_private_directory, make_private_file  # noqa: PLC0415
    from alcf_mcp.tools.results import call_result  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.views.catalog import view_of  # noqa: PLC0415
    from alcf_mcp.views.page import Embedded, page  # noqa: PLC0415

    view = view_of(tool)
    assert view  # noqa: S101 - commands name tools that have one
    wire = call_result(result, for_view=True).model_dump(mode="json", by_alias=True, exclude_none=True)
    directory = settings.state_dir.absolute() / "views"
    path = directory / f"{settings.facility}-{view.name}.html"
    try:
        make_private_directory(directory)
        make_private_file(path)
        path.write_text(page(view, (), embedded=Embedded(tool, wire, arguments)), encoding="utf-8")
    except OSError as error:
        raise StateError(f"The page {path} can't be written: {error.strerror or error}") from None
    opened = open_address(path.as_uri())
    sys.stdout.write(f"{'Your browser should show' if opened else 'Open in a browser:'} {path}\n")
