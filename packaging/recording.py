"""Records `alcf-mcp demo` as a picture: ``python packaging/recording.py`` writes docs/demo.svg.

The demo really runs. What differs from run to run (times, ids, owners) is replaced by fixed values, and
progress is left out, so that the picture changes only when the demo does.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import anyio
from rich.console import Console
from rich.panel import Panel

from alcf_mcp.cli.walk import walk

PICTURE = Path(__file__).parent.parent / "docs" / "demo.svg"
SHOWN = ("Make a directory", "Let my group")
"""What the user says at the beginning of the parts that are shown; all of them would be too tall."""
LEFT_OUT = "[bold]→ get_job_output["
"""A call in these parts whose result was shown before."""

_FIXED = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "2026-08-12 09:30 UTC"),
    (re.compile(r"~~~ [0-9a-f]{8}"), "~~~ 5eed5eed"),
    (re.compile(r"Question [0-9a-f]{8}"), "Question 5eed5eed"),
    (re.compile(r"^((?:[r-][w-][x-]){3}) \S+:\S+", re.MULTILINE), r"\1 mcurie:users"),
)
_REMOTE_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


class Recorder(Console):
    """A console that shows chosen parts of the demo, with what changes from run to run replaced."""

    def __init__(self) -> None:
        super().__init__(
            record=True,
            width=100,
            file=io.StringIO(),
            highlight=False,
            force_terminal=True,
            color_system="truecolor",
            no_color=False,
        )
        self._part = self._call = False

    def print(self, *objects: Any, **how: Any) -> None:
        """Show what belongs to a chosen part."""
        (it,) = objects
        if isinstance(it, str):
            if it.startswith("\n[bold cyan]You:"):
                self._part = self._call = any(words in it for words in SHOWN)
            elif it.startswith("[bold]→ "):
                self._call = not it.startswith(LEFT_OUT)
            elif it.startswith("  [dim]…"):
                return
        if self._part and self._call:
            super().print(_fixed(it), **how)


def _fixed(it: Any) -> Any:
    if isinstance(it, Panel):
        it.renderable = _fixed(it.renderable)
    elif isinstance(it, str):
        for changing, value in _FIXED:
            it = changing.sub(value, it)
    return it


def record() -> str:
    """Run the demo and return its picture."""
    console = Recorder()
    with tempfile.TemporaryDirectory(prefix="alcf-mcp-demo-") as state:
        anyio.run(walk, console, Path(state))
    svg = console.export_svg(title="alcf-mcp demo", unique_id="demo")
    return _REMOTE_FONT.sub("", svg)  # a picture must not load anything


if __name__ == "__main__":
    PICTURE.write_text(record(), encoding="utf-8", newline="\n")
