"""Whatever a model asks and a facility answers, the result or error is clean, never a traceback."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp import Client

from alcf_mcp.config import Settings, load_settings
from alcf_mcp.facility.changes import lost_answers as finding
from alcf_mcp.iri import IRIClient, pace
from alcf_mcp.server import build_server
from alcf_mcp.tools.catalog import NAMES
from tests.conftest import Answered
from tests.iri.support import json_values

JOB = {"resource": "polaris", "account": "A", "queue": "debug", "directory": "/eagle/A", "script": "date"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "get_resource": {"resource": "polaris"},
    "submit_job": JOB,
    "update_job": {"job_id": "1.polaris-pbs-01", "nodes": 2},
    "list_directory": {"path": "/eagle/A"},
    "make_directory": {"path": "/eagle/A/b"},
    "chmod": {"path": "/eagle/A/b", "mode": "750"},
    "chown": {"path": "/eagle/A/b", "group": "g"},
    "get_task": {"task_id": "t"},
    "get_project": {"project": "A"},
    "list_jobs": {"include_finished": True},
    **{
        name: {"job_id": "1.polaris-pbs-01"}
        for name in ("get_job", "wait_for_job", "get_job_output", "cancel_job")
    },
    **{name: {"path": "/eagle/A/b"} for name in ("view_file", "head_file", "tail_file", "remove_path")},
    **{name: {"path": "/eagle/A/b"} for name in ("stat_path", "file_type", "checksum_file", "download_file")},
    **{name: {"path": "/eagle/A/b", "target_path": "/eagle/A/c"} for name in ("copy_path", "move_path")},
    "symlink_path": {"path": "/eagle/A/b", "link_path": "/eagle/A/c"},
    "compress_path": {"path": "/eagle/A/b", "target_path": "/eagle/A/b.tar"},
    "extract_archive": {"path": "/eagle/A/b.tgz", "target_path": "/eagle/A/b"},
    "upload_file": {"path": "/eagle/A/b", "content": "x"},
    "cancel_task": {"task_id": "t"},
    "list_user_allocations": {"project": "A"},
}
SIGN_IN = {"sign_in"}  # it talks to Globus, not to the facility
TOOLS = sorted(NAMES - SIGN_IN)

NASTY = [
    "\x1b[2J\x1b]0;x\x07",
    "a\u202egnp.exe",
    "![x](https://evil.example/?q=1)",
    "<img src=x>",
    "\ud800",
    "\0",
    "x" * 9999,
]
texts = st.sampled_from(NASTY) | st.text()
odd = json_values | texts | st.sampled_from([10**40, -1, 1e308, "9999-99-99", "2026-01-01T00:00:00", 0.5])
FIELDS = (
    *(
        "id",
        "task_id",
        "name",
        "status",
        "state",
        "exit_code",
        "result",
        "output",
        "content",
        "error",
        "detail",
    ),
    *("size", "permissions", "last_modified", "user", "group", "type", "job_spec", "attributes", "resources"),
    *(
        "resource_type",
        "current_status",
        "start",
        "end",
        "entries",
        "allocation",
        "usage",
        "unit",
        "user_ids",
    ),
    *(
        "capability_uri",
        "content_type",
        "end_position",
        "message",
        "duration",
        "node_count",
        "items",
        "command",
    ),
)
things = st.dictionaries(st.sampled_from(FIELDS), odd, max_size=8)
nested = st.dictionaries(st.sampled_from(FIELDS), things | st.lists(things, max_size=3) | odd, max_size=8)
USUAL = {"id": "x", "task_id": "t", "name": "Polaris", "resource_type": "compute"}
named = st.dictionaries(st.sampled_from(FIELDS), odd | things | st.lists(things, max_size=3), max_size=6).map(
    lambda drawn: drawn | USUAL
)
"""Items that can be told apart, so that more of each is read."""

bodies = named | nested | st.lists(named | nested, max_size=4) | odd

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(autouse=True, scope="module")
def no_patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "LONGEST", 0.05)
        patch.setattr(finding, "FIRST_LOOK", 0.0)
        patch.setattr(pace, "FIRST_LOOK", 0.0)
        patch.setattr(pace, "LONGEST_PAUSE", 0.01)
        yield


@asynccontextmanager
async def talking(answers: list[Any], state: Path) -> AsyncIterator[Client]:
    """Connect a client to a server in front of a facility that gives these answers in turn."""
    turns = cycle(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        content = json.dumps(next(turns)).encode(errors="surrogatepass")
        return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})

    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[IRIClient]:
        async with IRIClient("http://local/api/v1", token="t", http=httpx.MockTransport(answer)) as iri:
            yield iri

    chosen = load_settings(facility="local", state_dir=state, confirm="off", timeout=1, toolsets="extended")
    async with Client(build_server(chosen, connect=connect), mode="legacy") as client:
        yield client


async def call(tool: str, arguments: dict[str, Any], answers: list[Any], state: Path) -> Answered:
    with anyio.fail_after(20):
        async with talking(answers, state) as client:
            return Answered.of(await client.call_tool(tool, arguments))


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            if name not in ("content", "request"):  # marked as data, or our own
                yield from texts_in(item)


def assert_clean(tool: str, answered: Answered) -> None:
    assert answered.text
    assert answered.text != f"Error executing tool {tool}", "an unexpected exception"
    assert len(answered.text) < 300_000
    for text in (answered.text, *texts_in(answered.facts)):
        assert not INVISIBLE.search(text), text
    for text in texts_in(answered.facts):
        assert len(text) <= 4096 or tool in ("get_task",), text[:100]
    if answered.is_error:
        assert answered.error["message"]


@given(tool=st.sampled_from(TOOLS), answers=st.lists(bodies, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_facility_may_answer_anything(
    tmp_path_factory: pytest.TempPathFactory, tool: str, answers: list[Any]
) -> None:
    state = tmp_path_factory.mktemp("state")
    assert_clean(tool, anyio.run(call, tool, ARGUMENTS.get(tool, {}), answers, state))


FACILITY = [{"id": "x", "task_id": "t", "name": "Polaris", "status": "completed", "result": {"output": []}}]


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw a tool, with some valid arguments and some arbitrary ones."""
    tool = draw(st.sampled_from(TOOLS))
    right = ARGUMENTS.get(tool, {})
    kept = {name: value for name, value in right.items() if draw(st.integers(0, 3))}
    names = st.sampled_from([*right, "path", "limit", "offset", "since", "nodes", "walltime", "state"])
    return tool, kept | draw(st.dictionaries(names | st.text(max_size=8), odd, max_size=3))


@given(asked=calls())
@example(asked=("list_jobs", {"since": "9" * 5000}))
@example(asked=("view_file", {"path": "/eagle/A/b", "offset": 2**63}))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_model_may_ask_anything(
    tmp_path_factory: pytest.TempPathFactory, asked: tuple[str, dict[str, Any]]
) -> None:
    tool, arguments = asked
    state = tmp_path_factory.mktemp("state")
    # What JSON can't represent never reaches a server.
    sendable = json.loads(json.dumps(arguments).encode(errors="replace"), parse_constant=lambda _: None)
    assert_clean(tool, anyio.run(call, tool, sendable, FACILITY, state))
