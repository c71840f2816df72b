"""The plugin, installed from a local path by each client that takes it, and started by ``uvx``."""

import json
import shutil
from pathlib import Path

import pytest

from alcf_mcp.prompt_files import load_prompt_files
from tests.plugins import plugin_files, skill_name
from tests.real_clients.codex import AppServer
from tests.real_clients.home import Home
from tests.real_clients.install import ROOT, UV_TOOLS, is_installed, node_program, python_of
from tests.real_clients.scripted_model import Call, ScriptedModel, messages_results

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node", "uvx")]

SKILLS = {skill_name(file) for file in load_prompt_files()}
STARTED = "uvx alcf-mcp serve"


@pytest.fixture
def uvx(home: Home) -> None:
    """Makes this home one of a user of uv who has installed the project, and who uses the local facility."""
    if not is_installed(UV_TOOLS):
        pytest.skip(f"nothing is installed in {UV_TOOLS}: run `make clients`")
    # Clients don't pass every environment variable on, so all of this is in files.
    tools = home.path / ".local" / "share" / "uv" / "tools"
    tools.parent.mkdir(parents=True)
    tools.symlink_to(UV_TOOLS)
    settings = home.path / ".config" / "alcf-mcp" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('facility = "local"\n')
    home.environment["PATH"] = f"{python_of('uv').parent}:{home.environment['PATH']}"


@pytest.fixture
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has in its root that concerns a client."""
    clone = tmp_path_factory.mktemp("clone") / "alcf-mcp"
    for path in (*plugin_files(), Path("README.md")):
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, clone / path)
    return clone


def run(home: Home, program: str, *arguments: str | Path) -> str:
    """Run a client's command, which must succeed, and return what it says."""
    done = home.run(node_program(program), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def install_in_claude_code(home: Home, clone: Path) -> None:
    run(home, "claude", "plugin", "marketplace", "add", clone)
    run(home, "claude", "plugin", "install", "alcf@alcf-mcp")


def test_claude_code_finds_nothing_to_complain_about(home: Home, clone: Path) -> None:
    for path in (clone, clone / ".claude-plugin" / "plugin.json"):
        assert "Validation passed" in run(home, "claude", "plugin", "validate", "--strict", path)


def test_claude_code_connects_to_it_and_has_its_skills(home: Home, clone: Path) -> None:
    install_in_claude_code(home, clone)
    assert f"plugin:alcf:alcf: {STARTED} - ✔ Connected" in run(home, "claude", "mcp", "list")
    details = run(home, "claude", "plugin", "details", "alcf")
    assert f"Skills ({len(SKILLS)})" in details
    assert all(name in details for name in SKILLS)
    run(home, "claude", "plugin", "uninstall", "alcf@alcf-mcp")
    assert STARTED not in run(home, "claude", "mcp", "list")


def test_a_model_in_claude_code_can_choose_a_skill_and_call_the_tools(home: Home, clone: Path) -> None:
    install_in_claude_code(home, clone)
    script = [
        Call("Skill", {"skill": "alcf:alcf-check-my-jobs"}),
        Call("mcp__plugin_alcf_alcf__list_jobs", {"include_finished": True}),
    ]
    with ScriptedModel(script).serving() as model:
        settings = {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "none"}
        patient = {"MCP_CONNECTION_NONBLOCKING": "0", "MCP_CONNECT_TIMEOUT_MS": "30000"}
        allowed = ["--allowedTools", "Skill,mcp__plugin_alcf_alcf"]
        done = home.run(node_program("claude"), "-p", "Go.", *allowed, environment=settings | patient)
    assert done.stdout.strip() == "Done.", done.stderr
    assert all(f"alcf:{name}: " in json.dumps(model.requests[-1]) for name in SKILLS)
    assert "Report how my jobs at the facility are doing." in json.dumps(model.requests[-1])
    _, listed = messages_results(model.requests[-1])
    assert "jobs" in json.loads(listed["content"])


def test_codex_connects_to_it_and_has_its_skills(home: Home, clone: Path) -> None:
    run(home, "codex", "plugin", "marketplace", "add", clone)
    run(home, "codex", "plugin", "add", "alcf@alcf-mcp")
    with home.start(node_program("codex"), "app-server") as program:
        codex = AppServer(program)
        (status,) = codex.ask("mcpServerStatus/list")["data"]
        assert (status["name"], status["pluginId"], len(status["tools"])) == ("alcf", "alcf@alcf-mcp", 25)
        (found,) = codex.ask("skills/list", cwds=[str(home.path)])["data"]
        ours = {skill["name"] for skill in found["skills"] if skill.get("pluginId") == "alcf@alcf-mcp"}
        assert ours == {f"alcf:{name}" for name in SKILLS}
        assert found["errors"] == []
    run(home, "codex", "plugin", "remove", "alcf@alcf-mcp")
    assert "uvx" not in run(home, "codex", "mcp", "list")


def test_gemini_cli_connects_to_it_and_has_its_skills(home: Home, clone: Path) -> None:
    assert "successfully validated" in run(home, "gemini", "extensions", "validate", clone)
    run(home, "gemini", "extensions", "install", clone, "--consent")
    listed = run(home, "gemini", "extensions", "list")
    assert all(f"  {name}: " in listed for name in SKILLS)
    # This command gives a server five seconds to start, which a busy machine may need for uvx alone.
    connected = f"alcf (from alcf): {STARTED} (stdio) - Connected"
    assert any(connected in run(home, "gemini", "mcp", "list") for _ in range(4))
    skills = run(home, "gemini", "skills", "list")
    assert all(f"{name} [Enabled]" in skills for name in SKILLS)
    run(home, "gemini", "extensions", "uninstall", "alcf")
    assert STARTED not in run(home, "gemini", "mcp", "list")
