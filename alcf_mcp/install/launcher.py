"""How a client must start this program: by its absolute path, because desktop programs have no PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

NAME = "alcf-mcp"

# The names of the parts of uv's cache in which it creates the environments of uvx.
_EPHEMERAL = re.compile(r"(archive|builds|environments)-v[0-9]+")


@dataclass(frozen=True)
class Launcher:
    """A command and the arguments before the program's own."""

    command: str
    arguments: tuple[str, ...] = ()


PUBLISHED = Launcher("uvx", (NAME,))
"""How plugins and links start the published program: by name, because they know no computer's paths."""


def this_program(environment: Mapping[str, str] = os.environ, prefix: str = sys.prefix) -> Launcher:
    """How to start this same program again later.

    Args:
        environment: the environment variables.
        prefix: where Python's environment is; one in uv's cache was created by ``uvx`` for this run only.
    """
    if any(_EPHEMERAL.fullmatch(part) for part in Path(prefix).parts):
        return _uvx(environment)
    scripts = (sys.argv[0], os.path.join(sysconfig.get_path("scripts"), NAME))  # noqa: PTH118 - for shutil.which
    for script in scripts:
        found = shutil.which(script)
        if found and Path(found).stem.lower() == NAME:
            # Not resolved: the link that pipx or uv creates outlives its target.
            return Launcher(os.path.abspath(found))  # noqa: PTH100 - Path.absolute keeps ".."
    return Launcher(sys.executable, ("-m", "alcf_mcp"))


def _uvx(environment: Mapping[str, str]) -> Launcher:
    uv = environment.get("UV") or shutil.which("uv")
    beside = shutil.which("uvx", path=str(Path(uv).parent)) if uv else None
    uvx = beside or shutil.which("uvx")
    source = _source()
    what = ("--from", source, *PUBLISHED.arguments) if source else PUBLISHED.arguments
    if uvx:
        return Launcher(os.path.abspath(uvx), what)  # noqa: PTH100
    return Launcher(os.path.abspath(uv or "uv"), ("tool", "run", *what))  # noqa: PTH100


def _source() -> str | None:
    """What this program was installed from, as a requirement; ``None`` for the package index."""
    try:
        noted = metadata.distribution(NAME).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    if noted is None:
        return None
    origin = json.loads(noted)
    url: str = origin["url"]
    if "vcs_info" in origin:
        version = origin["vcs_info"].get("requested_revision")
        url = f"{origin['vcs_info']['vcs']}+{url}" + (f"@{version}" if version else "")
    return f"{NAME} @ {url}"
