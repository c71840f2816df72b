"""What this server knows about ALCF without asking it: dated and sourced files, and how to read them."""

from __future__ import annotations

from importlib.resources import files


def read(name: str) -> str:
    """Read the text of one file."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def read_all(directory: str, suffix: str) -> list[tuple[str, str]]:
    """Read all files with a suffix in a directory: names without the suffix, and texts, sorted by name."""
    names = (entry.name for entry in files(__name__).joinpath(directory).iterdir())
    return [
        (name.removesuffix(suffix), read(f"{directory}/{name}"))
        for name in sorted(names)
        if name.endswith(suffix)
    ]
