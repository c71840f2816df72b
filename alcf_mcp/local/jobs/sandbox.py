"""Confinement of jobs with bubblewrap: they see the facility's directories and the system's programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alcf_mcp.local.tree import Tree

_PROBE_SECONDS = 10.0

# Programs and what they need to start; everything else on this computer stays hidden.
_PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_CONFIGURATION = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
)

_OWN_CONFIGURATION = ("passwd", "group", "profile")

# The sandbox itself ignores SIGTERM, which is meant only for the job in it.
_LISTEN_TO_SIGTERM = ("/usr/bin/env", "--default-signal=TERM")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A way to run programs that see only the facility.

    Attributes:
        tree: the facility's directories.
        etc: a directory with the facility's own files for a job's ``/etc``.
        bwrap: the bubblewrap program.
    """

    tree: Tree
    etc: Path
    bwrap: str

    def command(
        self,
        argv: Sequence[str],
        *,
        directory: str = "/",
        hostname: str = "localhost",
        shown: dict[str, Path] | None = None,
    ) -> list[str]:
        """The command line that runs a program in the sandbox.

        Args:
            argv: the program and its arguments.
            directory: the working directory, as the facility names it.
            hostname: the host name inside the sandbox.
            shown: further files and directories to show, read-only, by their path in the sandbox.
        """
        eagle, home = str(self.tree.root / "eagle"), str(self.tree.root / "home" / self.tree.username)
        options = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--hostname", hostname]
        options += [option for path in _PROGRAMS for option in _like_outside(path)]
        for path in _CONFIGURATION:
            options += ["--ro-bind-try", path, path]
        for name in _OWN_CONFIGURATION:
            options += ["--ro-bind", str(self.etc / name), f"/etc/{name}"]
        options += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - the sandbox's own
        options += ["--bind", eagle, "/eagle", "--bind", eagle, "/lus/eagle", "--bind", home, self.tree.home]
        for path, place in (shown or {}).items():
            options += ["--ro-bind", str(place), path]
        return [self.bwrap, *options, "--chdir", directory, "--", *_LISTEN_TO_SIGTERM, *argv]


def find_sandbox(tree: Tree, etc: Path) -> tuple[Sandbox | None, str]:
    """Find out whether jobs can be confined on this computer.

    Returns:
        The sandbox, or ``None`` and the reason as a clause.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return None, "bubblewrap is not installed"
    _write_configuration(tree, etc)
    sandbox = Sandbox(tree, etc, bwrap)
    try:
        # It may be installed but forbidden, as in most containers.
        probe = subprocess.run(  # noqa: S603 - a command of our own
            sandbox.command(["/bin/true"]), capture_output=True, timeout=_PROBE_SECONDS, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"bubblewrap does not work here ({error})"
    if probe.returncode:
        reason = probe.stderr.decode(errors="replace").strip()[:200]
        return None, f"bubblewrap does not work here ({reason})"
    return sandbox, ""


def _like_outside(path: str) -> list[str]:
    if Path(path).is_symlink():
        return ["--symlink", str(Path(path).readlink()), path]
    return ["--ro-bind", path, path] if Path(path).exists() else []


def _write_configuration(tree: Tree, etc: Path) -> None:
    etc.mkdir(exist_ok=True)
    uid, gid = os.getuid(), os.getgid()
    contents = {
        "passwd": f"{tree.username}:x:{uid}:{gid}::{tree.home}:/bin/bash\n",
        "group": f"users:x:{gid}:\n",
        # The system's own profile would remove the facility's commands from a login shell's PATH.
        "profile": "# Login shells keep the environment that the job was given.\n",
    }
    for name, content in contents.items():
        _put(etc / name, content)


def _put(place: Path, content: str) -> None:
    """Write a file unless it is up to date: a file that changes breaks sandboxes that are being set up."""
    if place.exists() and place.read_text() != content:
        place.unlink()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    draft.write_text(content)
    with suppress(FileExistsError):
        os.link(draft, place)
    draft.unlink()
