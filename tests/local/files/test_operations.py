from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local.catalog import EAGLE
from alcf_mcp.local.files.disk import Disk, OperationFailed
from alcf_mcp.local.files.operations import OPERATIONS, perform
from alcf_mcp.local.files.paths import check_path
from alcf_mcp.local.problems import Problem
from alcf_mcp.local.tree import Tree
from tests.local.conftest import PROJECT, Api

UNSUPPORTED = {
    "tail": {"lines": "1"},
    "stat": {},
    "checksum": {},
    "file": {},
    "download": {},
    "upload": {},
    "symlink": {"link_path": f"{PROJECT}/y"},
    "cp": {"target_path": f"{PROJECT}/y"},
    "mv": {"target_path": f"{PROJECT}/y"},
    "compress": {"target_path": f"{PROJECT}/y"},
    "extract": {"target_path": f"{PROJECT}/y"},
}


@pytest.mark.parametrize("command", UNSUPPORTED)
async def test_what_alcf_does_not_implement_is_a_501(api: Api, command: str) -> None:
    arguments = {"path": f"{PROJECT}/x"} | UNSUPPORTED[command]
    if command in ("tail", "stat", "checksum", "file", "download"):
        answer = await api.http.get(f"/filesystem/{command}/{EAGLE.id}", params=arguments)
    elif command == "upload":
        answer = await api.http.post(f"/filesystem/upload/{EAGLE.id}", params=arguments, files={"file": b""})
    else:
        answer = await api.http.post(f"/filesystem/{command}/{EAGLE.id}", json=arguments)
    assert answer.status_code == 501
    assert answer.json()["detail"] == f"Command {command} option not implemented yet."


@pytest.mark.parametrize("option", ["recursive", "dereference"])
async def test_options_of_ls_that_alcf_does_not_implement(api: Api, option: str) -> None:
    answer = await api.get(f"/filesystem/ls/{EAGLE.id}?path={PROJECT}&{option}=true")
    assert (answer.status_code, answer.json()["detail"]) == (501, f"'{option}' option not implemented yet.")


PARTS = st.one_of(
    st.sampled_from(["out", "up", "loop", "file", "sub", "x" * 300, "Demo"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
EXTRA = {"mode": "600", "owner": "nosuch", "target_path": "/eagle/Demo/t", "link_path": "/eagle/Demo/l"}


@given(st.sampled_from(sorted(OPERATIONS)), st.lists(PARTS, max_size=5))
def test_no_path_makes_an_operation_escape_or_crash(
    tmp_path_factory: pytest.TempPathFactory, command: str, parts: list[str]
) -> None:
    root = tmp_path_factory.mktemp("disk")
    outside = _outside(root)
    tree = Tree(root / "tree", "ada", ("Demo",))
    tree.create()
    directory = root / "tree/eagle/Demo"
    (directory / "sub").mkdir()
    (directory / "file").write_text("content")
    for name, target in {"out": str(outside), "up": "../../../outside", "loop": "loop"}.items():
        (directory / name).symlink_to(target)
    try:
        path = check_path("/".join(["/eagle/Demo", *parts]), EAGLE)
        perform(Disk(tree, full=True), command, {"path": path, "lines": 3, "spool": "/nowhere", **EXTRA})
    except (Problem, OperationFailed):
        pass
    assert [entry.read_text() for entry in outside.iterdir()] == ["precious"]
    assert (outside / "secret").stat().st_mode & 0o777 == 0o640


def _outside(root: Path) -> Path:
    outside = root / "outside"
    outside.mkdir()
    (outside / "secret").write_text("precious")
    (outside / "secret").chmod(0o640)
    return outside
