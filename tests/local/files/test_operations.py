from __future__ import annotations

import pytest

from alcf_mcp.local.catalog import EAGLE
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
