from __future__ import annotations

import os
import stat

import pytest

from alcf_mcp.local.catalog import EAGLE
from tests.local.conftest import PROJECT, Api

PATH = f"{PROJECT}/x"


async def test_mkdir_is_accepted_with_201_and_tells_nothing_the_first_time(api: Api) -> None:
    answer = await api.http.post(f"/filesystem/mkdir/{EAGLE.id}", json={"path": PATH})
    assert answer.status_code == 201
    task_id = answer.json()["task_id"]
    results = [(await api.ended(task_id))["result"] for _ in range(3)]
    assert results == [{}, {"output": None}, {"output": None}]
    assert api.place(PATH).is_dir()


async def test_mkdir_of_what_exists_fails(api: Api) -> None:
    for parent in (False, True):
        error = await api.error("POST", "mkdir", path=PROJECT, parent=parent)
        assert error == f"Path {PROJECT} already exists."


async def test_mkdir_makes_parents_only_when_asked(api: Api) -> None:
    error = await api.error("POST", "mkdir", path=f"{PATH}/y")
    assert error == f"Could not create directory {PATH}/y. Maybe try with parent=True?"
    await api.output("POST", "mkdir", path=f"{PATH}/y", parent=True)
    assert api.place(f"{PATH}/y").is_dir()


async def test_rm_removes_files_and_directories(api: Api) -> None:
    api.place(PATH).mkdir()
    api.place(f"{PATH}/file").touch()
    assert await api.output("DELETE", "rm", path=PATH) == f"Directory {PATH} removed."
    api.place(PATH).touch()
    assert await api.output("DELETE", "rm", path=PATH) == f"File {PATH} removed."
    assert await api.error("DELETE", "rm", path=PATH) == f"Path does not exist: {PATH}"


async def test_rm_removes_a_link_and_not_what_it_points_to(full: Api) -> None:
    full.place(f"{PROJECT}/kept").touch()
    full.place(PATH).symlink_to("kept")
    await full.output("DELETE", "rm", path=PATH)
    assert full.place(f"{PROJECT}/kept").exists()
    assert not full.place(PATH).is_symlink()


async def test_alcf_changes_no_links(api: Api) -> None:
    api.place(f"{PROJECT}/kept").touch()
    api.place(PATH).symlink_to("kept")
    for method, command, more in (("DELETE", "rm", {}), ("PUT", "chmod", {"mode": "600"})):
        error = await api.error(method, command, path=PATH, **more)
        assert error == "Symlink targets are not allowed."
    assert (api.place(PROJECT) / "x").is_symlink()


@pytest.mark.parametrize("path", ["/eagle", PROJECT, "/lus/eagle", "/home", "/home/ada"])
async def test_what_belongs_to_the_facility_stays(api: Api, path: str) -> None:
    assert await api.error("DELETE", "rm", path=path) == f"Could not execute rm command on file {path}."
    assert api.place(path).is_dir()


@pytest.mark.parametrize(("mode", "expected"), [("640", 0o640), ("0755", 0o755)])
async def test_chmod_changes_the_mode(api: Api, mode: str, expected: int) -> None:
    api.place(PATH).touch()
    entry = await api.output("PUT", "chmod", path=PATH, mode=mode)
    assert stat.S_IMODE(api.place(PATH).stat().st_mode) == expected
    assert entry["permissions"] == stat.filemode(expected)[1:]


@pytest.mark.parametrize("mode", ["", "8", "888", "u+x", "1755", "00644", "64"])
async def test_chmod_wants_three_octal_digits(api: Api, mode: str) -> None:
    answer = await api.http.put(f"/filesystem/chmod/{EAGLE.id}", json={"path": PATH, "mode": mode})
    assert answer.status_code == 400
    assert "mode must be 3 digits" in answer.json()["detail"]


async def test_chown_to_oneself_succeeds(api: Api) -> None:
    api.place(PATH).touch()
    (before,) = await api.output("GET", "ls", path=PATH)
    after = await api.output("PUT", "chown", path=PATH, owner=before["user"])
    assert after["user"] == before["user"]


@pytest.mark.parametrize("names", [{"owner": "nosuch"}, {"group": "nosuch"}])
async def test_chown_to_nobody_known_fails_in_the_task(api: Api, names: dict[str, str]) -> None:
    api.place(PATH).touch()
    assert await api.error("PUT", "chown", path=PATH, **names) == "Could not resolve user or group."


async def test_elsewhere_chown_names_who_is_not_known(full: Api) -> None:
    full.place(PATH).touch()
    assert await full.error("PUT", "chown", path=PATH, owner="nosuch") == "chown: invalid user: 'nosuch'"
    assert await full.error("PUT", "chown", path=PATH, group="nosuch") == "chown: invalid group: 'nosuch'"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may give files away")
async def test_chown_to_another_is_not_permitted(api: Api) -> None:
    api.place(PATH).touch()
    error = await api.error("PUT", "chown", path=PATH, owner="root")
    assert error == f"Could not execute chown command on file {PATH}."


@pytest.mark.parametrize(
    "names", [{}, {"owner": "Ada"}, {"owner": "0"}, {"group": "7"}, {"group": "a b"}, {"owner": "a" * 33}]
)
async def test_chown_wants_names(api: Api, names: dict[str, str]) -> None:
    answer = await api.http.put(f"/filesystem/chown/{EAGLE.id}", json={"path": PATH, **names})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Input validation error")


async def test_symlink_points_within_the_facility(full: Api) -> None:
    entry = await full.output("POST", "symlink", path=f"{PROJECT}/data", link_path=PATH)
    assert (entry["type"], entry["link_target"]) == ("symlink", f"{PROJECT}/data")
    full.place(f"{PROJECT}/data").write_text("content")
    assert (await full.output("GET", "view", path=PATH))["content"] == "content"


async def test_cp_copies_a_directory_with_its_links(full: Api) -> None:
    full.place(PATH).mkdir()
    full.place(f"{PATH}/file").write_text("content")
    full.place(f"{PATH}/link").symlink_to("file")
    await full.output("POST", "cp", path=PATH, target_path=f"{PROJECT}/copy")
    assert full.place(f"{PROJECT}/copy/file").read_text() == "content"
    assert (full.place(f"{PROJECT}/copy") / "link").is_symlink()
    await full.output("POST", "cp", path=PATH, target_path=f"{PROJECT}/flat", dereference=True)
    assert not (full.place(f"{PROJECT}/flat") / "link").is_symlink()


async def test_cp_never_follows_a_link_out_of_the_tree(full: Api) -> None:
    full.place(PATH).mkdir()
    (full.place(PATH) / "link").symlink_to("/etc/passwd")
    error = await full.error("POST", "cp", path=PATH, target_path=f"{PROJECT}/copy", dereference=True)
    assert "Permission denied" in error


async def test_cp_goes_into_a_directory_and_not_into_itself(full: Api) -> None:
    full.place(PATH).touch()
    full.place(f"{PROJECT}/sub").mkdir()
    await full.output("POST", "cp", path=PATH, target_path=f"{PROJECT}/sub")
    assert full.place(f"{PROJECT}/sub/x").exists()
    error = await full.error("POST", "cp", path=f"{PROJECT}/sub", target_path=f"{PROJECT}/sub/inner")
    assert "into itself" in error


async def test_mv_renames_and_leaves_the_facilitys_own(full: Api) -> None:
    full.place(PATH).write_text("content")
    entry = await full.output("POST", "mv", path=PATH, target_path=f"{PROJECT}/y")
    assert entry["name"] == "y"
    assert not full.place(PATH).exists()
    assert "Permission denied" in await full.error("POST", "mv", path=PROJECT, target_path="/eagle/mine")


async def test_upload_writes_a_file(full: Api) -> None:
    url = f"/filesystem/upload/{EAGLE.id}"
    answer = await full.http.post(url, params={"path": PATH}, files={"file": ("x", b"\x00content")})
    assert answer.status_code == 200
    task = await full.ended(answer.json()["task_id"])
    assert task["status"] == "completed"
    assert "spool" not in task["command"]["args"]
    assert full.place(PATH).read_bytes() == b"\x00content"
    assert not list((full.facility.settings.root / "spool").iterdir())


async def test_upload_wants_a_small_file(full: Api) -> None:
    url = f"/filesystem/upload/{EAGLE.id}"
    without = await full.http.post(url, params={"path": PATH}, files={"other": ("x", b"")})
    assert (without.status_code, without.json()["invalid_params"][0]["name"]) == (400, "file")
    large = await full.http.post(url, params={"path": PATH}, files={"file": ("x", bytes(5 * 2**20 + 1))})
    assert large.status_code == 413
