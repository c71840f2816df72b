"""Every example runs as it is: as a separate program, against the embedded local facility."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CLIENTS = ROOT / ".venv-clients"
"""Where ``make clients`` puts other client libraries, which need an earlier version of the SDK."""


def python_with(package: str) -> str:
    """A Python that has a package; the test is skipped if there is none."""
    if find_spec(package):
        return sys.executable
    if list(CLIENTS.glob(f"lib/python*/site-packages/{package}")):
        return str(CLIENTS / "bin" / "python")
    pytest.skip(f"{package} is not installed: `make clients` does that")


def output_of(example: str, python: str, home: Path) -> str:
    """The output of an example."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "HOME": str(home), "PATH": path}
    ran = subprocess.run(
        [python, ROOT / "examples" / example],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_job_is_run_and_its_output_shown(tmp_path: Path) -> None:
    output = output_of("run_a_job.py", sys.executable, tmp_path)
    assert "completed, exit code 0 (success)" in output
    assert "hello from" in output


@pytest.mark.parametrize(
    ("example", "package"),
    [("langchain_agent.py", "langchain_mcp_adapters"), ("pydantic_ai_agent.py", "pydantic_ai")],
)
def test_an_agent_has_the_tools(tmp_path: Path, example: str, package: str) -> None:
    output = output_of(example, python_with(package), tmp_path)
    assert "5 resources: 2 up" in output
    assert "Polaris" in output
