from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from alcf_mcp.local.files import archives
from tests.local.conftest import PROJECT, Api

PATH = f"{PROJECT}/data"
ARCHIVE = f"{PROJECT}/data.tar"


@pytest.mark.parametrize("compression", ["none", "gzip", "bzip2", "xz"])
async def test_what_was_compressed_is_extracted(full: Api, compression: str) -> None:
    full.place(PATH).mkdir()
    full.place(f"{PATH}/file").write_text("content")
    await full.output("POST", "compress", path=PATH, target_path=ARCHIVE, compression=compression)
    assert tarfile.is_tarfile(full.place(ARCHIVE))
    await full.output("POST", "extract", path=ARCHIVE, target_path=f"{PROJECT}/out", compression=compression)
    assert full.place(f"{PROJECT}/out/data/file").read_text() == "content"


async def test_a_pattern_chooses_the_members(full: Api) -> None:
    full.place(PATH).mkdir()
    for name in ("a.log", "b.txt"):
        full.place(f"{PATH}/{name}").touch()
    await full.output("POST", "compress", path=PATH, target_path=ARCHIVE, match_pattern=r"\.log$")
    with tarfile.open(full.place(ARCHIVE)) as tar:
        assert tar.getnames() == ["data/a.log"]


async def test_a_pattern_that_takes_for_ever_ends(full: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MATCHING_SECONDS", 0.3)
    full.place(PATH).mkdir()
    full.place(f"{PATH}/{'a' * 60}b").touch()
    error = await full.error("POST", "compress", path=PATH, target_path=ARCHIVE, match_pattern="^(a+)+$")
    assert "takes too long" in error


async def test_links_out_of_the_tree_stay_links(full: Api) -> None:
    full.place(PATH).mkdir()
    (full.place(PATH) / "link").symlink_to("/etc/passwd")
    await full.output("POST", "compress", path=PATH, target_path=ARCHIVE)
    with tarfile.open(full.place(ARCHIVE)) as tar:
        assert tar.getmember("data/link").issym()
    error = await full.error("POST", "compress", path=PATH, target_path=ARCHIVE, dereference=True)
    assert "Permission denied" in error


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped"])
async def test_members_that_lead_outside_are_refused(full: Api, name: str) -> None:
    with tarfile.open(full.place(ARCHIVE), "w:gz") as tar:
        member = tarfile.TarInfo("../" * 9 + "escaped") if name.startswith("..") else tarfile.TarInfo("link")
        if not name.startswith(".."):
            member.type, member.linkname = tarfile.SYMTYPE, name
        tar.addfile(member, io.BytesIO())
    error = await full.error("POST", "extract", path=ARCHIVE, target_path=f"{PROJECT}/out")
    assert error.startswith(f"extract: '{ARCHIVE}'")


async def test_links_in_an_archive_lead_no_member_out_of_the_tree(full: Api, tmp_path: Path) -> None:
    """However long the chain: deep links defeat the path limits of the operating system's own look."""
    step, victim = "d" * 247, tmp_path / "victim"
    victim.mkdir()
    with tarfile.open(full.place(ARCHIVE), "w:gz") as tar:
        path = ""
        for letter in "abcdefghijklmnop":
            directory = tarfile.TarInfo(f"{path}{step}")
            directory.type, directory.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(directory)
            add_link(tar, f"{path}{letter}", step)
            path += f"{step}/"
        chain = "/".join("abcdefghijklmnop")
        add_link(tar, f"{chain}/{'l' * 254}", "../" * 16)
        add_link(tar, "escape", f"{chain}/{'l' * 254}/{'../' * 12}{victim.relative_to('/')}")
        file = tarfile.TarInfo("escape/written")
        file.size = 4
        tar.addfile(file, io.BytesIO(b"gone"))
    error = await full.error("POST", "extract", path=ARCHIVE, target_path=f"{PROJECT}/out")
    assert str(full.facility.settings.root) not in error
    assert not list(victim.iterdir())


def add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    tar.addfile(link)


async def test_links_that_stay_inside_are_unpacked(full: Api) -> None:
    full.place(PATH).mkdir()
    full.place(f"{PATH}/file").write_text("content")
    (full.place(PATH) / "link").symlink_to("file")
    await full.output("POST", "compress", path=PATH, target_path=ARCHIVE)
    await full.output("POST", "extract", path=ARCHIVE, target_path=f"{PROJECT}/out")
    assert full.place(f"{PROJECT}/out/data/link").read_text() == "content"


async def test_what_is_no_archive_is_said_to_be_none(full: Api) -> None:
    full.place(ARCHIVE).write_text("nothing of the kind")
    error = await full.error("POST", "extract", path=ARCHIVE, target_path=f"{PROJECT}/out")
    assert "not a gzip file" in error
