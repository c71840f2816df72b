"""Claude Code, with a model that plays a script."""

import json
from typing import Any

import pytest

from alcf_mcp.journal import Journal
from tests.real_clients.home import Home
from tests.real_clients.install import node_program
from tests.real_clients.scripted_model import Call, ScriptedModel, messages_results

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node")]

HERE = "/eagle/LocalDemo/work"
MAKE = Call("mcp__alcf__make_directory", {"path": HERE})
CHMOD = Call("mcp__alcf__chmod", {"path": HERE, "mode": "700"})

PATIENT = {"MCP_CONNECTION_NONBLOCKING": "0", "MCP_CONNECT_TIMEOUT_MS": "30000"}
"""Without this, a session begins without the server's tools if the server starts slowly."""


def session(home: Home, *script: Call) -> dict[str, Any]:
    """Play a script in a session without a terminal, and return what the model was shown in the end."""
    with ScriptedModel([*script]).serving() as model:
        settings = {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "none", **PATIENT}
        asked = ["-p", "Go.", "--allowedTools", "mcp__alcf"]
        done = home.run(node_program("claude"), *asked, environment=settings)
    assert done.stdout.strip() == "Done.", done.stderr
    return model.requests[-1]


def test_it_connects_to_what_is_installed(home: Home) -> None:
    home.install("claude-code")
    listed = home.run(node_program("claude"), "mcp", "list").stdout
    (line,) = [line for line in listed.splitlines() if line.startswith("alcf: ")]
    assert line.endswith("✔ Connected")


def test_what_the_model_is_shown(home: Home) -> None:
    home.install("claude-code")
    shown = session(home, MAKE, Call("mcp__alcf__get_job", {"job_id": "9"}))
    assert "Tools for the Argonne Leadership Computing Facility" in json.dumps(shown)
    assert len([tool for tool in shown["tools"] if tool["name"].startswith("mcp__alcf__")]) == 25
    made, failed = messages_results(shown)
    assert json.loads(made["content"]) == {"path": HERE, "undo": f"remove_path with path='{HERE}'"}
    assert failed["is_error"]
    assert "has a job '9'. list_jobs shows yours" in failed["content"]


def test_a_question_that_it_dismisses_unseen_can_be_answered_in_a_terminal(home: Home) -> None:
    home.install("claude-code")
    _, dismissed = messages_results(session(home, MAKE, CHMOD))
    answer = json.loads(dismissed["content"])
    assert answer["outcome"] == "dismissed"
    assert "`alcf-mcp approve`" in answer["next_step"]
    assert home.mode(HERE) == "755"

    approvals = Journal.at(home.state / "local-journal.sqlite").approvals
    (question,) = approvals.waiting()
    assert approvals.approve(question.code)
    (changed,) = messages_results(session(home, CHMOD))
    assert json.loads(changed["content"])["after"] == "rwx------ (700)"
    assert home.mode(HERE) == "700"
