"""What puts something at a path; where something is there already, a person is asked."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import DECLINE, Assistant, Connect, Era, refuse


@pytest.fixture
def files(tree: Path) -> Path:
    """A file, and a directory with a file in it."""
    (tree / "a").write_text("first")
    (tree / "run").mkdir()
    (tree / "run" / "log").write_text("done\n")
    return tree


def sent(local: LocalFacility, command: str) -> int:
    return local.faults.count("POST", f"/filesystem/{command}/")


async def test_a_copy_where_nothing_is_asks_nobody(
    assistant: Assistant, files: Path, directory: str, journal: Journal
) -> None:
    answered = await assistant.call("copy_path", path=f"{directory}/a", target_path=f"{directory}/b")
    assert (files / "b").read_text() == (files / "a").read_text() == "first"
    assert answered.facts["replaced"] is False
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


async def test_a_copy_over_a_file_shows_what_is_lost(
    assistant: Assistant, files: Path, directory: str
) -> None:
    (files / "b").write_text("second one")
    answered = await assistant.call("copy_path", path=f"{directory}/a", target_path=f"{directory}/b")
    (question,) = assistant.questions
    assert f"{directory}/b: a file of 10 B, modified " in question
    assert f"is replaced by a copy of {directory}/a" in question
    assert "can't be recovered" in question
    assert (files / "b").read_text() == "first"
    assert answered.facts["replaced"] is True
    assert "undo" not in answered.facts


ASKED: dict[str, dict[str, Any]] = {
    "copy_path": {"path": "a", "target_path": "b"},
    "move_path": {"path": "a", "target_path": "new"},
    "compress_path": {"path": "run", "target_path": "old.tar.gz"},
    "extract_archive": {"path": "old.tar.gz", "target_path": "run"},
    "upload_file": {"path": "b", "content": "mine"},
}


@pytest.mark.parametrize("answer", [refuse, DECLINE], ids=["no", "decline"])
@pytest.mark.parametrize("tool", ASKED)
async def test_nothing_is_sent_without_a_yes(
    connect: Connect, local: LocalFacility, files: Path, directory: str, era: Era, tool: str, answer: Any
) -> None:
    with tarfile.open(files / "old.tar.gz", "w:gz") as tar:
        tar.add(files / "a", "log")
    (files / "b").write_text("second one")
    arguments = {
        name: value if name == "content" else f"{directory}/{value}" for name, value in ASKED[tool].items()
    }
    local.faults.requests.clear()
    async with connect(era=era, answer=answer, toolsets="extended") as assistant:
        answered = await assistant.do(tool, **arguments)
        assert answered["outcome"] == "declined"
        assert len(assistant.questions) == 1
    assert not [seen for seen in local.faults.requests if seen.method != "GET"]


async def test_codes_stand_for_answers_where_nobody_can_be_asked(
    connect: Connect, files: Path, directory: str
) -> None:
    (files / "b").write_text("second one")
    call = {"path": f"{directory}/b", "content": "mine"}
    async with connect(toolsets="extended") as assistant:
        preview = await assistant.do("upload_file", **call)
        assert (files / "b").read_text() == "second one"
        refused = await assistant.do(
            "upload_file", path=f"{directory}/b", content="other", confirmation=preview["confirmation"]
        )
        assert refused["outcome"] == "code_refused"
        await assistant.do("upload_file", **call, confirmation=preview["confirmation"])
    assert (files / "b").read_text() == "mine"


async def test_a_move_and_the_way_back(assistant: Assistant, files: Path, directory: str) -> None:
    answered = await assistant.call("move_path", path=f"{directory}/a", target_path=f"{directory}/c")
    assert f"{directory}/a (a file of 5 B, " in assistant.questions[0]
    assert not (files / "a").exists()
    assert f"move_path with path='{directory}/c' and target_path='{directory}/a'" in answered.text


async def test_a_move_over_a_directory_is_typed(connect: Connect, files: Path, directory: str) -> None:
    (files / "into" / "run").mkdir(parents=True)
    async with connect(answer=refuse, toolsets="extended") as assistant:
        await assistant.do("move_path", path=f"{directory}/run", target_path=f"{directory}/into")
    assert f"{directory}/into/run: a directory" in assistant.questions[0]


async def test_an_archive_is_made_and_unpacked(assistant: Assistant, files: Path, directory: str) -> None:
    await assistant.do("compress_path", path=f"{directory}/run", target_path=f"{directory}/run.tar.xz")
    with tarfile.open(files / "run.tar.xz", "r:xz") as tar:
        assert "run/log" in tar.getnames()
    unpacked = await assistant.do(
        "extract_archive", path=f"{directory}/run.tar.xz", target_path=f"{directory}/there"
    )
    assert unpacked["replaced"] is False
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


@pytest.mark.parametrize(
    ("path", "target", "says"),
    [
        ("/eagle/LocalDemo/work/a", "/home/ada/a", "different filesystems"),
        ("/eagle/LocalDemo/work/a", "/eagle/LocalDemo/work/a", "is '/eagle/LocalDemo/work/a' itself"),
        ("/eagle/LocalDemo/work/run", "/eagle/LocalDemo/work/run/inside", "lies within it"),
        ("/eagle", "/eagle/LocalDemo/work/all", "root of a filesystem"),
    ],
)
@pytest.mark.parametrize("tool", ["copy_path", "move_path"])
async def test_what_can_not_be_meant_is_refused_at_once(
    assistant: Assistant, local: LocalFacility, files: Path, tool: str, path: str, target: str, says: str
) -> None:
    answered = await assistant.call(tool, path=path, target_path=target)
    assert says in answered.error["message"]
    assert sent(local, "cp") == sent(local, "mv") == 0


async def test_only_what_lies_below_the_allowed_directories_is_changed(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    async with connect(confirm="off", toolsets="extended", allowed_paths=f"{directory}/run") as assistant:
        for tool, to in (("move_path", f"{directory}/run/a"), ("copy_path", f"{directory}/b")):
            answered = await assistant.call(tool, path=f"{directory}/a", target_path=to)
            assert "ALCF_MCP_ALLOWED_PATHS" in answered.text, tool
    assert sent(local, "mv") == sent(local, "cp") == 0


async def test_a_move_whose_answer_is_lost_is_found_by_looking(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    local.faults.add(Fault(method="POST", path="/filesystem/mv/", drop=True, after=True))
    async with connect(confirm="off", toolsets="extended") as assistant:
        call = {"path": f"{directory}/a", "target_path": f"{directory}/c"}
        answered = await assistant.call("move_path", **call)
    assert not answered.is_error, answered.text
    assert "looking showed that it was carried out" in answered.text
    assert sent(local, "mv") == 1


async def test_a_copy_whose_answer_is_lost_may_be_there_in_part(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    local.faults.add(Fault(method="POST", path="/filesystem/cp/", drop=True, after=True))
    async with connect(confirm="off", toolsets="extended") as assistant:
        call = {"path": f"{directory}/a", "target_path": f"{directory}/b"}
        answered = await assistant.call("copy_path", **call)
    assert "may not be whole" in answered.error["message"]
    assert "Do not repeat" in answered.error["next_step"]
    assert sent(local, "cp") == 1
