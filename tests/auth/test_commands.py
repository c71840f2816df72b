"""The commands: login, logout, token, auth status, introspect."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.auth import SignedIn, TokenStore
from alcf_mcp.auth.clients import ALCF_TOKENS
from tests.auth.conftest import Seen, age, run, sign_in
from tests.auth.globus_auth import ADA, BOB, GlobusAuth, query_of

Login = Callable[..., tuple[str, int]]


@pytest.fixture
def login(globus: GlobusAuth, seen: Seen) -> Login:
    """Run ``alcf-mcp login`` in a terminal, with a user who signs in at the address shown."""

    def in_a_terminal(*arguments: str, typed: str | None = None, **environment: str) -> tuple[str, int]:
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "alcf_mcp", "login", *arguments]
        with subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environment}
        ) as process:
            os.close(slave)
            shown, answered = "", False
            while part := _read(master):
                shown += part
                if "Paste the code" in shown and not answered:
                    answered = True
                    address = next(word for word in shown.split() if word.startswith(globus.url))
                    code = globus.approve(address) if typed is None else typed
                    os.write(master, f"{code}\n".encode())
        os.close(master)
        seen.add(shown)
        return shown, process.returncode

    return in_a_terminal


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode()
    except OSError:  # the other end is closed
        return ""


def test_login(globus: GlobusAuth, login: Login, store: TokenStore, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o700)
    shown, status = login(BROWSER=str(browser))
    assert status == 0
    assert f"Signed in as {ADA.username}" in shown
    assert "Your browser should show" in shown
    assert opened.read_text().strip() in shown
    assert store.read() is not None


def test_login_without_a_browser_and_with_a_wrong_code(
    globus: GlobusAuth, login: Login, store: TokenStore
) -> None:
    shown, status = login(typed="wrong")
    assert status == 1
    assert "Open this address" in shown
    assert "did not accept the authorization code" in shown
    assert login(typed="")[1] == 1
    assert store.read() is None


def test_login_as_somebody_else_needs_force(globus: GlobusAuth, login: Login, signed_in: SignedIn) -> None:
    globus.person = BOB
    shown, status = login()
    assert status == 1
    assert "alcf-mcp login --force" in shown
    shown, status = login("--force")
    assert status == 0
    assert f"Signed in as {BOB.username}" in shown
    address = next(word for word in shown.split() if word.startswith(globus.url))
    assert query_of(address)["prompt"] == "login"


def test_login_with_a_damaged_file_needs_force(globus: GlobusAuth, login: Login, store: TokenStore) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_text("{")
    shown, status = login()
    assert status == 1
    assert "is damaged" in shown
    assert "Paste the code" not in shown
    shown, status = login("--force")
    assert status == 0
    assert "tokens.json.damaged-" in shown


def test_login_needs_a_terminal(globus: GlobusAuth) -> None:
    done = run("login")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "needs a terminal" in done.stderr


def test_token_prints_the_token_alone(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore) -> None:
    done = run("token")
    assert done.stdout == f"{signed_in.access_token.get_secret_value()}\n"
    assert done.stderr == ""
    age(store)
    assert globus.tokens[run("token").stdout.strip()].valid
    assert run("token", ALCF_MCP_ACCESS_TOKEN="given").stdout == "given\n"


def test_token_signed_out(globus: GlobusAuth) -> None:
    done = run("token")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == (
        "alcf-mcp token: Nobody is signed in, so only public information is available. "
        "Run `alcf-mcp login`.\n"
    )


def test_status(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, seen: Seen) -> None:
    age(store, 7200)
    facts = json.loads(run("auth", "status", "--json", "--units", "hours", seen=seen).stdout)
    assert facts["identity"] == ADA.username
    assert facts["source"] == "Globus sign-in"
    assert facts["store"] == str(store.path)
    assert facts["time_left"] == pytest.approx(2, abs=0.02)
    assert facts["units"] == "hours"
    assert facts["sign_in_again_by"]
    table = run("auth", "status", seen=seen)
    assert table.exit_code == 0
    assert ADA.username in table.stdout


def test_status_signed_out_and_with_an_open_file(globus: GlobusAuth, store: TokenStore, seen: Seen) -> None:
    done = run("auth", "status", seen=seen)
    assert done.exit_code == 1
    assert "alcf-mcp login" in done.stdout
    sign_in(globus)
    store.path.chmod(0o640)
    assert "chmod 600" in run("auth", "status", "--json", seen=seen).stdout


def test_logout(globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, seen: Seen) -> None:
    sign_in(globus, ALCF_TOKENS)
    done = run("logout", seen=seen)
    assert done.exit_code == 0
    assert "revoked and removed" in done.stdout
    assert "logout --all" in done.stdout
    assert not store.path.exists()
    assert run("logout", "--all", seen=seen).exit_code == 0
    assert not [token for token in globus.refresh_tokens.values() if token.valid]
    assert run("logout", seen=seen).stdout == "Nobody is signed in.\n"


def test_logout_while_globus_is_down(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, seen: Seen
) -> None:
    globus.failing = True
    done = run("logout", seen=seen)
    assert done.exit_code == 1
    assert "https://app.globus.org/settings/consents" in done.stderr
    assert not store.path.exists()


@pytest.fixture
def credentials(tmp_path: Path) -> str:
    file = tmp_path / "service.env"
    file.write_text(
        "GLOBUS_SERVICE_API_CLIENT_ID=service\nGLOBUS_SERVICE_API_CLIENT_SECRET=service-secret\nOTHER=x\n"
    )
    return str(file)


def test_introspect(globus: GlobusAuth, signed_in: SignedIn, credentials: str, seen: Seen) -> None:
    done = run("introspect", "--env-file", credentials, seen=seen)
    assert done.exit_code == 0, done.stderr
    assert ADA.username in done.stdout
    assert "authenticated 2026-01-01 00:00 UTC" in done.stdout
    assert "No known problem" in done.stdout
    assert "service-secret" not in done.stdout + done.stderr


def test_introspect_sees_the_known_problems(
    globus: GlobusAuth, signed_in: SignedIn, credentials: str, seen: Seen
) -> None:
    globus.policy_passes = False
    done = run("introspect", "--env-file", credentials, seen=seen)
    assert done.exit_code == 1
    assert "PROBLEM: seven days over" in done.stdout
    globus.expire_all()
    assert "PROBLEM: token not active" in run("introspect", "--env-file", credentials, seen=seen).stdout


def test_introspect_is_for_owners_of_the_service(globus: GlobusAuth, signed_in: SignedIn, seen: Seen) -> None:
    done = run("introspect", seen=seen)
    assert done.exit_code == 1
    assert "GLOBUS_SERVICE_API_CLIENT_ID" in done.stderr
    wrong = {"GLOBUS_SERVICE_API_CLIENT_ID": "service", "GLOBUS_SERVICE_API_CLIENT_SECRET": "wrong-one"}
    done = run("introspect", seen=seen, **wrong)
    assert "does not accept the service's credentials" in done.stderr
    assert "wrong-one" not in done.stderr


def test_a_server_at_debug_logs_no_token(
    globus: GlobusAuth, signed_in: SignedIn, store: TokenStore, tmp_path: Path, seen: Seen
) -> None:
    age(store)
    environment = {
        **os.environ,
        "ALCF_MCP_API_URL": f"{globus.url}/api/v1",
        "ALCF_MCP_TRUSTED_HOSTS": "127.0.0.1",
        "ALCF_MCP_STATE_DIR": str(tmp_path),
        "ALCF_MCP_LOG_LEVEL": "DEBUG",
    }
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    call = {"name": "list_projects", "arguments": {}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    ]
    command = [sys.executable, "-m", "alcf_mcp", "serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        for message in messages:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            server.stdin.flush()
            if "id" in message:
                seen.add(server.stdout.readline())
        rest, log = server.communicate(timeout=10)
    assert 'isError":false' in seen.texts[-1]
    seen.add(rest, log)
    assert globus.refreshes == 1
    assert "globus_sdk" in log
    assert "httpcore" in log
