"""The doctor finds what is wrong, says how to fix it, and shows no secret."""

import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import certifi
import pytest
from typer.testing import CliRunner

from alcf_mcp.cli import app
from alcf_mcp.config import load_settings
from alcf_mcp.doctor import Check, Health, examine
from alcf_mcp.doctor.contract import compare
from alcf_mcp.doctor.network import check_network
from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned
from alcf_mcp.local import Fault, LocalFacility, serve
from tests.conftest import Assistant
from tests.contract.document import COPY

TOKEN = "s3cret.t0ken"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without clients and sign-ins."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
async def address(local: LocalFacility) -> AsyncIterator[str]:
    """The local facility over HTTP, as on another machine."""
    ready = anyio.Event()
    urls: list[str] = []

    def listen(url: str) -> None:
        urls.append(url)
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(local, on_ready=listen))
        await ready.wait()
        yield urls[0]
        group.cancel_scope.cancel()


async def examined(**settings: Any) -> dict[str, Check]:
    return {check.name: check async for check in examine(load_settings(**settings))}


async def test_a_healthy_installation(local: LocalFacility, address: str, tmp_path: Path) -> None:
    checks = await examined(api_url=address, access_token=local.token, state_dir=tmp_path / "state")
    assert [check for check in checks.values() if check.verdict is Health.BAD] == []
    assert checks["clock"].seen == "It agrees with the facility's clock"
    assert checks["token"].seen == "The facility accepts it; projects: LocalDemo, LocalTiny"
    assert checks["sign-in"].seen == "A token from the settings"
    assert "mcp 2." in checks["program"].seen


async def test_nothing_is_made_or_changed(local: LocalFacility, address: str, tmp_path: Path) -> None:
    await examined(api_url=address, access_token=local.token, state_dir=tmp_path / "state")
    assert not (tmp_path / "state").exists()
    assert {request.method for request in local.faults.requests} == {"GET"}


async def test_a_token_that_is_not_taken(address: str, tmp_path: Path) -> None:
    checks = await examined(api_url=address, access_token=TOKEN, state_dir=tmp_path)
    assert checks["token"].verdict is Health.BAD
    assert "not active" in checks["token"].seen
    assert checks["token"].cure
    assert TOKEN not in str(checks)


async def test_a_facility_that_can_t_be_reached(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1"
        checks = await examined(api_url=url, access_token=TOKEN, state_dir=tmp_path)
    assert checks["facility"].verdict is Health.BAD
    assert "can't be reached" in checks["facility"].seen
    assert "token" not in checks, "what can't be told is not told"


async def test_clocks_that_differ(
    local: LocalFacility, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.doctor.there.MOST_SKEW", -1.0)
    checks = await examined(api_url=address, access_token=local.token, state_dir=tmp_path)
    assert checks["clock"].verdict is Health.BAD
    assert "Set this machine's clock" in checks["clock"].cure


SOCKS = "socks5://127.0.0.1:9"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {},
            "To the facility without a proxy, to Globus without a proxy; this system's certificates",
        ),
        (
            {"ALL_PROXY": SOCKS, "NO_PROXY": "::1,[::1],facility.invalid"},
            "facility without a proxy, to Globus through the proxy that ALL_PROXY names",
        ),
        ({"HTTPS_PROXY": SOCKS}, "To the facility through the proxy that HTTPS_PROXY names"),
        ({"SSL_CERT_FILE": certifi.where()}, "SSL_CERT_FILE names the trusted certificates"),
    ],
)
def test_the_way_is_told(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    check = check_network(load_settings(api_url="https://facility.invalid/api/v1"))
    assert check.verdict is Health.GOOD
    assert said in check.seen
    assert SOCKS not in check.seen


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_DIR", "/nowhere"),
        ("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem"),
        ("HTTPS_PROXY", "socks4://ada:s3cret@proxy:1080"),
        ("ALL_PROXY", "http://ada:s3cret@proxy:port"),
    ],
)
def test_a_variable_that_is_in_the_way_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    check = check_network(load_settings())
    assert check.verdict is Health.BAD
    assert variable in check.seen
    assert "unset it" in check.cure
    assert "s3cret" not in check.seen + check.cure
    assert check_network(load_settings(facility="local")).verdict is Health.GOOD


async def test_nobody_is_signed_in(tmp_path: Path) -> None:
    checks = await examined(api_url="http://127.0.0.1:9/api/v1", state_dir=tmp_path)
    assert checks["sign-in"].verdict is Health.BAD


async def test_a_state_directory_that_can_t_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    checks = await examined(facility="local", state_dir=tmp_path / "file")
    assert checks["state directory"].verdict is Health.BAD


async def test_what_was_left_open_is_noted(
    assistant: Assistant, local: LocalFacility, tmp_path: Path
) -> None:
    local.faults.add(Fault(method="POST", path="/filesystem/mkdir/", status=502))
    await assistant.call("make_directory", path="/eagle/LocalDemo/x")
    checks = await examined(facility="local", state_dir=tmp_path)
    assert "the outcome of 1 of them is unknown, most recently make_directory" in checks["journal"].seen


async def test_what_the_facility_refused_lately(assistant: Assistant, journal: Journal, address: str) -> None:
    await assistant.do("make_directory", path="/eagle/LocalDemo/x")
    await assistant.call("list_directory", path="/eagle/LocalDemo", recursive=True)
    missing = await Learned(journal.store).unsupported.missing("http://local/api/v1")
    assert missing == {"ls"}


def test_the_contract_is_held_against_the_facilitys_own_document() -> None:
    document = json.loads(COPY.read_text())
    assert compare(document).verdict is Health.GOOD
    del document["paths"]["/api/v1/task"]
    lacking = compare(document)
    assert lacking.verdict is Health.NOTE
    assert "getTasks" in lacking.seen
    assert compare(None).verdict is Health.NOTE
    assert compare({"paths": [1]}).verdict is Health.NOTE


def test_clients_that_know_the_server_are_named(home: Path) -> None:
    (home / ".cursor").mkdir()
    entry = {"command": "/nowhere/alcf-mcp", "args": ["serve"]}
    (home / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": {"alcf": entry}}))
    done = run("--facility", "local", "--json")
    (client,) = (check for check in json.loads(done.stdout) if check["name"] == "client")
    assert "Cursor knows it as alcf in ~/.cursor/mcp.json" in client["seen"]
    assert "does not exist" in client["cure"]


def test_it_reads_well_and_its_status_tells(tmp_path: Path) -> None:
    done = run("--facility", "local", "--state-dir", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "✓ facility: " in done.stdout
    assert done.stdout.endswith("No problems found.\n")
    (tmp_path / "file").write_text("")
    failed = run("--facility", "local", "--state-dir", str(tmp_path / "file" / "x"))
    assert (failed.exit_code, failed.stdout.splitlines()[-1]) == (1, "1 problem found.")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["doctor", *arguments], env=dict(os.environ))
