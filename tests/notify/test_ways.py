"""A notice reaches the user by a command, a URL or the desktop, and carries nothing but how a job ended."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.notify.notice import LONGEST, Notice
from alcf_mcp.notify.ways import Command, Desktop, NotSent, Post, way_of
from tests.iri.support import loopback, response, sends

FAILED = Notice(
    "1234.polaris-pbs-01",
    "failed",
    "failed, exit code 1 (an error that the job itself reports)",
    name="relax",
    resource="Polaris",
    exit_code=1,
)
SENTENCE = "1234.polaris-pbs-01 on Polaris: failed, exit code 1 (an error that the job itself reports)."


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_a_command_gets_the_facts_on_stdin_and_in_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALCF_MCP_ACCESS_TOKEN", "s3cret")
    told = tmp_path / "told"
    command = script(tmp_path / "tell.sh", f'cat > {told}; echo; env >> {told}; echo "$1" >> {told}')
    await way_of(f"{command} 'two words'").send(FAILED)
    facts, _, rest = told.read_text().partition("}")
    assert json.loads(facts + "}") == {
        "job": "1234.polaris-pbs-01",
        "name": "relax",
        "machine": "Polaris",
        "state": "failed",
        "exit_code": 1,
        "text": SENTENCE,
    }
    assert "ALCF_JOB_STATE=failed" in rest
    assert "ALCF_JOB_ID=1234.polaris-pbs-01" in rest
    assert rest.endswith("two words\n")
    assert "s3cret" not in rest


@pytest.mark.parametrize(("text", "why"), [("exit 3", "ended with status 3"), ("kill -9 $$", "status -9")])
async def test_a_command_that_fails_has_told_nothing(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotSent, match=why):
        await way_of(script(tmp_path / "tell.sh", text)).send(FAILED)


async def test_a_webhook_gets_json_and_an_ntfy_topic_a_text() -> None:
    async with loopback(sends(response(b"{}"))) as server:
        await way_of(f"{server.url}/hook?sig=s3cret").send(FAILED)
        await way_of(f"ntfy+{server.url}/topic").send(FAILED)
    webhook, ntfy = (head.decode() for head in server.heads)
    assert webhook.startswith("POST /api/v1/hook?sig=s3cret ")
    assert "application/json" in webhook
    assert "authorization" not in webhook.lower()
    assert ntfy.startswith("POST /api/v1/topic ")
    assert "title: relax failed" in ntfy.lower()


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 Internal Server Error"])
async def test_an_address_that_refuses_or_redirects_has_told_nothing(status: str) -> None:
    answer = response(b"", status=status, Location="https://elsewhere.example/")
    async with loopback(sends(answer)) as server:
        with pytest.raises(NotSent, match=f"HTTP {status[:3]}"):
            await way_of(f"{server.url}/hook?sig=s3cret").send(FAILED)
        assert len(server.heads) == 1


async def test_an_address_that_nobody_serves_is_named_by_its_host_only() -> None:
    with pytest.raises(NotSent, match=r"^127\.0\.0\.1 can't be reached$"):
        await way_of("http://127.0.0.1:9/s3cret").send(FAILED)


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("no-such-command-anywhere", "no such command"),
        ("tell 'me", "can't be read"),
        ("ftp://example.org/x", "write a URL"),
        ("https://user:pass@example.org/x", "without a user name"),
        ("http://example.org/hook", "use https"),
        ("https://example.org:port/", "write a URL"),
    ],
)
def test_what_does_not_work_is_said_without_the_setting(setting: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        way_of(setting)
    assert setting not in str(raised.value)


def test_an_address_may_be_a_secret_and_is_never_shown() -> None:
    assert "s3cret" not in repr(way_of("https://ntfy.sh/s3cret"))
    assert isinstance(way_of("https://ntfy.sh/topic"), Post)
    assert isinstance(way_of("true"), Command)


def test_the_desktop_needs_an_extra() -> None:
    try:
        assert isinstance(way_of("desktop"), Desktop)
    except ValueError as error:
        assert "alcf-mcp[desktop]" in str(error)


@given(st.text(), st.text())
def test_what_others_called_a_job_stays_on_one_line(name: str, status: str) -> None:
    notice = Notice("1", "failed", status, name=name)
    for text in (notice.title, notice.sentence, *map(str, notice.facts().values())):
        assert text.isprintable()
        assert len(text) <= LONGEST
