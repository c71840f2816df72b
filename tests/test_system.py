"""Without what only POSIX has, everything but the local facility works."""

from __future__ import annotations

import os
import pkgutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

import alcf_mcp
from alcf_mcp import system
from alcf_mcp.local import LocalFacility, serve
from tests.conftest import Answered, Era

WITHOUT_POSIX = """
import asyncio, mcp, subprocess, sys  # their own use of those modules, by system, is their own affair
import alcf_mcp.system
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
alcf_mcp.system.IS_POSIX = False
"""

IMPORT_ALL = """
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
"""

RUN = """
from alcf_mcp.cli import main
main()
"""


def without_posix(then: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as on Windows."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX + then, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_but_the_local_facility_can_be_imported() -> None:
    names = [module.name for module in pkgutil.walk_packages(alcf_mcp.__path__, "alcf_mcp.")]
    scripts = ("alcf_mcp.__main__", "alcf_mcp.postgres.migrations.env")
    elsewhere = [name for name in names if not name.startswith(("alcf_mcp.local.", *scripts))]
    assert len(elsewhere) > 100
    done = without_posix(IMPORT_ALL, *elsewhere)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [("serve", "--facility", "local"), ("local",), ("ls", "/eagle")])
def test_the_local_facility_says_what_it_needs(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = without_posix(RUN, *command, "--state-dir", str(tmp_path), ALCF_MCP_FACILITY="local")
    assert done.returncode == 2
    assert done.stderr == (
        "alcf-mcp: ALCF_MCP_FACILITY (--facility): the local facility needs Linux or macOS; "
        "on Windows, use WSL\n"
    )


@pytest.fixture
async def address(local: LocalFacility) -> AsyncIterator[str]:
    """Serve the local facility on this machine; the address."""
    ready, addresses = anyio.Event(), []

    def listen(url: str) -> None:
        addresses.append(url)
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(local, on_ready=listen))
        await ready.wait()
        yield addresses[0]
        group.cancel_scope.cancel()


async def test_a_server_reads_changes_and_keeps_its_journal(
    local: LocalFacility, address: str, tmp_path: Path, era: Era
) -> None:
    settings = {
        "ALCF_MCP_API_URL": address,
        "ALCF_MCP_ACCESS_TOKEN": local.token.get_secret_value(),
        "ALCF_MCP_CONFIRM": "off",
    }
    command = StdioServerParameters(
        command=sys.executable,
        args=["-c", WITHOUT_POSIX + RUN, "serve", "--state-dir", str(tmp_path)],
        env={**os.environ, **settings},
    )
    async with Client(command, mode=era) as client:
        made = Answered.of(await client.call_tool("make_directory", {"path": "/eagle/LocalDemo/new"}))
        assert not made.is_error, made.text
        listed = Answered.of(await client.call_tool("list_directory", {"path": "/eagle/LocalDemo"}))
        assert "new" in listed.text
    history = without_posix(RUN, "history", "--state-dir", str(tmp_path), **settings)
    assert "make_directory" in history.stdout, history.stderr


def test_one_process_locks_a_file_and_another_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = "import os, sys; from alcf_mcp.system import try_lock; try_lock(os.open(sys.argv[1], os.O_RDWR))"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    system.try_lock(descriptor)
    other = [sys.executable, "-c", script, str(path)]
    assert "BlockingIOError" in subprocess.run(other, capture_output=True, text=True, check=False).stderr
    os.close(descriptor)
    assert subprocess.run(other, check=False).returncode == 0


def test_where_there_are_no_locks_that_is_an_error_of_the_system(tmp_path: Path) -> None:
    lock = "from alcf_mcp.system import try_lock; try_lock(0)"
    assert "OSError: This system has no file locks" in without_posix(lock).stderr


def test_whether_a_process_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert system.is_running(os.getpid()) is True
    assert system.is_running(ended.pid) is False
    monkeypatch.setattr(system, "IS_POSIX", False)
    assert system.is_running(ended.pid) is None


def test_an_account_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)  # which no machine knows
    assert system.account_name() == "user 4000000"
    monkeypatch.setattr(system, "IS_POSIX", False)
    assert system.account_name() == "the user"


def test_a_machine_is_named_and_a_container_apart_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_OF_THE_MACHINE", -1)
    here = system.numbered_by()
    assert here == system.numbered_by()
    assert here.partition("#")[0] == socket.gethostname()
