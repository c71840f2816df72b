"""``alcf-mcp local --people``, in a process of its own: sign-in and work over real connections."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import globus_sdk
import httpx
import pytest
from pydantic import SecretStr

from alcf_mcp.auth import TokenStore
from alcf_mcp.auth.clients import ALCF, POLICY, RESOURCE_SERVER, SCOPE
from alcf_mcp.auth.globus import Attempt
from alcf_mcp.local.catalog import POLARIS
from alcf_mcp.local.team import CLIENT_ID
from tests.local.conftest import job_spec

REDIRECT = "http://127.0.0.1:9/back"
PATIENCE = 30


@dataclass
class Running:
    """The command while it serves."""

    settings: dict[str, str]
    secrets: Path

    def secret_of(self, name: str) -> str:
        return (self.secrets / name).read_text()

    @property
    def secret(self) -> str:
        return self.secret_of("client_secret")

    @property
    def api(self) -> str:
        return self.settings["ALCF_MCP_API_URL"]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    command = [sys.executable, "-m", "alcf_mcp", "local", "--port", "0", "--state-dir", str(tmp_path)]
    command += ["--people", "ada,bob", "--redirect-url", REDIRECT]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    settings: dict[str, str] = {}
    for line in process.stderr:
        if "=" in line:
            name, _, value = line.split()[-1].partition("=")
            settings[name] = value
        if CLIENT_ID in line:
            secret = Path(line.split()[-1])
            break
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", settings["GLOBUS_SDK_SERVICE_URL_AUTH"])
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield Running(settings, secret.parent)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors


def sign_in(served: Running, login: str) -> dict[str, Any]:
    """Sign somebody in with Globus' own SDK, and return the facility's token."""
    with globus_sdk.ConfidentialAppAuthClient(CLIENT_ID, served.secret) as client:
        client.oauth2_start_flow(REDIRECT, ["openid", "profile", "email", SCOPE], refresh_tokens=True)
        url = client.oauth2_get_authorize_url(
            query_params={"login_hint": login}, session_required_policies=[POLICY]
        )
        location = httpx.get(url, trust_env=False).headers["Location"]
        assert location.startswith(f"{REDIRECT}?")
        tokens = client.oauth2_exchange_code_for_tokens(parse_qs(urlsplit(location).query)["code"][0])
        assert tokens.decode_id_token()["preferred_username"] == f"{login}@alcf.anl.gov"
        renewed = client.oauth2_refresh_token(tokens.by_resource_server[RESOURCE_SERVER]["refresh_token"])
        return dict(renewed.by_resource_server[RESOURCE_SERVER])


def test_people_sign_in_and_work_on_their_own(served: Running) -> None:
    clients = {}
    jobs = {}
    for login in ("ada", "bob"):
        headers = {"Authorization": f"Bearer {sign_in(served, login)['access_token']}"}
        clients[login] = httpx.Client(base_url=served.api, headers=headers, trust_env=False)
        answer = clients[login].post(f"/compute/job/{POLARIS.id}", json=job_spec(f"echo {login}"))
        assert answer.status_code == 200, answer.text
        jobs[login] = answer.json()["id"]
    for login, other in (("ada", "bob"), ("bob", "ada")):
        assert ended(clients[login], jobs[login]) == "completed"
        looked = clients[login].get(f"/compute/status/{POLARIS.id}/{jobs[other]}")
        assert looked.status_code == 400
        clients[login].close()


def ended(client: httpx.Client, job: str) -> str:
    give_up = monotonic() + PATIENCE
    while monotonic() < give_up:
        state = str(client.get(f"/compute/status/{POLARIS.id}/{job}").json()["status"]["state"])
        if state not in ("new", "queued", "active"):
            return state
        sleep(0.05)
    raise TimeoutError(job)


def test_a_revoked_token_is_refused(served: Running) -> None:
    token = sign_in(served, "ada")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{served.api}/account/projects", headers=headers, trust_env=False).status_code == 200
    with globus_sdk.ConfidentialAppAuthClient(CLIENT_ID, served.secret) as client:
        client.oauth2_revoke_token(token)
    answer = httpx.get(f"{served.api}/account/projects", headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert "not active" in answer.json()["detail"]


def test_the_commands_of_one_person(served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``alcf-mcp login`` shows a code in the browser; the other commands then work with its sign-in."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ALCF_MCP_STATE_DIR", str(tmp_path / "state"))
    for name, value in served.settings.items():
        monkeypatch.setenv(name, value)
    attempt = Attempt(ALCF)
    page = httpx.get(attempt.url, cookies={"person": "bob"}, follow_redirects=True, trust_env=False).text
    code = re.findall("<code>(.+?)</code>", page)[0]
    assert attempt.finish(SecretStr(code), TokenStore(ALCF)).username == "bob@alcf.anl.gov"

    monkeypatch.setenv("GLOBUS_SERVICE_API_CLIENT_ID", RESOURCE_SERVER)
    monkeypatch.setenv("GLOBUS_SERVICE_API_CLIENT_SECRET", served.secret_of("service_secret"))
    for command, says in (
        (["projects"], "LocalDemo"),
        (["introspect"], "bob@alcf.anl.gov"),
        (["logout"], ""),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "alcf_mcp", *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert says in done.stdout


def test_what_the_command_does_not_let_others_change(served: Running) -> None:
    origin = served.settings["GLOBUS_SDK_SERVICE_URL_AUTH"]
    assert httpx.put(f"{origin}/control", json={"failing": True}, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "arguments",
    [["--people", ","], ["--people", "ada,ada"], ["--people", "Ada B"], ["--redirect-url", REDIRECT]],
)
def test_wrong_arguments(tmp_path: Path, arguments: list[str]) -> None:
    command = [
        sys.executable,
        "-m",
        "alcf_mcp",
        "local",
        "--port",
        "0",
        "--state-dir",
        str(tmp_path),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 2
    assert arguments[0] in done.stderr
    assert not (tmp_path / "local").exists()
