"""What the views of files show in tests: a project's directory at the local facility, with real files."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alcf_mcp.local import LocalFacility
from alcf_mcp.local.files import entries
from tests.views.scenes import HERE

RUN = f"{HERE}/folding-run"

NOTES = "# Folding, third run\n\nSeeds 1-8 on Polaris; the fourth diverged.\n"
LOG = "".join(f"step {number:5}  energy {-4000 - number / 7:.3f} kJ/mol\n" for number in range(6000))

FILES: dict[str, tuple[str | int, int, float]] = {
    "README.md": (NOTES, 0o644, 26),
    "submit.sh": ("#!/bin/bash -l\n#PBS -l select=2\nmpiexec -n 8 ./fold\n", 0o755, 30),
    "fold": (48_312_440, 0o755, 700),
    "energies.log": (LOG, 0o640, 0.2),
    "trajectory.h5": (2_641_000_000, 0o440, 3),
    "topology.pdb": (512_000, 0o664, 9000),
    "key.pem": (1704, 0o600, 400),
    ".condarc": ("channels: [conda-forge]\n", 0o644, 800),
}
"""Files by name: their text or their size, their mode, and how many hours ago they were changed."""

DIRECTORIES = {"checkpoints": 0o2770, "inputs": 0o755, "scratch": 0o1777}


def a_project_directory(local: LocalFacility, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a run's directory, which ada of LocalDemo owns; returns where it is on this computer."""
    monkeypatch.setattr(entries, "user_name", lambda _: "ada")
    monkeypatch.setattr(entries, "group_name", lambda _: "LocalDemo")
    place = local.tree.locate(RUN)
    place.mkdir()
    for name, (content, mode, ago) in FILES.items():
        _make(place / name, content, mode, ago)
    for name, mode in DIRECTORIES.items():
        (place / name).mkdir()
        (place / name).chmod(mode)
        _date(place / name, 50)
    (place / "inputs" / "seed-1.yaml").write_text("seed: 1\n")
    return place


def _make(place: Path, content: str | int, mode: int, ago: float) -> None:
    if isinstance(content, str):
        place.write_text(content)
    else:
        place.touch()
        os.truncate(place, content)  # sparse: it takes no room
    place.chmod(mode)
    _date(place, ago)


def _date(place: Path, hours_ago: float) -> None:
    at = (datetime.now(UTC) - timedelta(hours=hours_ago)).timestamp()
    os.utime(place, (at, at))
