"""The tools that put something at a path, and how they report it."""

import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Answered, Assistant, Connect
from tests.tools.extended.conftest import below, sent

Losing = Callable[..., Awaitable[Answered]]


async def test_a_copy_where_nothing_is_asks_nobody(
    assistant: Assistant, files: Path, directory: str, journal: Journal
) -> None:
    answered = await assistant.call("copy_path", path=f"{directory}/a", target_path=f"{directory}/b")
    assert (files / "b").read_text() == (files / "a").read_text() == "first"
    assert answered.facts["was_free"] is True
    assert f"To undo: remove_path with path='{directory}/b'" in answered.text
    assert assistant.questions == []
    (action,) = journal.actions.history(tool="copy_path", limit=5)
    assert (action.tool, action.outcome) == ("copy_path", "done")
    assert action.confirmed == "not asked: nothing is overwritten"


async def test_a_directory_as_target_means_a_place_in_it(
    assistant: Assistant, files: Path, directory: str
) -> None:
    copied = await assistant.do("copy_path", path=f"{directory}/a", target_path=f"{directory}/run")
    assert copied["path"] == f"{directory}/run/a"
    moved = await assistant.do("move_path", path=f"{directory}/run", target_path=f"{directory}/old")
    assert moved["path"] == f"{directory}/old"
    assert sorted(place.name for place in (files / "old").iterdir()) == ["a", "log"]


async def test_a_move_and_the_way_back(assistant: Assistant, files: Path, directory: str) -> None:
    answered = await assistant.call("move_path", path=f"{directory}/a", target_path=f"{directory}/c")
    assert f"{directory}/a (a file of 5 B, " in assistant.questions[0]
    assert not (files / "a").exists()
    assert f"move_path with path='{directory}/c' and target_path='{directory}/a'" in answered.text


async def test_an_archive_is_made_and_unpacked(assistant: Assistant, files: Path, directory: str) -> None:
    await assistant.do("compress_path", path=f"{directory}/run", target_path=f"{directory}/run.tar.xz")
    with tarfile.open(files / "run.tar.xz", "r:xz") as tar:
        assert "run/log" in tar.getnames()
    unpacked = await assistant.do(
        "extract_archive", path=f"{directory}/run.tar.xz", target_path=f"{directory}/there"
    )
    assert unpacked["was_free"] is True
    assert (files / "there" / "run" / "log").read_text() == "done\n"
    assert assistant.questions == []


async def test_how_an_archive_is_compressed_has_to_be_known(
    assistant: Assistant, files: Path, directory: str
) -> None:
    call = {"path": f"{directory}/run", "target_path": f"{directory}/run.archive"}
    assert "`compression`" in (await assistant.call("compress_path", **call)).error["next_step"]
    await assistant.do("compress_path", **call, compression="bzip2")
    assert (files / "run.archive").read_bytes().startswith(b"BZh")


async def test_a_file_is_written(assistant: Assistant, files: Path, directory: str) -> None:
    await assistant.do("upload_file", path=f"{directory}/new.txt", content="ünï\n")
    assert (files / "new.txt").read_text() == "ünï\n"
    over = await assistant.call("upload_file", path=f"{directory}/run", content="x")
    assert "is a directory" in over.error["message"]


@pytest.fixture
def losing(connect: Connect, local: LocalFacility, directory: str) -> Losing:
    """Make a call whose request is carried out but whose answer is lost."""

    async def call(command: str, tool: str, **paths: str) -> Answered:
        local.faults.add(Fault(method="POST", path=f"/filesystem/{command}/", drop=True, after=True))
        async with connect(confirm="off", toolsets="extended") as assistant:
            return await assistant.call(tool, **below(directory, paths))

    return call


async def test_a_move_whose_answer_is_lost_is_found_by_looking(
    losing: Losing, local: LocalFacility, files: Path
) -> None:
    answered = await losing("mv", "move_path", path="a", target_path="c")
    assert not answered.is_error, answered.text
    assert "checking showed that it was carried out" in answered.text
    assert sent(local, "mv") == 1


async def test_a_link_whose_answer_is_lost_is_found_by_where_it_points_to(
    losing: Losing, files: Path, directory: str
) -> None:
    answered = await losing("symlink", "symlink_path", path="a", link_path="link")
    assert f"points to {directory}/a" in answered.text
    assert not answered.is_error


async def test_a_copy_whose_answer_is_lost_may_be_there_in_part(
    losing: Losing, local: LocalFacility, files: Path
) -> None:
    answered = await losing("cp", "copy_path", path="a", target_path="b")
    assert "may be incomplete" in answered.error["message"]
    assert "Do not repeat" in answered.error["next_step"]
    assert sent(local, "cp") == 1
