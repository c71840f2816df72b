"""What puts something at a path; where something is there already, a person is asked."""

import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import ElicitResult

from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.files.disk import OperationFailed
from alcf_mcp.local.files.operations import OPERATIONS
from tests.conftest import DECLINE, YES, Answered, Assistant, Connect, Era, refuse


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
    assert answered.facts["was_free"] is False
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


BLOCKED = ("into", "link", "dangling")
"""A directory that holds a directory of the same name, a link to a directory, and one to nothing."""


@pytest.fixture
def blocked(files: Path) -> Path:
    (files / "into" / "a").mkdir(parents=True)
    (files / "link").symlink_to("run")
    (files / "dangling").symlink_to("nowhere")
    return files


@pytest.mark.parametrize("target", BLOCKED)
@pytest.mark.parametrize("tool", ["copy_path", "move_path"])
async def test_nothing_is_put_where_a_directory_or_a_link_is(
    assistant: Assistant, local: LocalFacility, blocked: Path, directory: str, tool: str, target: str
) -> None:
    answered = await assistant.call(tool, path=f"{directory}/a", target_path=f"{directory}/{target}")
    assert "is a directory" in answered.error["message"] or "no plain file" in answered.error["message"]
    assert assistant.questions == []
    assert sent(local, "cp") == sent(local, "mv") == 0


@pytest.mark.parametrize("target", BLOCKED)
async def test_no_file_is_written_or_packed_there_either(
    assistant: Assistant, local: LocalFacility, blocked: Path, directory: str, target: str
) -> None:
    await assistant.call("upload_file", path=f"{directory}/{target}", content="x")
    await assistant.call(
        "compress_path", path=f"{directory}/a", target_path=f"{directory}/{target}", compression="gzip"
    )
    await assistant.call("symlink_path", path=f"{directory}/a", link_path=f"{directory}/{target}")
    assert assistant.questions == []
    assert sent(local, "upload") == sent(local, "compress") == sent(local, "symlink") == 0


async def test_a_directory_takes_the_place_of_no_file(
    assistant: Assistant, local: LocalFacility, files: Path, directory: str
) -> None:
    answered = await assistant.call("move_path", path=f"{directory}/run", target_path=f"{directory}/a")
    assert "a directory can't take its place" in answered.error["message"]
    assert sent(local, "mv") == 0


async def test_the_root_of_a_filesystem_is_a_directory_too(assistant: Assistant, files: Path) -> None:
    copied = await assistant.do("copy_path", path="/eagle/LocalDemo/work/a", target_path="/eagle")
    assert copied["path"] == "/eagle/a"


async def test_what_is_not_there_is_not_asked_about(
    assistant: Assistant, files: Path, directory: str
) -> None:
    for tool in ("copy_path", "move_path"):
        answered = await assistant.call(tool, path=f"{directory}/nothing", target_path=f"{directory}/a")
        assert f"There is no '{directory}/nothing'" in answered.error["message"]
    archive = {"path": f"{directory}/none.tar", "target_path": f"{directory}/run"}
    assert "There is no" in (await assistant.call("extract_archive", **archive)).error["message"]
    assert assistant.questions == []


async def test_what_can_not_be_looked_at_is_not_overwritten(
    assistant: Assistant, local: LocalFacility, files: Path, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationFailed("Worker of the endpoint not found, try again later")

    monkeypatch.setitem(OPERATIONS, "stat", replace(OPERATIONS["stat"], run=fail))
    answered = await assistant.call("copy_path", path=f"{directory}/run/log", target_path=f"{directory}/a")
    assert "Worker of the endpoint not found" in answered.error["message"]
    assert (files / "a").read_text() == "first"
    assert sent(local, "cp") == 0


CHANGED: dict[str, dict[str, str]] = {
    "copy_path": {"path": "run/log", "target_path": "a"},
    "move_path": {"path": "run/log", "target_path": "a"},
    "compress_path": {"path": "run", "target_path": "a", "compression": "gzip"},
    "upload_file": {"path": "a", "content": "mine"},
}


@pytest.mark.parametrize("tool", CHANGED)
async def test_what_changes_while_the_person_answers_is_asked_about_anew(
    connect: Connect, files: Path, directory: str, era: Era, tool: str
) -> None:
    asked: list[str] = []

    def answer_late(question: str, form: dict[str, Any]) -> ElicitResult:
        asked.append(question)
        (files / "a").write_text("x" * 1000)
        return YES if len(asked) == 1 else refuse(question, form)

    arguments = {
        name: f"{directory}/{value}" if "path" in name else value for name, value in CHANGED[tool].items()
    }
    async with connect(era=era, answer=answer_late, toolsets="extended") as assistant:
        answered = await assistant.do(tool, **arguments)
    assert answered["outcome"] in ("facts_changed", "declined")
    assert "5 B" in asked[0]
    assert (files / "a").read_text() == "x" * 1000


async def test_a_place_that_is_taken_while_the_person_answers(
    connect: Connect, files: Path, directory: str, era: Era
) -> None:
    asked: list[str] = []

    def answer_late(question: str, form: dict[str, Any]) -> ElicitResult:
        asked.append(question)
        (files / "b").write_text("somebody's")
        return YES if len(asked) == 1 else refuse(question, form)

    async with connect(era=era, answer=answer_late, toolsets="extended") as assistant:
        await assistant.do("move_path", path=f"{directory}/a", target_path=f"{directory}/b")
    assert (files / "b").read_text() == "somebody's"


async def test_where_a_facility_has_none_of_it_nobody_is_asked(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    local.faults.add(Fault(path="/filesystem/stat/", status=501, times=None))
    async with connect(answer=refuse, toolsets="extended") as assistant:
        answered = await assistant.call("move_path", path=f"{directory}/a", target_path=f"{directory}/b")
        assert answered.error["http_status"] == 501
        assert "does not offer it" in answered.error["next_step"]
        assert assistant.questions == []


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


@pytest.mark.parametrize(
    ("path", "target", "says"),
    [
        ("/eagle/LocalDemo/work/a", "/home/ada/a", "different filesystems"),
        ("/eagle/LocalDemo/work/a", "/eagle/LocalDemo/work/a", "is '/eagle/LocalDemo/work/a' itself"),
        ("/eagle/LocalDemo/work/run", "/eagle/LocalDemo/work/run/inside", "lies within it"),
        ("/eagle", "/eagle/LocalDemo/work/all", "root of a filesystem"),
        ("/eagle/LocalDemo/work/a", "/lus/eagle/LocalDemo/work/a", "itself"),
    ],
)
@pytest.mark.parametrize("tool", ["copy_path", "move_path"])
async def test_what_can_not_be_meant_is_refused_at_once(
    assistant: Assistant, local: LocalFacility, files: Path, tool: str, path: str, target: str, says: str
) -> None:
    answered = await assistant.call(tool, path=path, target_path=target)
    assert says in answered.error["message"]
    assert sent(local, "cp") == sent(local, "mv") == 0


async def test_nothing_is_packed_into_itself(
    assistant: Assistant, local: LocalFacility, files: Path, directory: str
) -> None:
    (files / "link").symlink_to("a")
    (files / "run" / "old.tar").write_text("x")
    for path, target in (("a", "a"), ("link", "a"), ("run", "run/old.tar")):
        call = {"path": f"{directory}/{path}", "target_path": f"{directory}/{target}"}
        answered = await assistant.call("compress_path", **call, compression="gzip")
        assert "one and the same" in answered.text or "lies in, what is to be packed" in answered.text
    assert assistant.questions == []
    assert sent(local, "compress") == 0


@pytest.mark.parametrize("tool", ["copy_path", "move_path"])
async def test_no_file_is_put_over_itself_by_whatever_name(
    assistant: Assistant, local: LocalFacility, files: Path, directory: str, tool: str
) -> None:
    (files / "link").symlink_to("a")
    (files / "hard").hardlink_to(files / "a")
    (files / "there").symlink_to("run")
    for path, target in (("link", "a"), ("hard", "a"), ("there/log", "run/log")):
        call = {"path": f"{directory}/{path}", "target_path": f"{directory}/{target}"}
        assert "one and the same file" in (await assistant.call(tool, **call)).error["message"], path
    assert assistant.questions == []
    assert sent(local, "cp") == sent(local, "mv") == 0


async def test_what_has_no_source_or_no_sense_is_not_asked_about(
    assistant: Assistant, files: Path, directory: str
) -> None:
    (files / "old.tar").write_text("x")
    packed = {"path": f"{directory}/nothing", "target_path": f"{directory}/old.tar"}
    assert "There is no" in (await assistant.call("compress_path", **packed)).error["message"]
    packed["path"] = f"{directory}/run"
    broken = await assistant.call("compress_path", **packed, match_pattern="(")
    assert "no regular expression" in broken.error["message"]
    elsewhere = {"path": f"{directory}/old.tar", "target_path": "/home/ada"}
    assert "different filesystems" in (await assistant.call("extract_archive", **elsewhere)).error["message"]
    assert assistant.questions == []
    await assistant.do("compress_path", **packed, match_pattern=r"\.log$")
    assert r"names that match '\\.log$'" in assistant.questions[0]


async def test_another_file_of_the_same_size_is_another_file(
    connect: Connect, files: Path, directory: str, era: Era
) -> None:
    asked: list[str] = []

    def answer_late(question: str, form: dict[str, Any]) -> ElicitResult:
        asked.append(question)
        if len(asked) == 1:
            (files / "other").write_text("other")
            (files / "other").rename(files / "a")
        return YES if len(asked) == 1 else refuse(question, form)

    async with connect(era=era, answer=answer_late, toolsets="extended") as assistant:
        await assistant.do("upload_file", path=f"{directory}/a", content="mine")
    assert (files / "a").read_text() == "other"


async def test_calls_at_once_do_not_overwrite_each_other(
    connect: Connect, files: Path, directory: str
) -> None:
    answers: dict[str, Answered] = {}
    async with connect(toolsets="extended") as assistant, anyio.create_task_group() as group:

        async def write(content: str) -> None:
            answers[content] = await assistant.call("upload_file", path=f"{directory}/new", content=content)

        for content in ("one", "two"):
            group.start_soon(write, content)
    (written,) = [content for content, answered in answers.items() if answered.facts.get("was_free")]
    assert (files / "new").read_text() == written


async def test_a_missing_program_of_the_facility_is_no_missing_file(
    assistant: Assistant, local: LocalFacility, files: Path, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationFailed("[Errno 2] No such file or directory: '/opt/stat_helper.py'")

    monkeypatch.setitem(OPERATIONS, "stat", replace(OPERATIONS["stat"], run=fail))
    answered = await assistant.call("upload_file", path=f"{directory}/a", content="mine")
    assert "stat_helper.py" in answered.error["message"]
    assert sent(local, "upload") == 0


OUTSIDE: dict[str, dict[str, str]] = {
    "copy_path": {"path": "a", "target_path": "b"},
    "move_path": {"path": "a", "target_path": "run/a"},
    "symlink_path": {"path": "a", "link_path": "run/link"},
    "compress_path": {"path": "run", "target_path": "run.tar"},
    "extract_archive": {"path": "run/old.tar", "target_path": "new"},
    "upload_file": {"path": "a", "content": "mine"},
}


@pytest.mark.parametrize("tool", OUTSIDE)
async def test_only_what_lies_below_the_allowed_directories_is_changed(
    connect: Connect, local: LocalFacility, files: Path, directory: str, tool: str
) -> None:
    """A link out of them would open them, and what is moved is changed where it was, too."""
    arguments = {
        name: value if name == "content" else f"{directory}/{value}" for name, value in OUTSIDE[tool].items()
    }
    local.faults.requests.clear()
    async with connect(confirm="off", toolsets="extended", allowed_paths=f"{directory}/run") as assistant:
        assert "ALCF_MCP_ALLOWED_PATHS" in (await assistant.call(tool, **arguments)).text
    assert not [seen for seen in local.faults.requests if seen.method != "GET"]


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


async def test_a_link_whose_answer_is_lost_is_found_by_where_it_points_to(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    local.faults.add(Fault(method="POST", path="/filesystem/symlink/", drop=True, after=True))
    async with connect(confirm="off", toolsets="extended") as assistant:
        call = {"path": f"{directory}/a", "link_path": f"{directory}/link"}
        answered = await assistant.call("symlink_path", **call)
    assert f"points to {directory}/a" in answered.text
    assert not answered.is_error


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
