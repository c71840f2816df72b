"""What is sent, recorded and refused when something is put at a path, or changed there."""

from __future__ import annotations

import getpass
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from alcf_mcp.facility import Facility
from alcf_mcp.facility.changes.intents import Intent, PathIntent, PlaceIntent, TaskIntent, read_intent
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall, IRIError, LookAt
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant
from tests.facility.changes.test_lost_answers import JOB

HERE = RemotePath("/eagle/LocalDemo")
FILE, DIRECTORY, NEW = HERE / "file.txt", HERE / "directory", HERE / "new"

pytestmark = pytest.mark.parametrize("profile", ["full"])

Put = Callable[[Facility], Awaitable[object]]


@pytest.fixture
def there(local: LocalFacility) -> Path:
    """A project's directory with a file, and a directory with two more."""
    place = local.tree.locate(HERE)
    (place / "file.txt").write_text("content")
    (place / "directory").mkdir()
    for name in ("a.log", "b.txt"):
        (place / "directory" / name).write_text(name)
    return place


async def recorded(facility: Facility, local: LocalFacility, journal: Journal, put: Put) -> Intent:
    """The intent that the journal keeps of a change whose answer is lost before it is carried out."""
    local.faults.add(Fault(path="/filesystem/(cp|mv|symlink|compress|extract|upload|chown)", drop=True))
    with pytest.raises(IRIError):
        await put(facility)
    (action,) = await journal.actions.left_open("http://local/api/v1")
    return read_intent(action.intent or "")


@pytest.mark.parametrize(
    ("put", "intent"),
    [
        (lambda f: f.placements.copy(FILE, NEW), PlaceIntent(kind="cp", path=NEW, source=FILE)),
        (lambda f: f.placements.move(FILE, NEW), PlaceIntent(kind="mv", path=NEW, source=FILE)),
        (lambda f: f.placements.symlink(FILE, NEW), PlaceIntent(kind="symlink", path=NEW, source=FILE)),
        (
            lambda f: f.placements.compress(FILE, HERE / "new.tar"),
            PlaceIntent(kind="compress", path=HERE / "new.tar", source=FILE),
        ),
        (lambda f: f.placements.upload(NEW, b"x"), PlaceIntent(kind="upload", path=NEW)),
    ],
)
async def test_the_journal_keeps_what_was_to_be_put_where(
    facility: Facility, local: LocalFacility, journal: Journal, there: Path, put: Put, intent: PlaceIntent
) -> None:
    """And that nothing was there: what is found there later came of it."""
    found = await recorded(facility, local, journal, put)
    assert found == intent.model_copy(update={"was_free": True})


async def test_the_journal_keeps_what_was_to_be_unpacked(
    facility: Facility, local: LocalFacility, journal: Journal, there: Path
) -> None:
    archive = await facility.placements.compress(DIRECTORY, HERE / "a.tgz")
    intent = await recorded(facility, local, journal, lambda f: f.placements.extract(archive.path, DIRECTORY))
    assert intent == PlaceIntent(kind="extract", path=DIRECTORY, source=archive.path, was_free=False)


async def test_an_archive_holds_what_matches(facility: Facility, there: Path) -> None:
    (there / "directory" / "link.log").symlink_to("a.log")
    await facility.placements.compress(DIRECTORY, HERE / "all.tar")
    await facility.placements.compress(DIRECTORY, HERE / "logs.tar", match_pattern=r"a\.log$")
    await facility.placements.compress(DIRECTORY, HERE / "followed.tar", dereference=True)
    with tarfile.open(there / "all.tar") as archive:
        assert {Path(name).name for name in archive.getnames()} >= {"a.log", "b.txt", "link.log"}
        assert any(member.issym() for member in archive)
    with tarfile.open(there / "logs.tar") as archive:
        assert {Path(member.name).name for member in archive if member.isfile()} == {"a.log"}
    with tarfile.open(there / "followed.tar") as archive:
        assert not any(member.issym() for member in archive)


async def test_a_change_uses_what_the_call_last_saw(
    facility: Facility, local: LocalFacility, there: Path
) -> None:
    """The user was asked about just that."""
    await facility.placements.look_at_copy(FILE, NEW)
    looked = local.faults.count("GET", "/filesystem/stat/")
    target = await facility.placements.copy(FILE, NEW)
    assert local.faults.count("GET", "/filesystem/stat/") == looked
    assert (target.path, (there / "new").read_text()) == (NEW, "content")


@pytest.mark.parametrize(
    ("put", "said", "hint"),
    [
        (
            lambda f: f.placements.symlink(FILE, DIRECTORY),
            "'/eagle/LocalDemo/directory' already exists",
            "Give the link another path.",
        ),
        (
            lambda f: f.placements.copy(DIRECTORY, FILE),
            "'/eagle/LocalDemo/file.txt' is a file; a directory can't take its place",
            "Name another target.",
        ),
        (
            lambda f: f.placements.copy(DIRECTORY, DIRECTORY / "x"),
            "'/eagle/LocalDemo/directory/x' is '/eagle/LocalDemo/directory' itself, or lies within it",
            "Name another target.",
        ),
        (
            lambda f: f.placements.compress(FILE, DIRECTORY, compression="none"),
            "'/eagle/LocalDemo/directory' is a directory",
            "Name a file in it.",
        ),
        (
            lambda f: f.placements.compress(DIRECTORY, DIRECTORY / "b.txt", compression="none"),
            "'/eagle/LocalDemo/directory/b.txt' is, or lies in, what is to be packed",
            "Give the archive another path.",
        ),
        (
            lambda f: f.placements.extract(DIRECTORY / "b.txt", FILE, compression="none"),
            "'/eagle/LocalDemo/file.txt' exists and is not a directory",
            "Name a directory.",
        ),
        (
            lambda f: f.placements.copy(FILE, RemotePath("/home/ada/x")),
            "'/eagle/LocalDemo/file.txt' and '/home/ada/x' lie on different filesystems",
            "The facility does this only within one; use cp in a job script to copy between them.",
        ),
    ],
)
async def test_what_can_not_be_put_there_is_refused_with_what_can(
    facility: Facility, there: Path, put: Put, said: str, hint: str
) -> None:
    with pytest.raises(InvalidCall) as refused:
        await put(facility)
    assert (str(refused.value), refused.value.hint) == (said, hint)


async def test_what_is_not_there_is_looked_for_in_its_directory(facility: Facility, there: Path) -> None:
    with pytest.raises(InvalidCall, match="There is no '/eagle/LocalDemo/new'") as refused:
        await facility.placements.copy(NEW, HERE / "newer")
    assert refused.value.look_at == LookAt("directory", HERE)


async def test_an_owner_is_changed_and_the_entry_returned(facility: Facility, there: Path) -> None:
    me, group = getpass.getuser(), there.group()
    for asked in ({"owner": me}, {"group": group}, {"owner": me, "group": group}):
        entry = await facility.file_actions.chown(FILE, **asked)
        assert entry is not None
        assert (entry.user, entry.group) == (me, group)
    with pytest.raises(InvalidCall, match="Neither an owner nor a group"):
        await facility.file_actions.chown(FILE)


async def test_the_journal_keeps_whose_it_was(
    facility: Facility, local: LocalFacility, journal: Journal, there: Path
) -> None:
    me, group = getpass.getuser(), there.group()
    intent = await recorded(
        facility, local, journal, lambda f: f.file_actions.chown(FILE, owner=me, group="daemon")
    )
    assert isinstance(intent, PathIntent)
    assert (intent.kind, intent.path, intent.owner, intent.group) == ("chown", FILE, me, "daemon")
    assert intent.before is not None
    assert (intent.before.user, intent.before.group) == (me, group)


async def test_what_is_removed_is_gone_and_the_facility_says_so(facility: Facility, there: Path) -> None:
    reply = await facility.file_actions.rm(FILE)
    assert reply == f"File {FILE} removed."
    assert not (there / "file.txt").exists()


async def test_what_is_gone_after_a_lost_answer_has_no_words_of_the_facility(
    facility: Facility, local: LocalFacility, there: Path
) -> None:
    local.faults.add(Fault(method="DELETE", path="/filesystem/rm/", drop=True, after=True))
    assert await facility.file_actions.rm(FILE) == ""
    (remark,) = facility.remarks
    assert remark.startswith("The answer was lost")


async def test_a_job_whose_output_directory_can_t_be_made_is_not_sent(
    local: LocalFacility, assistant: Assistant, there: Path
) -> None:
    refused = await assistant.call("submit_job", **JOB, stdout_path=f"{FILE}/below/out.txt")
    assert "Make it first, or name another directory, and submit the job again." in refused.text
    assert local.faults.count("POST", "/compute/job/") == 0


async def test_what_the_facility_says_to_a_cancellation_is_told(
    facility: Facility, local: LocalFacility
) -> None:
    said = Fault(
        method="DELETE", path="/task/", status=200, body='"asked to stop"', content_type="application/json"
    )
    local.faults.add(said)
    assert await facility.task_actions.cancel("t") == "asked to stop"


async def test_a_task_is_asked_to_stop_and_the_journal_keeps_which(
    facility: Facility, journal: Journal, local: LocalFacility
) -> None:
    local.faults.add(Fault(method="DELETE", path="/task/", drop=True))
    with pytest.raises(IRIError):
        await facility.task_actions.cancel("t")
    (action,) = await journal.actions.left_open("http://local/api/v1")
    assert read_intent(action.intent or "") == TaskIntent(task_id="t")
