"""A local facility, and real MCP clients connected to a server in front of it."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from mcp import Client
from mcp.client.extension import ClientExtension
from mcp.types import CallToolResult, ElicitResult, Implementation, TextContent
from tenacity import wait_random_exponential

from alcf_mcp.config import Settings, load_settings
from alcf_mcp.facility.changes import lost_answers as finding
from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.facility.jobs import lookup, new_jobs
from alcf_mcp.iri import IRIClient, pace, retrying
from alcf_mcp.iri.certificates import VARIABLES as CERTIFICATES
from alcf_mcp.journal import Journal, SubmittedJob
from alcf_mcp.local import LocalFacility, LocalSettings
from alcf_mcp.local.settings import Profile
from alcf_mcp.server import build_server
from alcf_mcp.store import Store

# An example's duration means nothing on a busy machine, or while Hypothesis first builds its tables.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")


def pytest_xdist_auto_num_workers() -> int:
    """Start 1.5 workers per processor: many tests spend their time waiting."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


Era = Literal["auto", "legacy"]

Reply = Callable[[str, dict[str, Any]], ElicitResult] | ElicitResult
"""The user's reply: always the same, or depending on the question and its form."""


def agree(question: str, form: dict[str, Any]) -> ElicitResult:
    """Say yes, and type the word if one is required."""
    typed = form["properties"].get("typed")
    if typed is None:
        return YES
    word = typed["description"].removeprefix("Much is at stake: type ").removesuffix(" to continue")
    return ElicitResult(action="accept", content={"typed": word})


YES = ElicitResult(action="accept", content={"confirm": True})


def refuse(question: str, form: dict[str, Any]) -> ElicitResult:
    """Fill in the form without agreeing."""
    content: dict[str, Any] = {"typed": "no"} if "typed" in form["properties"] else {"confirm": False}
    return ElicitResult(action="accept", content=content)


DECLINE = ElicitResult(action="decline")
CANCEL = ElicitResult(action="cancel")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Hide this machine's settings, configuration file, sign-ins, proxies and certificates from the tests."""
    hide_settings(monkeypatch, tmp_path_factory.getbasetemp())


def hide_settings(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Hide what this machine has set; fixtures of a whole module have to do so themselves."""
    patch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith("ALCF_MCP_")]:
        patch.delenv(name)
    patch.setenv("ALCF_MCP_CONFIG_FILE", os.devnull)
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name in CERTIFICATES]:
        patch.delenv(name)


@pytest.fixture(params=["auto", "legacy"], ids=["modern", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    """Both eras of the protocol: 2026-07-28, and the 2025 one with its handshake."""
    return request.param  # type: ignore[no-any-return]


@dataclass
class Answered:
    """A tool's answer: its text, its facts, and whether it is an error."""

    text: str
    facts: dict[str, Any]
    is_error: bool

    @classmethod
    def of(cls, result: CallToolResult) -> Answered:
        text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
        return cls(text, result.structured_content or {}, bool(result.is_error))

    @property
    def error(self) -> dict[str, Any]:
        assert self.is_error, self.text
        return self.facts["error"]  # type: ignore[no-any-return]


@dataclass
class Assistant:
    """A client of the server, used the way an assistant would."""

    client: Client
    questions: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)

    async def call(self, tool: str, **arguments: Any) -> Answered:
        """Call a tool and return its answer, error or not."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progress)
        return Answered.of(result)

    async def do(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that has to succeed, and return its facts."""
        answered = await self.call(tool, **arguments)
        assert not answered.is_error, answered.text
        return answered.facts

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append(message or "")


Connect = Callable[..., AbstractAsyncContextManager[Assistant]]


@pytest.fixture
def profile() -> Profile:
    """What the local facility offers: what ALCF does, unless a test wants the whole standard."""
    return "alcf"


@pytest.fixture
async def local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: Profile
) -> AsyncIterator[LocalFacility]:
    """A local facility that answers quickly."""
    monkeypatch.setattr(pace, "FIRST_LOOK", 0.01)
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(lookup, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(new_jobs, "KNOWN_WITHIN", 0.0)  # what is tested with new jobs sets it again
    monkeypatch.setattr(retrying, "_growing", wait_random_exponential(multiplier=0.02, max=0.2))
    monkeypatch.setattr(finding, "FIRST_LOOK", 0.05)
    monkeypatch.setattr(finding, "LONGEST", 1.0)
    settings = LocalSettings(
        root=tmp_path / "local",
        profile=profile,
        task_latency=0.0,
        tick=0.02,
        kill_grace=0.2,
        held_names=re.compile("^held|^never-started"),
        username="ada",
    )
    facility = LocalFacility(settings)
    async with facility.running():
        yield facility
        await facility.end_jobs()


@pytest.fixture
def connect(local: LocalFacility, tmp_path: Path) -> Connect:
    """A function that connects an assistant to a server in front of the local facility."""

    @asynccontextmanager
    async def to_local(settings: Settings) -> AsyncIterator[IRIClient]:
        asgi, most = httpx.ASGITransport(local.app), settings.max_requests
        async with IRIClient("http://local/api/v1", token=local.token, http=asgi, max_requests=most) as iri:
            yield iri

    @asynccontextmanager
    async def connected(
        *,
        era: Era = "auto",
        answer: Reply | None = None,
        callback: Any = None,
        client_name: str = "tests",
        store: Store | None = None,
        extensions: Sequence[ClientExtension] = (),
        **settings: Any,
    ) -> AsyncIterator[Assistant]:
        chosen = {"facility": "local", "state_dir": tmp_path} | settings
        server = build_server(load_settings(**chosen), connect=to_local, store=store)
        assistant = Assistant(client=None)  # type: ignore[arg-type]

        async def reply(context: Any, params: Any) -> ElicitResult:
            assistant.questions.append(params.message)
            assert answer is not None
            return answer(params.message, params.requested_schema) if callable(answer) else answer

        asked = reply if answer else callback
        hello = Implementation(name=client_name, version="1")
        async with Client(
            server, mode=era, elicitation_callback=asked, client_info=hello, extensions=extensions
        ) as client:
            assistant.client = client
            yield assistant

    return connected


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """The journal of the servers in front of the local facility."""
    return Journal.at(tmp_path / "local-journal.sqlite")


async def record_of(journal: Journal, job_id: str) -> SubmittedJob | None:
    """The journal's record of a job, if any."""
    return next(iter(await journal.jobs.named(job_id)), None)


@pytest.fixture
async def assistant(connect: Connect) -> AsyncIterator[Assistant]:
    """An assistant whose user says yes to everything."""
    async with connect(answer=agree) as connected:
        yield connected


@pytest.fixture
async def directory(assistant: Assistant) -> str:
    """A project directory, made through the server."""
    path = "/eagle/LocalDemo/work"
    await assistant.do("make_directory", path=path)
    return path
