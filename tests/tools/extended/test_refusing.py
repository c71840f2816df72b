"""Calls that would land elsewhere, destroy their source or make no sense are refused before asking."""

from dataclasses import replace
from pathlib import Path

import pytest

from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.files.disk import OperationFailed
from alcf_mcp.local.files.operations import OPERATIONS
from tests.conftest import Assistant, Connect, refuse
from tests.tools.extended.conftest import below, sent

BLOCKED = ("into", "link", "dangling")
"""A directory that contains one of the same name, a link to a directory, and a link to nothing."""


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
    assert "is a directory" in answered.error["message"] or "not a regular file" in answered.error["message"]
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


async def test_where_a_facility_has_none_of_it_nobody_is_asked(
    connect: Connect, local: LocalFacility, files: Path, directory: str
) -> None:
    local.faults.add(Fault(path="/filesystem/stat/", status=501, times=None))
    async with connect(answer=refuse, toolsets="extended") as assistant:
        answered = await assistant.call("move_path", path=f"{directory}/a", target_path=f"{directory}/b")
        assert answered.error["http_status"] == 501
        assert "does not offer it" in answered.error["next_step"]
        assert assistant.questions == []


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
    for pattern in ("(", "a{99999999999999999999}", "(" * 5000, "a" * 201):
        broken = await assistant.call("compress_path", **packed, match_pattern=pattern)
        assert "is not a valid regular expression" in broken.error["message"]
    elsewhere = {"path": f"{directory}/old.tar", "target_path": "/home/ada"}
    assert "different filesystems" in (await assistant.call("extract_archive", **elsewhere)).error["message"]
    assert assistant.questions == []
    await assistant.do("compress_path", **packed, match_pattern=r"\.log$")
    assert r"names that match '\\.log$'" in assistant.questions[0]


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
    """A link out of them would bypass the limit, and a move also changes the place that it moves from."""
    local.faults.requests.clear()
    async with connect(confirm="off", toolsets="extended", allowed_paths=f"{directory}/run") as assistant:
        assert (
            "ALCF_MCP_ALLOWED_PATHS" in (await assistant.call(tool, **below(directory, OUTSIDE[tool]))).text
        )
    assert not [seen for seen in local.faults.requests if seen.method != "GET"]
