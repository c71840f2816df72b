"""What is logged about a call: one id for all of it, and no secrets, ids or paths."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import MCPError
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from alcf_mcp import logs
from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.iri import observing
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Any] = []
        self.addFilter(logs._with_call)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Log levels that a test sets apply to that test only."""
    loggers = [logging.getLogger(name) for name in logs.TOO_TELLING]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    logger, kept = logging.getLogger("alcf_mcp"), Lines()
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept.records
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(kept)


async def test_one_id_goes_through_all_requests_of_a_call(assistant: Assistant, lines: list[Any]) -> None:
    await assistant.do("list_directory", path="/eagle/LocalDemo")
    await assistant.do("list_projects")
    done = [line for line in lines if line.getMessage() == "tool call"]
    assert [line.tool for line in done] == ["list_directory", "list_projects"]
    first, second = (line.call for line in done)
    assert first != second
    of_first = [line.operation for line in lines if hasattr(line, "operation") and line.call == first]
    assert of_first[:2] == ["getResources", "ls"]
    assert set(of_first[2:]) == {"getTask"}


async def test_neither_token_nor_path_is_logged(
    local: LocalFacility, assistant: Assistant, lines: list[Any]
) -> None:
    local.faults.add(Fault(path="/filesystem/ls/", status=503))
    await assistant.do("list_directory", path="/eagle/LocalDemo")
    told = " ".join(json.dumps(line.__dict__, default=str) for line in lines)
    assert "LocalDemo" not in told
    assert local.token.get_secret_value() not in told
    assert [line.status for line in lines if getattr(line, "operation", "") == "ls"] == [503, 200]


async def test_a_resource_that_can_t_be_read_is_logged_without_its_uri(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logs.configure(load_settings(log_level="INFO"))
    for uri in ("alcf://jobs/polaris/7777", "alcf://files/eagle/LocalDemo/nothing", "alcf://nothing/7777"):
        with pytest.raises(MCPError):
            await assistant.client.read_resource(uri)
    assert "7777" not in caplog.text
    assert "LocalDemo" not in caplog.text
    refused = [line.getMessage() for line in caplog.records if "can't be read" in line.getMessage()]
    assert refused == [
        "alcf://jobs/{resource}/{job_id} can't be read: InvalidCall",
        "alcf://files/{+path} can't be read: TaskFailed",
    ]


async def test_a_job_that_can_t_be_watched_is_logged_without_its_uri(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with assistant.client.listen(resource_subscriptions=["alcf://jobs/polaris/7777"]):
        with anyio.fail_after(10):
            while "can't check a watched job" not in caplog.text:  # noqa: ASYNC110 - nothing tells of it
                await anyio.sleep(0.02)
    ours = [line.getMessage() for line in caplog.records if line.name.startswith("alcf_mcp")]
    assert "7777" not in " ".join(ours)


async def test_every_request_is_a_span_below_that_of_its_call(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    monkeypatch.setattr(observing, "_tracer", provider.get_tracer("alcf_mcp.iri"))
    async with connect() as assistant:
        await assistant.do("list_projects")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    request = spans["GET /account/projects"]
    assert request.kind is trace.SpanKind.CLIENT
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.parent is not None


def test_a_file_gets_json_that_only_the_person_can_read(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "alcf.jsonl"
    handler = logs._file_handler(path)
    record = logging.LogRecord("alcf_mcp.x", logging.INFO, __file__, 1, "said %s", ("so",), None)
    with logs.one_call() as call:
        assert logs._with_call(record)
    handler.emit(record)
    handler.close()
    assert json.loads(path.read_text()) | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "alcf_mcp.x",
        "message": "said so",
        "call": call,
    }
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_can_t_be_written_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ALCF_MCP_LOG_FILE"):
        logs.configure(load_settings(log_file=tmp_path))


@pytest.mark.parametrize(
    ("level", "passes"),
    [("DEBUG", "WARNING"), ("INFO", "WARNING"), ("WARNING", "WARNING"), ("ERROR", "ERROR")],
)
def test_a_logger_that_tells_too_much_passes_no_more_than_the_persons_level(level: str, passes: str) -> None:
    logs.configure(load_settings(log_level=level))
    for name in logs.TOO_TELLING:
        assert logging.getLevelName(logging.getLogger(name).level) == passes


def test_a_library_that_logs_by_itself_is_taken_over_without_its_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    library, ours = logging.getLogger("a_library"), logging.StreamHandler()
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    root = logging.getLogger()
    root.addHandler(ours)
    try:
        logs.take_over("a_library")
        child = logging.getLogger("a_library.part")
        child.info("a code: %s", "c0deC0de")
        child.warning(
            "state %s: %s after %d s (%s)", "St4te-of_it", "invalid_grant", 3, ValueError("c0deC0de")
        )
        logging.getLogger("another").warning("of %s", "St4te-of_it")
    finally:
        root.removeHandler(ours)
    assert capsys.readouterr().err.splitlines() == [
        "state …: invalid_grant after 3 s (ValueError)",
        "of St4te-of_it",
    ]
