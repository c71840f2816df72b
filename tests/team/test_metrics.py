"""A replica tells those who watch over it what happens, at a port of its own, and never who does it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import MCPError
from mcp.types import ElicitResult
from prometheus_client.parser import text_string_to_metric_families

from alcf_mcp import measures
from alcf_mcp.team.serving import ALL_REQUESTS
from tests.collector import Collector, attributes_of, collecting
from tests.conftest import Answered
from tests.postgres import postgres_server
from tests.team.browser import Browser
from tests.team.conftest import KEYS, Replica, TeamServer, free_port, team_server
from tests.team.oauth_client import SteppingClient
from tests.team.plain_client import META, PlainClient
from tests.team.test_sign_in import JOB, all_tokens

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
"""The ids of a client's trace, and of the span in it that calls."""

WRONG_TOOL = "read_adas_diary"
NOTHING = "alcf://files/eagle/LocalDemo/adas-diary"
YES = ElicitResult(action="accept", content={"confirm": True})

GAUGES = {
    "alcf_mcp_people_open",
    "alcf_mcp_line_waiting",
    "alcf_mcp_line_used",
    "alcf_mcp_line_limit",
    "db_client_connection_count",
    "db_client_connection_max",
    "db_client_connection_pending_requests",
}
"""What tells how much is in use, by Prometheus' names."""

PAGE = Path(__file__).parents[2] / "docs" / "team-server.md"

Labels = frozenset[tuple[str, str]]


@dataclass
class Watched:
    """A replica that two people used, and what it told.

    Attributes:
        text: its metrics.
        public: what its public port answers at the metrics' path.
        listeners: how many ports it listens on, and how many another one does that nobody watches.
        code: how it ended.
        secrets: what must not be told.
    """

    collector: Collector
    text: str = ""
    public: int = 0
    listeners: tuple[int, int] = (0, 0)
    code: int = 0
    secrets: list[str] = field(default_factory=list)

    @property
    def values(self) -> dict[tuple[str, Labels], float]:
        """The metrics' values, by name and labels."""
        samples = [one for family in text_string_to_metric_families(self.text) for one in family.samples]
        return {(one.name, frozenset(one.labels.items())): one.value for one in samples}

    def value(self, name: str, **labels: str) -> float:
        """The sum of a metric's values that have these labels."""
        asked = set(labels.items())
        found = [value for (one, given), value in self.values.items() if one == name and asked <= given]
        assert found, f"there is no {name} with {labels}"
        return sum(found)


def prometheus_name(measure: measures.Tally | measures.Timing) -> str:
    """What Prometheus calls a measure."""
    unit = "seconds" if isinstance(measure, measures.Timing) else "total"
    return f"{measure.name.replace('.', '_')}_{unit}"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One replica that was used, watched and stopped, for all tests of this module."""
    otlp, metrics = free_port(), free_port()
    root = tmp_path_factory.mktemp("watched")
    with collecting(otlp) as collector, team_server(root, postgres_server().new_database()) as team:
        team.environment |= {"ALCF_MCP_ALLOWED_USERS": "ada@*,bob@*"}
        replica = team.start(
            ALCF_MCP_METRICS_PORT=str(metrics),
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{otlp}",
            OTEL_BSP_SCHEDULE_DELAY="600000",  # so that only the end of the server sends anything
        )
        seen = Watched(collector)
        anyio.run(_use, team, seen)
        seen.text = _get(f"http://127.0.0.1:{metrics}/metrics").text
        seen.public = _get(f"{replica.origin}/metrics").status_code
        seen.listeners = (_listeners(replica), _listeners(team.start()))
        assert not collector.bodies
        seen.code = replica.stop()
        assert '"opentelemetry' not in replica.said, replica.said
        yield seen


async def _use(team: TeamServer, seen: Watched) -> None:
    """Ada works, Bob has a client of an earlier protocol, and Eve is not let in."""

    async def reply(context: Any, params: Any) -> ElicitResult:
        return YES

    async with team.connected("ada", elicitation_callback=reply) as client:
        submitted = Answered.of(await client.call_tool("submit_job", JOB | {"script": "sleep 100"}))
        job_id = str(submitted.facts["job_id"])
        for _ in range(3):
            assert not Answered.of(await client.call_tool("get_job", {"job_id": job_id})).is_error
        assert Answered.of(await client.call_tool("get_job", {"job_id": "4711"})).is_error
        canceled = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
        assert not canceled.is_error, canceled.text
        assert Answered.of(await client.call_tool(WRONG_TOOL, {})).is_error
        with pytest.raises(MCPError):
            await client.read_resource(NOTHING)
    async with team.connected("bob", "legacy") as client:
        told = Answered.of(await client.call_tool("chmod", {"path": "/eagle/LocalDemo", "mode": "700"}))
        assert told.facts["confirmation"], told.text
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        plain = PlainClient(team.url, await team.token_of("ada"), "auto", http)
        await plain.call("list_projects", {}, _meta=META | {"traceparent": f"00-{TRACE}-{CALLER}-01"})
        assert (await http.get(f"{team.origin}/adas-diary")).status_code == 404
    await _sign_in_by_hand(team)
    clients = [one.tokens for one in team.storages.values() if one.tokens]
    seen.secrets = [
        KEYS,
        team.environment["ALCF_MCP_GLOBUS_CLIENT_SECRET"],
        team.environment["ALCF_MCP_DATABASE_URL"],
        str(team.root),
        job_id,
        *(person.id for person in team.facility.globus.people),
        *(one.access_token for one in clients),
        *(one.refresh_token or KEYS for one in clients),
        *all_tokens(team.facility.globus.tokens),
    ]


async def _sign_in_by_hand(team: TeamServer) -> None:
    """Bob's sign-in is renewed, and then ends at Globus; Eve's is refused."""
    async with SteppingClient(team.origin) as client:
        tokens = await client.tokens_of("bob")
        tokens |= (await client.renew(tokens["refresh_token"])).json()
        team.facility.globus.tokens.revoke_all("bob")
        assert (await client.renew(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    async with SteppingClient(team.origin) as client, Browser("eve@example.org") as browser:
        assert (await client.exchange(await client.code(browser))).json()["error"] == "invalid_grant"
    async with Browser("ada") as browser:
        assert (await browser.open(f"{team.origin}/approvals")).status_code == 200


def _get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=10)


def _listeners(replica: Replica) -> int:
    """How many ports of IPv4 a process accepts connections on, as Linux tells."""
    if not Path("/proc/net/tcp").exists():
        pytest.skip("needs Linux")
    process = Path("/proc") / str(replica.process.pid)
    lines = [line.split() for line in (process / "net" / "tcp").read_text().splitlines()[1:]]
    listening = {f"socket:[{fields[9]}]" for fields in lines if fields[3] == "0A"}
    return sum(str(one.readlink()) in listening for one in (process / "fd").iterdir())


# What Prometheus sees


def test_calls_are_told_apart_by_tool_and_outcome(watched: Watched) -> None:
    calls = "mcp_server_operation_duration_seconds_count"
    counted = {
        (tool, outcome): watched.value(calls, gen_ai_tool_name=tool, alcf_mcp_outcome=outcome)
        for tool, outcome in [
            ("submit_job", "ok"),
            ("get_job", "ok"),
            ("get_job", "error"),
            ("cancel_job", "asked"),
            ("cancel_job", "ok"),
            ("chmod", "asked"),
            ("_OTHER", "error"),
        ]
    }
    assert counted.pop(("get_job", "ok")) == 3
    assert set(counted.values()) == {1}
    assert watched.value(calls, gen_ai_tool_name="get_job", error_type="tool_error") == 1
    assert watched.value(calls, mcp_method_name="resources/read", alcf_mcp_outcome="error") == 1
    took = watched.value("mcp_server_operation_duration_seconds_sum", gen_ai_tool_name="get_job")
    assert 0 < took < 300


def test_requests_to_the_facility_are_told_apart_by_operation_and_status(watched: Watched) -> None:
    count = "http_client_request_duration_seconds_count"
    assert watched.value(count, url_template="/account/projects", http_response_status_code="200") >= 1
    job = {"url_template": "/compute/status/{resource_id}/{job_id}", "http_request_method": "GET"}
    assert watched.value(count, **job, http_response_status_code="200") >= 3
    assert watched.value(count, **job, http_response_status_code="404", error_type="404") >= 1
    assert watched.value("alcf_mcp_line_limit") == ALL_REQUESTS
    assert watched.value("alcf_mcp_line_waiting") == 0
    assert watched.value("alcf_mcp_line_used") >= 0


def test_sign_ins_and_renewals_are_counted(watched: Watched) -> None:
    counted = {
        (how, outcome): watched.value(
            "alcf_mcp_sign_ins_total", alcf_mcp_sign_in=how, alcf_mcp_outcome=outcome
        )
        for how, outcome in [("client", "ok"), ("client", "refused"), ("pages", "ok")]
    }
    assert counted == {("client", "ok"): 3, ("client", "refused"): 1, ("pages", "ok"): 1}
    assert watched.value("alcf_mcp_renewals_total", alcf_mcp_outcome="ok") == 1
    assert watched.value("alcf_mcp_renewals_total", alcf_mcp_outcome="ended") == 1


def test_questions_and_what_became_of_them_are_counted(watched: Watched) -> None:
    assert watched.value("alcf_mcp_questions_total", alcf_mcp_asked="in_client") == 1
    assert watched.value("alcf_mcp_questions_total", alcf_mcp_asked="through_assistant") == 1
    assert watched.value("alcf_mcp_verdicts_total", alcf_mcp_outcome="confirmation_required") == 1
    assert watched.value("alcf_mcp_verdicts_total", alcf_mcp_outcome="confirmed") == 2  # the small job, too
    assert watched.value("alcf_mcp_questions_expired_total") == 0


def test_what_is_in_use_is_told(watched: Watched) -> None:
    assert watched.value("alcf_mcp_people_open") == 2
    assert 1 <= watched.value("db_client_connection_count") <= watched.value("db_client_connection_max")
    assert watched.value("db_client_connection_pending_requests") == 0
    assert watched.value("process_resident_memory_bytes") > 0


def test_http_requests_are_told_apart_by_route_and_not_by_path(watched: Watched) -> None:
    count = "http_server_request_duration_seconds_count"
    assert watched.value(count, http_route="/mcp", http_response_status_code="200") >= 10
    assert watched.value(count, http_route="/token", http_response_status_code="401") == 2
    assert watched.value(count, http_route="", http_response_status_code="404") == 1


def test_nobody_is_named_and_nothing_of_theirs(watched: Watched) -> None:
    told = {value for _, labels in watched.values for _, value in labels}
    for word in ("ada", "bob", "eve", "LocalDemo", "eagle", WRONG_TOOL, "hello", "alcf.anl.gov"):
        assert not [one for one in told if word in one], word
    assert len(watched.secrets) > 10
    assert not [secret for secret in watched.secrets if secret in watched.text]


def test_the_public_port_shows_no_metrics_and_nothing_listens_unless_it_is_asked(watched: Watched) -> None:
    assert watched.public == 404
    assert watched.listeners == (2, 1)


def test_the_page_for_operators_lists_what_is_told(watched: Watched) -> None:
    families = text_string_to_metric_families(watched.text)
    told = {f"{one.name}_total" if one.type == "counter" else one.name for one in families}
    ours = {prometheus_name(measure) for measure in measures.ALL} | GAUGES
    ours_told = {name for name in told if not name.startswith("process_")} - {"target_info", "target"}
    assert GAUGES <= ours_told <= ours
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(ours)


# What a collector gets


def test_a_call_is_a_span_below_its_clients_and_above_its_requests(watched: Watched) -> None:
    trace = [span for span in watched.collector.spans if span.trace_id.hex() == TRACE]
    (call,) = (span for span in trace if span.name == "tools/call list_projects")
    assert call.parent_span_id.hex() == CALLER
    (request,) = (span for span in trace if span.name == "GET /account/projects")
    assert request.parent_span_id == call.span_id
    assert attributes_of(request)["url.template"] == "/account/projects"


def test_the_end_of_the_server_sends_what_was_left(watched: Watched) -> None:
    assert {"mcp.server.operation.duration", "alcf_mcp.people.open"} <= watched.collector.metrics
    assert {one["service.name"] for one in watched.collector.services} == {"alcf-mcp"}
    assert watched.code == -signal.SIGTERM


def test_no_span_says_what_went_wrong_in_words(watched: Watched) -> None:
    failed = [span for span in watched.collector.spans if span.name == "resources/read"]
    assert [span.status.code for span in failed] == [2]
    sent = b"".join(watched.collector.bodies)
    for word in ('diary"', "LocalDemo", "adas-diary", "ada@", *watched.secrets):
        assert word.encode() not in sent, word
