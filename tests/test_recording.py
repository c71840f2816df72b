"""The picture of the demo shows what the demo does today, whenever and by whom it is run."""

import html
import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORDING = runpy.run_path(str(ROOT / "packaging" / "recording.py"))


def text(svg: str) -> str:
    """The text in a picture; how it is drawn is Rich's matter, and differs between its versions."""
    drawn = svg.partition("</style>")[2]
    lines = html.unescape(re.sub(r"<[^>]*>", "", drawn)).replace("\N{NO-BREAK SPACE}", " ").splitlines()
    return "\n".join(line for line in lines if line.strip())


def test_the_picture_shows_what_the_demo_does() -> None:
    kept = RECORDING["PICTURE"].read_text(encoding="utf-8")
    assert text(kept) == text(RECORDING["record"]()), "run `make recording` and look at the picture"
    assert "The server asks you" in text(kept)


def test_the_picture_loads_nothing() -> None:
    svg = RECORDING["PICTURE"].read_text(encoding="utf-8")
    assert not re.search(r"url\((?!#)|href|<script|@import", svg)
