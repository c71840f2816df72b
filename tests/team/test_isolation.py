"""Nobody sees or changes anything of somebody else's, whatever ids, addresses, codes and answers they have.

Everything of Ada's that has a name or content of her own carries a mark. Bob knows all ids, and sends no
mark; so whatever he hears with a mark in it would be hers.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from alcf_mcp.tools.catalog import NAMES
from tests.conftest import Era, hide_settings
from tests.postgres import name_of, postgres_server
from tests.team.conftest import TeamServer, team_server
from tests.team.plain_client import PlainClient, answer_to
from tests.test_hostile import ARGUMENTS

pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")

MARK = "ADASMARK"
HERE = "/eagle/LocalDemo/work"
SECRET_FILE = f"{HERE}/notes.txt"
JOB = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": HERE,
    "script": f"echo {MARK}-output; echo {MARK}-error >&2; exit 3",
    "name": f"{MARK}-job",
    "environment": [f"{MARK}={MARK}"],
}
HELD = re.compile("^held")

KEPT_BY_ITSELF = {"people", "leases", "waiting", "paces", "glimpses", "ended_jobs"}
"""Tables that Ada's own server writes while nobody calls it: who works for her, and what it has learned."""

FULL = {"ALCF_MCP_TOOLSETS": "default,extended"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """Two replicas with a database, in front of a facility that implements the whole standard."""
    root = tmp_path_factory.mktemp("isolation")
    database = postgres_server().new_database()
    with pytest.MonkeyPatch.context() as patch:
        hide_settings(patch, root)
        with team_server(root, database, profile="full", held_names=HELD) as server:
            server.start(**FULL)
            server.start(**FULL)
            yield server
    postgres_server().run(f"DROP DATABASE {name_of(database)} WITH (FORCE)")


@dataclass(frozen=True)
class Hers:
    """What Ada has, by the ids and addresses that Bob has got hold of.

    Attributes:
        jobs: her jobs: one that has failed, one that waits, an ensemble.
        plan: her planned job.
        tasks: her file operations.
        guarded: a call of hers that waits for her answer.
        answer: what answers it.
    """

    jobs: tuple[str, ...]
    plan: str
    tasks: tuple[str, ...]
    guarded: dict[str, Any]
    answer: dict[str, Any]

    @property
    def uris(self) -> list[str]:
        """The addresses of her resources."""
        jobs = [f"alcf://jobs/polaris/{id}" for id in self.jobs]
        files = [f"alcf://files{path}" for path in (SECRET_FILE, f"{HERE}/", "/home/ada/")]
        return [*jobs, *(f"{one}/output" for one in jobs), f"alcf://plans/{self.plan}", *files]


@dataclass
class Meeting:
    """Ada and Bob, each with a client of the same era."""

    server: TeamServer
    ada: PlainClient
    bob: PlainClient
    hers: Hers

    def record(self) -> set[tuple[Any, ...]]:
        """All that the facility and the database have of Ada's."""
        return {*self._files(), *self._facility(), *self._journal()}

    def assert_nothing_leaked(self) -> None:
        """Whatever Bob has heard, none of it is Ada's."""
        assert len(self.bob.heard) == len(self.bob.sent) > 0
        assert not [one for one in self.bob.sent if MARK in one], "then an echo would look like a leak"
        leaks = [pair for pair in zip(self.bob.sent, self.bob.heard, strict=True) if MARK in pair[1]]
        assert leaks == []

    @property
    def _own(self) -> Path:
        return self.server.root / "facility" / "people" / "ada"

    def _files(self) -> Iterator[tuple[Any, ...]]:
        tree = self._own / "tree"
        for path in tree.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            yield str(path.relative_to(tree)), path.lstat().st_mode, content

    def _facility(self) -> Iterator[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._own / "facility.sqlite")) as db:
            for name in ("jobs", "tasks"):
                yield from ((name, *row) for row in db.execute(f"SELECT * FROM {name}"))

    def _journal(self) -> Iterator[tuple[Any, ...]]:
        run, database = postgres_server().run, self._database
        having = "SELECT table_name FROM information_schema.columns WHERE column_name = 'person'"
        hers = "(SELECT person FROM people WHERE username = 'ada@alcf.anl.gov')"
        for (name,) in run(f"{having} AND table_schema = 'public'", database=database):
            if name not in KEPT_BY_ITSELF:
                rows = run(f"SELECT * FROM {name} WHERE person = {hers}", database=database)
                yield from ((name, *row) for row in rows)

    @property
    def _database(self) -> str:
        return name_of(SecretStr(self.server.environment["ALCF_MCP_DATABASE_URL"]))


@asynccontextmanager
async def meeting(server: TeamServer, era: Era) -> AsyncIterator[Meeting]:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        ada, bob = [
            PlainClient(server.url, await server.token_of(name), era, http) for name in ("ada", "bob")
        ]
        yield Meeting(server, ada, bob, await ada_works(ada))


@pytest.fixture
async def met(server: TeamServer, era: Era) -> AsyncIterator[Meeting]:
    """Ada and Bob; she has been at work."""
    async with meeting(server, era) as met:
        yield met


async def ada_works(ada: PlainClient) -> Hers:
    """Let Ada have some of everything."""

    async def do(tool: str, **arguments: Any) -> dict[str, Any]:
        result = await ada.call(tool, arguments)
        assert not result.get("isError"), result
        facts: dict[str, Any] = result["structuredContent"]
        assert "outcome" not in facts, facts
        return facts

    if not (await ada.call("stat_path", {"path": HERE}))["structuredContent"].get("type"):
        await do("make_directory", path=HERE)
        await do("upload_file", path=SECRET_FILE, content=f"{MARK}-content")
        await do("upload_file", path=f"{HERE}/{MARK}-file", content="x")
    if known := (await do("list_jobs", state="failed", include_finished=True))["jobs"]:
        failed = known[0]["job_id"]
    else:
        failed = (await do("submit_job", **JOB))["job_id"]
        await do("wait_for_job", job_id=failed)
    held = (await do("submit_job", **JOB | {"name": f"held-{MARK}"}))["job_id"]
    rows = {"ensemble": f"RATE\n{MARK}-1\n{MARK}-2\n", "name": f"held-{MARK}-sweep"}
    ensemble = (await do("submit_job", **JOB | rows))["job_id"]
    plan = (await do("submit_job", **JOB | {"after": held}))["plan_id"]
    tasks = [task["task_id"] for task in (await do("list_tasks", limit=3))["tasks"]]
    guarded = {"name": "cancel_job", "arguments": {"job_id": held, "resource": "polaris"}}
    asked = await ada.call(**_call(guarded))
    return Hers((failed, held, ensemble), plan, tuple(tasks), guarded, answer_to(asked))


def _call(guarded: dict[str, Any]) -> dict[str, Any]:
    return {"tool": guarded["name"], "arguments": guarded["arguments"]}


def with_hers(tool: str, hers: Hers) -> Iterator[dict[str, Any]]:
    """The arguments of a tool, with everything of Ada's where it might be meant."""
    usual = dict(ARGUMENTS.get(tool, {}))
    ids = [*hers.jobs, hers.plan]
    choices: dict[str, list[Any]] = {
        "job_id": [*ids, hers.jobs[1].partition(".")[0]],
        "task_id": [*hers.tasks],
        "path": [SECRET_FILE, HERE, "/home/ada"],
        "account": ["LocalDemo"],
        "project": ["LocalDemo"],
    }
    taken = [name for name in usual if name in choices]
    for values in product(*(choices[name] for name in taken)):
        given = usual | dict(zip(taken, values, strict=True))
        if tool == "wait_for_job":
            given["timeout_seconds"] = 1
        yield given
        if tool in ("get_job", "get_job_output"):
            yield given | {"resource": "polaris", "member": 1}
    if tool == "submit_job":
        for id in ids:
            for use in ("like", "resume", "after"):
                yield {use: id, "script": "date", "dry_run": True}
        yield {"like": "job", "script": "date"}
    if tool == "list_jobs":
        yield {"include_finished": True, "offset": 1}


async def test_no_tool_shows_or_changes_anything_of_somebody_else(met: Meeting) -> None:
    offered = {tool["name"] for tool in (await met.bob.ask("tools/list", {}))["result"]["tools"]}
    assert offered == NAMES
    before = met.record()
    for tool in sorted(offered):
        for arguments in with_hers(tool, met.hers):
            result = await met.bob.call(tool, arguments)
            if tool in ("get_job", "get_job_output", "wait_for_job", "update_job", "cancel_job", "get_task"):
                assert result.get("isError"), (tool, arguments, result)
    met.assert_nothing_leaked()
    assert met.record() ^ before == set()
    assert MARK in str(before), "there is something to be changed"


async def test_no_resource_prompt_or_completion_shows_anything_of_somebody_else(met: Meeting) -> None:
    bob = met.bob
    before = met.record()
    listed = (await bob.ask("resources/list", {}))["result"]["resources"]
    for uri in [*(one["uri"] for one in listed), *met.hers.uris]:
        await bob.ask("resources/read", {"uri": uri})
    for one in (await bob.ask("resources/templates/list", {}))["result"]["resourceTemplates"]:
        for name in re.findall(r"\{\+?(\w+)\}", one["uriTemplate"]):
            for value in ("", *met.hers.jobs, HERE.lstrip("/") + "/", "home/ada/"):
                await complete(bob, {"type": "ref/resource", "uri": one["uriTemplate"]}, name, value)
    for one in (await bob.ask("prompts/list", {}))["result"]["prompts"]:
        names = [argument["name"] for argument in one.get("arguments", [])]
        values = dict.fromkeys(names, "1") | {"job_id": met.hers.jobs[0], "path": HERE}
        given = {name: values[name] for name in names}
        await bob.ask("prompts/get", {"name": one["name"], "arguments": given})
        for name in names:
            await complete(bob, {"type": "ref/prompt", "name": one["name"]}, name, "")
    for cursor in ("1", met.hers.jobs[0], "eyJvZmZzZXQiOjF9"):
        for method in ("tools/list", "resources/list", "prompts/list"):
            await bob.ask(method, {"cursor": cursor})
    met.assert_nothing_leaked()
    assert met.record() ^ before == set()


async def complete(client: PlainClient, ref: dict[str, str], name: str, value: str) -> None:
    argument = {"name": name, "value": value}
    context = {"arguments": {"resource": "polaris"}}
    await client.ask("completion/complete", {"ref": ref, "argument": argument, "context": context})


async def test_ada_sees_what_bob_does_not(met: Meeting) -> None:
    """Else that no mark is found would say nothing."""
    ada = met.ada
    ada.heard.clear()
    empty = {f"alcf://jobs/polaris/{id}/output" for id in met.hers.jobs[1:]} | {"alcf://files/home/ada/"}
    for uri in {"alcf://history", *met.hers.uris} - empty:
        await ada.ask("resources/read", {"uri": uri})
    for tool in ("get_job", "get_job_output"):
        await ada.call(tool, {"job_id": met.hers.jobs[0]})
    await ada.call("list_directory", {"path": HERE})
    await ada.call("list_jobs", {"include_finished": True})
    await ada.call("get_job", {"job_id": met.hers.plan})
    assert [one for one in ada.heard if MARK not in one] == []


async def test_an_answer_or_code_of_somebody_else_answers_nothing_and_stays_good(met: Meeting) -> None:
    hers, call = met.hers, _call(met.hers.guarded)
    before = met.record()
    await met.bob.answer(call, hers.answer)
    here: dict[str, Any] = {"tool": "chmod", "arguments": {"path": "/eagle/LocalDemo", "mode": "700"}}
    mine = await met.bob.call(**here)
    for changed in (hers.answer, hers.answer | {"requestState": _state_of(mine)}):
        result = await met.bob.answer(here, {k: v for k, v in changed.items() if v is not None})
        assert result.get("resultType") == "input_required" or "outcome" in result["structuredContent"], (
            result
        )
    met.assert_nothing_leaked()
    assert met.record() ^ before == set()
    done = await met.ada.answer(call, hers.answer)
    assert done["structuredContent"].get("state") or "cancel" in done["content"][0]["text"], done
    assert met.record() != before


def _state_of(asked: dict[str, Any]) -> str | None:
    return asked.get("requestState")


async def test_news_of_a_job_reach_only_whose_it_is(server: TeamServer) -> None:
    async with meeting(server, "auto") as met:
        uri = f"alcf://jobs/polaris/{met.hers.jobs[1]}"
        async with server.connected("ada") as ada, server.connected("bob") as bob:
            submitted = await bob.call_tool(
                "submit_job", JOB | {"name": "held-own", "directory": "/home/bob"}
            )
            own = str((submitted.structured_content or {})["job_id"])
            bobs_uri = f"alcf://jobs/polaris/{own}"
            async with (
                ada.listen(resource_subscriptions=[uri]) as adas,
                bob.listen(resource_subscriptions=[uri, bobs_uri]) as bobs,
            ):
                with anyio.fail_after(20):
                    assert uri in str(await adas.__anext__())
                    await met.ada.answer(_call(met.hers.guarded), met.hers.answer)
                    assert uri in str(await adas.__anext__())
                    assert bobs_uri in str(await bobs.__anext__())
                    asked = await met.bob.call("cancel_job", {"job_id": own})
                    cancel = {"tool": "cancel_job", "arguments": {"job_id": own}}
                    await met.bob.answer(cancel, answer_to(asked))
                    assert bobs_uri in str(await bobs.__anext__()), "what he hears next is still only his"


async def test_who_can_not_be_told_is_not_offered_news(server: TeamServer) -> None:
    async with meeting(server, "legacy") as met:
        hello = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "x", "version": "1"},
        }
        offered = (await met.bob.ask("initialize", hello))["result"]["capabilities"]["resources"]
        assert not offered.get("subscribe")
        uri = f"alcf://jobs/polaris/{met.hers.jobs[1]}"
        assert (await met.bob.ask("resources/subscribe", {"uri": uri}))["error"]["code"] == -32601


async def test_no_log_has_what_somebody_did(met: Meeting) -> None:
    """The replicas log at DEBUG, with all libraries."""
    await met.ada.call("get_job_output", {"job_id": met.hers.jobs[0]})
    for replica in met.server.replicas:
        assert [line for line in replica.said.splitlines() if MARK in line] == []
