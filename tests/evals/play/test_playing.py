"""A conversation passes if the facility's state and the last answer are right, whatever a model claims."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult
from pydantic import SecretStr

from evals.play.conversations import Conversation, Step, conversations
from evals.play.dialects import DIALECTS
from evals.play.endpoint import Endpoint
from evals.play.playing import MOST_CALLS, Played, play, reply
from evals.play.report import as_markdown
from tests.evals.play.replayed_model import Calling, ReplayedModel, Reply

RESULTS = "/eagle/LocalDemo/everyday/results"
Script = list[str | Calling | Reply]

KEY = "sk-never-shown-0123456789"


def conversation(name: str) -> tuple[Conversation, list[Step]]:
    known = conversations()
    chosen = next(one for one in known.conversation if one.name == name)
    return chosen, [step for name in chosen.setup for step in known.setup[name]]


async def played(
    name: str, script: Script, directory: Path, *, dialect: str = "anthropic"
) -> tuple[Played, ReplayedModel]:
    with ReplayedModel(script).serving() as model:
        endpoint = Endpoint(model.url, DIALECTS[dialect], "replayed", SecretStr(KEY))
        return await play(endpoint, *conversation(name), directory), model


MADE: Script = [
    ("make_directory", {"path": RESULTS}),
    ("chmod", {"path": RESULTS, "mode": "750"}),
    "The directory results is ready.",
]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_model_that_does_what_is_asked_passes(tmp_path: Path, dialect: str) -> None:
    result, model = await played("directory-that-my-group-can-read", MADE, tmp_path, dialect=dialect)
    assert result.problems == []
    assert result.calls == ["make_directory", "chmod"]
    assert len(result.questions) == 1, "chmod asks first"
    assert (result.input_tokens, result.output_tokens) == (300, 30)
    first, _, last = model.requests
    assert len(first["tools"]) == 25
    assert "rwxr-x---" in json.dumps(last), "the model sees what the tools answer"


async def test_a_job_is_run_and_its_output_told(tmp_path: Path) -> None:
    job = {
        "resource": "polaris",
        "script": "echo hello from two",
        "nodes": 2,
        "queue": "debug",
        "walltime": "10m",
        "name": "hello",
        "account": "LocalDemo",
        "directory": "/eagle/LocalDemo/everyday",
    }
    script: Script = [("submit_job", job), ("wait_for_job", {"job_id": "1001"}), "It prints: hello from two"]
    result, _ = await played("run-on-two-nodes", script, tmp_path)
    assert result.problems == []


LOG = "/eagle/LocalDemo/everyday/train.log"
PRIVATE = "/eagle/LocalDemo/everyday/private"
COST = {
    "resource": "polaris",
    "script": "date",
    "nodes": 4,
    "walltime": "6h",
    "queue": "prod",
    "account": "LocalDemo",
    "directory": "/eagle/LocalDemo/everyday",
    "dry_run": True,
}
READING: dict[str, tuple[Calling, str]] = {
    "are-my-jobs-done": (("list_jobs", {}), "long is still running."),
    "what-did-it-print": (("get_job_output", {"job_id": "1001"}), "It printed: loss 0.25"),
    "why-did-it-fail": (("get_job", {"job_id": "1002"}), "KeyError: lr"),
    "how-long-has-it-been-running": (("get_job", {"job_id": "1001"}), "It is running, for at most 1 h."),
    "how-much-is-left": (("list_projects", {}), "LocalDemo has 1000 node hours left."),
    "what-would-it-cost": (("submit_job", COST), "At most 24 node hours."),
    "is-polaris-up": (("get_resource", {"resource": "polaris"}), "Polaris is up."),
    "why-can-t-my-group-read-it": (("list_directory", {"path": PRIVATE}), "Its mode is 700."),
    "end-of-the-log": (("tail_file", {"path": LOG}), "loss 0.25"),
}


@pytest.mark.parametrize("name", READING)
async def test_each_conversation_that_only_reads_can_be_passed_by_one_call(tmp_path: Path, name: str) -> None:
    call, answer = READING[name]
    result, _ = await played(name, [call, answer], tmp_path)
    assert (result.problems, result.failed, result.questions) == ([], 0, [])


def test_each_conversation_is_played_by_a_test() -> None:
    changing = {"run-on-two-nodes", "cancel-the-long-one", "user-says-no", "directory-that-my-group-can-read"}
    assert {one.name for one in conversations().conversation} == READING.keys() | changing


async def test_a_model_that_lies_fails(tmp_path: Path) -> None:
    lie = "Done: the directory results has mode 750."
    result, _ = await played("directory-that-my-group-can-read", [lie], tmp_path)
    assert result.problems == [f"{RESULTS} does not exist"]


async def test_a_model_that_does_the_work_and_tells_nothing_fails(tmp_path: Path) -> None:
    result, _ = await played("what-did-it-print", [("list_jobs", {}), "I had a look."], tmp_path)
    assert result.problems == ["the answer lacks '0\\\\.25'"]
    assert result.calls == ["list_jobs"]


async def test_a_model_that_does_too_much_fails(tmp_path: Path) -> None:
    both: Script = [("cancel_job", {"job_id": "1002"}), "I canceled it."]
    result, _ = await played("are-my-jobs-done", both, tmp_path)
    assert any(
        problem.startswith("no job is {'name': 'long', 'state': 'active'}") for problem in result.problems
    )


@pytest.mark.parametrize(("name", "says"), [("cancel-the-long-one", "It is canceled."), ("user-says-no", "")])
async def test_the_user_is_asked_and_the_answer_counts(tmp_path: Path, name: str, says: str) -> None:
    job = "1002" if name == "cancel-the-long-one" else "1001"
    script: Script = [("cancel_job", {"job_id": job}), says or "You declined; it is still running."]
    result, _ = await played(name, script, tmp_path)
    assert result.problems == []
    assert len(result.questions) == 1


@pytest.mark.parametrize(("dialect", "arguments"), [("openai", "{path:"), ("anthropic", ["path"])])
async def test_malformed_arguments_are_told_to_the_model_and_counted(
    tmp_path: Path, dialect: str, arguments: Any
) -> None:
    script: Script = [("make_directory", arguments), ("no_such_tool", {}), ("chmod", {"mode": 7}), *MADE]
    result, model = await played("directory-that-my-group-can-read", script, tmp_path, dialect=dialect)
    assert result.problems == []
    assert (result.malformed, result.failed) == (1, 2)
    assert "not a JSON object" in json.dumps(model.requests[1])


async def test_a_model_that_never_ends_is_given_up(tmp_path: Path) -> None:
    script: Script = [("list_jobs", {})] * (MOST_CALLS + 1)
    result, _ = await played("how-much-is-left", script, tmp_path)
    assert result.problems[0] == f"given up after {MOST_CALLS} calls"


def test_the_command_writes_reports_and_never_the_key(tmp_path: Path) -> None:
    turns: Script = [("list_projects", {}), "LocalDemo has 1000 node hours left."]
    with ReplayedModel([*turns, Reply(401, "not with {key}")]).serving() as model:
        done = command(model.url, tmp_path, "how-much-is-left")
        assert done.returncode == 0, done.stderr
        facts = json.loads((tmp_path / "play.json").read_text())
        assert (facts["passed"], facts["conversations"][0]["input_tokens"]) == (1, 200)
        assert (tmp_path / "play.md").read_text().startswith("# replayed: 1 of 1 conversations passed")
        refused = command(model.url, tmp_path, "how-much-is-left")
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: the model's endpoint http://127.0.0.1")
    assert "401: not with Bearer [key]" in refused.stderr
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert KEY not in done.stdout + done.stderr + refused.stdout + refused.stderr + written


def command(url: str, results: Path, name: str) -> subprocess.CompletedProcess[str]:
    arguments = ("--dialect", "openai", "--url", url, "--model", "replayed", "--only", name)
    return subprocess.run(
        [sys.executable, "-m", "evals.play", *arguments, "--results", str(results)],
        env={**os.environ, "EVALS_API_KEY": KEY},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_failure_is_reported_with_what_was_called_and_said() -> None:
    failed = Played("a", problems=["1 new jobs, not 0"], calls=["submit_job"], answer="Done.\nReally.")
    report = as_markdown("m", [failed, Played("b")])
    assert report.startswith("# m: 1 of 2 conversations passed")
    assert "- 1 new jobs, not 0\n- calls: submit_job\n- answer: Done. Really." in report


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ({"properties": {"confirm": {}}}, {"confirm": True}),
        ({"properties": {"typed": {"description": "Type 750 to continue"}}}, {"typed": ""}),
        ({"properties": {"typed": {"description": "Much: type results to continue"}}}, {"typed": "results"}),
    ],
)
def test_the_user_agrees_the_way_the_form_wants(form: dict[str, Any], content: dict[str, Any]) -> None:
    assert reply(form, agrees=True) == ElicitResult(action="accept", content=content)
    assert reply(form, agrees=False).action == "decline"
