"""Other clients than the Python SDK's sign in by their own OAuth, once, and call tools on every replica."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import webbrowser
from pathlib import Path

import anyio
import httpx
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.real_clients.install import NODE
from tests.team.browser import Browser
from tests.team.conftest import MOST_SECONDS, TeamServer
from tests.team.oauth_client import RETURN, query_of

PROGRAM = Path(__file__).parent / "js" / "sign_in.mjs"
TYPESCRIPT = ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client"]
CALLS = 4


async def _came_back(url: str, login: str, until: str) -> str:
    """Where a browser is sent after somebody has signed in."""
    async with Browser(login) as browser:
        answer = await browser.open(url, until=until)
    assert answer.is_redirect, answer.text
    return answer.headers["Location"]


@retry(
    stop=stop_after_delay(MOST_SECONDS),
    wait=wait_fixed(0.1),
    retry=retry_if_exception_type(httpx.ConnectError),
)
def _open(url: str) -> None:
    """Open an address of the client's own, as soon as it listens there."""
    httpx.get(url, trust_env=False, timeout=MOST_SECONDS)


def _all_answered(team: TeamServer) -> bool:
    return all(team.balancer.passed[replica.origin] > 1 for replica in team.replicas)


@pytest.mark.filterwarnings("ignore:Using in-memory token storage")
async def test_fastmcps_client(team: TeamServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fastmcp = pytest.importorskip("fastmcp")
    browsers = list[threading.Thread]()

    def browse(url: str) -> None:
        returned = query_of(url)["redirect_uri"]
        _open(anyio.run(_came_back, url, "ada", returned))

    def open_browser(url: str) -> bool:
        browsers.append(threading.Thread(target=browse, args=(url,)))
        browsers[-1].start()
        return True

    monkeypatch.setattr(webbrowser, "open", open_browser)
    async with fastmcp.Client(team.url, auth="oauth") as client:
        for _ in range(CALLS):
            told = await client.call_tool("auth_status", {})
            assert "ada@alcf.anl.gov" in told.content[0].text
    assert len(browsers) == 1
    browsers[0].join()
    assert _all_answered(team)


@pytest.mark.parametrize("package", TYPESCRIPT)
async def test_the_typescript_sdks_client(team: TeamServer, package: str) -> None:
    if not shutil.which("node") or not (NODE / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: make clients")
    command = ["node", "--input-type=module", "--eval", PROGRAM.read_text(), "--", package, team.url, RETURN]

    def run() -> list[str]:
        with subprocess.Popen(
            command,
            cwd=NODE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stdin
            assert program.stdout
            assert program.stderr
            line = program.stdout.readline()
            assert line, program.stderr.read()
            back = query_of(anyio.run(_came_back, json.loads(line)["open"], "ada", RETURN))
            rest, errors = program.communicate(
                json.dumps(back) + "\n" + "auth_status\n" * CALLS, MOST_SECONDS
            )
            assert program.returncode == 0, errors
            return rest.splitlines()

    answers = await anyio.to_thread.run_sync(run)
    assert len(answers) == CALLS
    assert all("ada@alcf.anl.gov" in answer for answer in answers)
    assert _all_answered(team)
