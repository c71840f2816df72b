"""Installs what draws the views in a browser: ``python -m tests.views.install``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.views.browser import JS, found_browser


def main() -> None:
    """Install the packages of ``js/package-lock.json``, and Chromium where that is possible."""
    if not shutil.which("npm"):
        _say("npm is not installed: the views are not drawn")
        return
    if not _is_installed():
        _say(f"installing the packages of {JS / 'package-lock.json'} (once) …")
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=JS, check=True)
    if found_browser() is None:
        _install_browser()


def _is_installed() -> bool:
    # npm writes this file last.
    installed, wanted = JS / "node_modules" / ".package-lock.json", JS / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime


def _install_browser() -> None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        _say("install Chromium, or name it in CHROMIUM: until then, the views are not drawn")
        return
    _say("installing chromium (once) …")
    subprocess.run(["apt-get", "install", "--yes", "--quiet", "chromium"], check=True)


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


if __name__ == "__main__":
    main()
