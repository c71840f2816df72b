from __future__ import annotations

import hashlib
import os
import stat

import pytest

from alcf_mcp.local.catalog import EAGLE
from tests.local.conftest import PROJECT, Api

PATH = f"{PROJECT}/data.txt"


def _write(api: Api, content: bytes, path: str = PATH) -> None:
    api.place(path).write_bytes(content)


async def test_ls_tells_of_entries(api: Api) -> None:
    _write(api, b"12345")
    api.place(PATH).chmod(0o640)
    os.utime(api.place(PATH), (0, 0))
    api.place(f"{PROJECT}/sub").mkdir()
    api.place(f"{PROJECT}/.hidden").touch()
    entries = {entry["name"]: entry for entry in await api.output("GET", "ls", path=PROJECT)}
    assert set(entries) == {"data.txt", "sub"}
    file = entries["data.txt"]
    assert file["type"] == "file"
    assert file["size"] == "5"
    assert file["permissions"] == "rw-r-----"
    assert file["last_modified"] == "1970-01-01T00:00:00+00:00"
    assert file["link_target"] is None
    assert entries["sub"]["type"] == "directory"


async def test_ls_shows_hidden_entries_and_numeric_ids_when_asked(api: Api) -> None:
    api.place(f"{PROJECT}/.hidden").touch()
    (entry,) = await api.output("GET", "ls", path=PROJECT, showHidden=True, numericUid=True)
    assert (entry["name"], entry["user"]) == (".hidden", str(os.getuid()))


async def test_ls_of_a_file_is_its_one_entry(api: Api) -> None:
    _write(api, b"")
    (entry,) = await api.output("GET", "ls", path=PATH)
    assert entry["name"] == "data.txt"


async def test_ls_leaves_links_out_and_does_not_follow_them(api: Api) -> None:
    api.place(f"{PROJECT}/link").symlink_to("/etc")
    assert await api.output("GET", "ls", path=PROJECT) == []
    error = await api.error("GET", "ls", path=f"{PROJECT}/link")
    assert error == "Target path is a symlink and cannot be listed."


async def test_ls_of_nothing_fails_in_the_task(api: Api) -> None:
    assert await api.error("GET", "ls", path="/eagle/x") == "Path does not exist: /eagle/x"


async def test_elsewhere_the_operating_system_says_what_failed(full: Api) -> None:
    error = await full.error("GET", "ls", path="/eagle/x")
    assert error == "ls: cannot access '/eagle/x': No such file or directory"


@pytest.mark.parametrize("command", ["head?bytes=10", "view?size=10"])
async def test_a_planted_link_gives_nothing_away(api: Api, command: str) -> None:
    api.place(PATH).symlink_to("/etc/passwd")
    name, _, option = command.partition("?")
    key, _, value = option.partition("=")
    error = await api.error("GET", name, path=PATH, **{key: value})
    assert error == "Symlink targets are not allowed."


@pytest.mark.parametrize("command", ["head?bytes=10", "view?size=10"])
async def test_a_link_that_leads_out_gives_nothing_away(full: Api, command: str) -> None:
    full.place(PATH).symlink_to("/etc/passwd")
    name, _, option = command.partition("?")
    key, _, value = option.partition("=")
    assert "Permission denied" in await full.error("GET", name, path=PATH, **{key: value})


async def test_head_counts_the_piece_after_the_last_line_end(api: Api) -> None:
    _write(api, b"a\nb\nc\n")
    assert await api.output("GET", "head", path=PATH, lines=10) == {
        "content": "a\nb\nc\n",
        "content_type": "lines",
        "start_position": 0,
        "end_position": 4,
    }


async def test_lines_end_at_line_feeds_only(full: Api) -> None:
    _write(full, b"10%\r20%\r30%\nb\r\nc")
    assert (await full.output("GET", "head", path=PATH, lines=1))["content"] == "10%\r20%\r30%\n"
    assert (await full.output("GET", "tail", path=PATH, lines=2))["content"] == "b\r\nc"


async def test_head_of_bytes_and_all_but_the_last(api: Api) -> None:
    _write(api, b"a\nb\nc\n")
    first = await api.output("GET", "head", path=PATH, bytes=3)
    assert (first["content"], first["end_position"], first["content_type"]) == ("a\nb", 3, "bytes")
    rest = await api.output("GET", "head", path=PATH, lines=1, skipTrailing=True)
    assert rest["content"] == "a\nb\n"
    rest = await api.output("GET", "head", path=PATH, bytes=4, skipTrailing=True)
    assert rest["content"] == "a\n"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "At least one of"),
        ("&lines=1&bytes=1", "Cannot use"),
        ("&lines=-1", "greater than or equal to 0"),
        ("&bytes=9958273", "less than or equal to 9958272"),
    ],
)
async def test_head_wants_exactly_one_of_lines_and_bytes(api: Api, query: str, reason: str) -> None:
    answer = await api.get(f"/filesystem/head/{EAGLE.id}?path={PATH}{query}")
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]


async def test_zero_bytes_break_every_poll(api: Api) -> None:
    _write(api, b"x")
    answer = await api.get(f"/filesystem/head/{EAGLE.id}?path={PATH}&bytes=0")
    path = f"/task/{answer.json()['task_id']}"
    while (poll := await api.get(path)).json()["status"] in ("pending", "active"):
        pass
    assert poll.status_code == (await api.get(path)).status_code == 500


async def test_view_cuts_characters_and_counts_bytes(api: Api) -> None:
    _write(api, "aä".encode())
    window = await api.output("GET", "view", path=PATH, size=2, offset=0)
    assert window == {"content": "a�", "content_type": "bytes", "start_position": 0, "end_position": 2}
    behind = await api.output("GET", "view", path=PATH, offset=100)
    assert (behind["content"], behind["start_position"]) == ("", 100)


@pytest.mark.parametrize("query", ["size=0", "size=5242881", "offset=-1", f"offset={2**63}", "size=x"])
async def test_view_has_bounds(api: Api, query: str) -> None:
    answer = await api.get(f"/filesystem/view/{EAGLE.id}?path={PATH}&{query}")
    assert answer.status_code == 400
    assert answer.json()["invalid_params"][0]["name"] == query.partition("=")[0]


async def test_a_directory_and_a_fifo_have_no_content(api: Api) -> None:
    assert await api.error("GET", "view", path=PROJECT) == f"Path is not a file: {PROJECT}"
    os.mkfifo(api.place(PATH))
    error = await api.error("GET", "view", path=PATH)
    assert error == "Expected a regular file, got something else."


async def test_a_result_that_is_too_large_fails(api: Api) -> None:
    _write(api, b"x" * (10 * 2**20 + 1))
    assert await api.error("GET", "head", path=PATH, lines=1) == "Content exceeded 9.5 MB limit."


async def test_tail(full: Api) -> None:
    _write(full, b"a\nb\nc\n")
    assert (await full.output("GET", "tail", path=PATH, lines=2))["content"] == "b\nc\n"
    assert (await full.output("GET", "tail", path=PATH, bytes=2))["content"] == "c\n"
    assert (await full.output("GET", "tail", path=PATH, lines=1, skipHeading=True))["content"] == "b\nc\n"
    assert (await full.output("GET", "tail", path=PATH, bytes=4, skipHeading=True))["start_position"] == 4


async def test_stat_checksum_file_and_download(full: Api) -> None:
    _write(full, b"#!/bin/bash\n")
    full.place(PATH).chmod(0o750)
    mode = (await full.output("GET", "stat", path=PATH))["mode"]
    assert (stat.S_ISREG(mode), stat.S_IMODE(mode)) == (True, 0o750)
    checksum = await full.output("GET", "checksum", path=PATH)
    assert checksum["checksum"] == hashlib.sha256(b"#!/bin/bash\n").hexdigest()
    assert await full.output("GET", "file", path=PATH) == "/bin/bash script, text executable"
    assert await full.output("GET", "file", path=PROJECT) == "directory"
    assert await full.output("GET", "download", path=PATH) == "#!/bin/bash\n"
    _write(full, b"\xff\x00")
    assert await full.output("GET", "download", path=PATH) == "/wA="


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"\x7fELF", "ELF executable"),
        (b"\x00", "data"),
        (b"x", "ASCII text"),
        (b"#!", "script"),
    ],
)
async def test_kinds_of_files(full: Api, content: bytes, kind: str) -> None:
    _write(full, content)
    assert kind in await full.output("GET", "file", path=PATH)


async def test_the_full_ls_descends_and_tells_of_links(full: Api) -> None:
    full.place(f"{PROJECT}/sub").mkdir()
    full.place(f"{PROJECT}/sub/file").touch()
    full.place(f"{PROJECT}/link").symlink_to("sub/file")
    entries = await full.output("GET", "ls", path=PROJECT, recursive=True)
    kinds = {entry["name"]: entry["type"] for entry in entries}
    assert kinds == {"sub": "directory", "sub/file": "file", "link": "symlink"}
    entries = await full.output("GET", "ls", path=PROJECT, dereference=True)
    assert {entry["name"]: entry["type"] for entry in entries}["link"] == "file"
