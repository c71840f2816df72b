"""Where programs on this machine keep a user's files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ThisComputer:
    """A platform, a home directory, and an environment.

    Args:
        platform: as in ``sys.platform``.
        home: the user's home directory.
        environment: the environment variables.
    """

    platform: str = sys.platform
    home: Path = field(default_factory=lambda: Path(os.path.expanduser("~")))  # noqa: PTH111 - Path.home may raise
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def named(self, variable: str, otherwise: Path) -> Path:
        """The directory that an environment variable names, or another one."""
        return Path(self.environment.get(variable) or otherwise)

    @property
    def roaming(self) -> Path:
        """``%APPDATA%``, on Windows."""
        return self.named("APPDATA", self.home / "AppData" / "Roaming")

    @property
    def local(self) -> Path:
        """``%LOCALAPPDATA%``, on Windows."""
        return self.named("LOCALAPPDATA", self.home / "AppData" / "Local")

    @property
    def xdg_config(self) -> Path:
        """``$XDG_CONFIG_HOME``, as Linux programs use it."""
        return self.named("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def application_data(self) -> Path:
        """Where desktop programs keep their settings: what Electron calls ``appData``."""
        match self.platform:
            case "darwin":
                return self.home / "Library" / "Application Support"
            case "win32":
                return self.roaming
            case _:
                return self.xdg_config
