"""What this server knows of ALCF without asking it: files with a date and a source, and how they are read."""

from __future__ import annotations

from importlib.resources import files


def read(name: str) -> str:
    """The text of one file."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def read_all(directory: str, suffix: str) -> list[tuple[str, str]]:
    """The names without suffix, and the texts, of all files of a kind in a directory, by name."""
    names = (entry.name for entry in files(__name__).joinpath(directory).iterdir())
    return [
        (name.removesuffix(suffix), read(f"{directory}/{name}"))
        for name in sorted(names)
        if name.endswith(suffix)
    ]
