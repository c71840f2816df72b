"""No command ends in a traceback, whatever the environment says about the network."""

from __future__ import annotations

import http.client
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main

from alcf_mcp import cli

NOWHERE = "https://facility.invalid/api/v1"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "IPv6 in NO_PROXY": {"NO_PROXY": "::1,[::1],fe80::/10", "HTTPS_PROXY": "http://127.0.0.1:9"},
    "SOCKS that nobody serves": {"ALL_PROXY": "socks5://127.0.0.1:9"},
    "SOCKS 4": {"ALL_PROXY": "socks4://127.0.0.1:9"},
    "a proxy without a host": {"HTTPS_PROXY": "http://"},
    "a proxy with a wrong port": {"https_proxy": "http://proxy:port"},
    "a missing SSL_CERT_FILE": {"SSL_CERT_FILE": "/nowhere/ca.pem"},
    "a missing SSL_CERT_DIR": {"SSL_CERT_DIR": "/nowhere"},
    "an empty REQUESTS_CA_BUNDLE": {"REQUESTS_CA_BUNDLE": os.devnull},
    "a missing GLOBUS_SDK_VERIFY_SSL": {
        "GLOBUS_SDK_VERIFY_SSL": "/nowhere",
        "ALL_PROXY": "http://127.0.0.1:9",
    },
}
NAMED = {name: [*variables][-1] for name, variables in ENVIRONMENTS.items()}
"""The variable that is at fault in each of them."""

ARGUMENTS: dict[str, list[str]] = {
    "job": ["1.polaris-pbs-01"],
    "output": ["1.polaris-pbs-01"],
    "submit": [__file__, "--yes", "-r", "polaris", "-A", "LocalDemo", "-q", "debug", "-d", "/eagle/x"],
    "plans cancel": ["plan-1"],
    "install": ["cursor", "--print"],
    "local": ["--port", "0"],
}
"""What a command can't do without."""

ENDLESS = {"local", "serve"}
"""Commands that run until they are stopped: they have a process of their own."""

UNREACHED = {"jobs", "job", "output", "submit", "projects"}
"""Commands that need the facility."""


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and command of a group."""
    group = group or typer.main.get_command(cli.app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = [command for command in commands() if command[0] not in ENDLESS | {"demo"}]


@pytest.fixture(params=ENVIRONMENTS, ids=str)
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An environment in which something is wrong, or unusual."""
    home = tmp_path / "home"
    home.mkdir()
    chosen = {
        **ENVIRONMENTS[request.param],
        "HOME": str(home),
        "ALCF_MCP_API_URL": NOWHERE,
        "ALCF_MCP_ACCESS_TOKEN": "t0ken",
        "ALCF_MCP_TRUSTED_HOSTS": "facility.invalid",
        "ALCF_MCP_STATE_DIR": str(tmp_path / "state"),
        "ALCF_MCP_TIMEOUT": "1",
        "GLOBUS_SERVICE_API_CLIENT_ID": "client",
        "GLOBUS_SERVICE_API_CLIENT_SECRET": "secret",
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    return str(request.param)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command as a terminal does; anything but an exit is a traceback there."""
    monkeypatch.setattr(sys, "argv", ["alcf-mcp", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_ends_with_a_sentence(
    environment: str,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    status = run(monkeypatch, *command, *ARGUMENTS.get(" ".join(command), []))
    shown = capfd.readouterr()
    assert "Traceback" not in shown.err + shown.out
    if command[0] in UNREACHED and "GLOBUS" not in NAMED[environment]:
        assert status == 1
        assert NAMED[environment] in shown.err
        assert shown.err.count("\n") == 1


@pytest.mark.parametrize("command", sorted(ENDLESS))
def test_a_server_starts_all_the_same(environment: str, command: str) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "alcf_mcp", command, *ARGUMENTS.get(command, [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if command == "local":
        assert server.stderr
        url = urlsplit(next(word for word in server.stderr.readline().split() if "://" in word).rstrip(";"))
        connection = http.client.HTTPConnection(url.hostname or "", url.port)
        with closing(connection):
            connection.request("GET", f"{url.path}/facility")
            assert connection.getresponse().status == 200
        server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=60)
    assert "Traceback" not in errors
