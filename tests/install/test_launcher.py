"""The command written for a client works without a PATH, and still does tomorrow."""

import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from alcf_mcp.install import Launcher, this_program


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_script_that_was_run_by_its_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = executable(tmp_path / "tools" / "alcf-mcp")
    link = tmp_path / "bin" / "alcf-mcp"
    link.parent.mkdir()
    link.symlink_to(real)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(Path("bin", "alcf-mcp")), "install"])
    assert this_program({}, "/usr") == Launcher(str(link))


def test_run_as_a_module_it_is_the_script_beside_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/alcf_mcp/__main__.py", "install"])
    found = this_program({}, sys.prefix)
    assert Path(found.command) == Path(sys.executable).with_name("alcf-mcp")
    assert found.arguments == ()


def test_without_a_script_it_is_the_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/alcf_mcp/__main__.py", "install"])
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert this_program({}, "/usr") == Launcher(sys.executable, ("-m", "alcf_mcp"))


@pytest.mark.parametrize(
    ("origin", "what"),
    [
        (None, ("alcf-mcp",)),
        ('{"url": "file:///src/x", "dir_info": {}}', ("--from", "alcf-mcp @ file:///src/x", "alcf-mcp")),
        (
            '{"url": "https://host/x.git", "vcs_info": {"vcs": "git", "requested_revision": "v1"}}',
            ("--from", "alcf-mcp @ git+https://host/x.git@v1", "alcf-mcp"),
        ),
    ],
)
def test_from_uvx_it_is_uvx_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str | None, what: tuple[str, ...]
) -> None:
    monkeypatch.setattr(metadata, "distribution", lambda _: SimpleNamespace(read_text=lambda _: origin))
    uv, uvx = executable(tmp_path / "uv"), executable(tmp_path / "uvx")
    prefix = "/home/ada/.cache/uv/archive-v0/cX3pmJ0PQ"
    assert this_program({"UV": str(uv)}, prefix) == Launcher(str(uvx), what)
    uvx.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert this_program({"UV": str(uv)}, prefix) == Launcher(str(uv), ("tool", "run", *what))
