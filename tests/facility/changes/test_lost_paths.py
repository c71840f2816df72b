"""What a path proves about a change whose answer was lost."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.facility import Facility
from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
from alcf_mcp.facility.changes.lost_paths import CLOCKS_DIFFER, find_path_change, find_placed
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import LookAt
from alcf_mcp.iri.models import File
from alcf_mcp.local import LocalFacility

HERE = RemotePath("/eagle/LocalDemo")
IT, SOURCE = HERE / "it", HERE / "source"
OF_THE_WHOLE_STANDARD = pytest.mark.parametrize("profile", ["full"])
PARENT = LookAt("directory", HERE)
BEGAN = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.fixture
def there(local: LocalFacility) -> Path:
    """Where the path is on this machine."""
    return local.tree.locate(IT)


async def found(facility: Facility, kind: Any, **intended: Any) -> Finding:
    return await find_path_change(facility.files, PathIntent(kind=kind, path=IT, **intended), BEGAN)


def unknown(detail: str) -> Finding:
    return Finding("unknown", detail, look_at=PARENT)


def entry(**known: Any) -> File:
    return File(name="it", type="directory", **known)


@pytest.mark.parametrize("mode", ["700", "0700"])
async def test_a_mode_that_was_another_before_was_changed(facility: Facility, there: Path, mode: str) -> None:
    there.mkdir()
    there.chmod(0o700)
    finding = await found(facility, "chmod", mode=mode, before=entry(permissions="drwxr-xr-x"))
    assert (finding.outcome, finding.detail) == ("done", "its mode is rwx------ (700)")
    assert finding.value.name == "it"


@pytest.mark.parametrize("before", [None, entry(permissions="drwx------"), entry(permissions="?")])
async def test_a_mode_that_may_have_been_the_same_proves_nothing(
    facility: Facility, there: Path, before: File | None
) -> None:
    there.mkdir()
    there.chmod(0o700)
    finding = await found(facility, "chmod", mode="700", before=before)
    assert finding == unknown(f"the mode of {IT} is rwx------ (700)")


async def test_another_mode_proves_nothing_yet(facility: Facility, there: Path) -> None:
    there.mkdir()
    there.chmod(0o750)
    finding = await found(facility, "chmod", mode="700", before=entry(permissions="drwxr-xr-x"))
    assert finding == unknown(f"the mode of {IT} is rwxr-x--- (750)")


async def test_a_link_in_its_place_can_t_be_seen(facility: Facility, there: Path) -> None:
    there.symlink_to("elsewhere")
    assert await found(facility, "mkdir") == unknown(f"{IT} could not be checked")


@pytest.mark.parametrize("kind", ["chmod", "chown"])
async def test_what_is_not_there_could_not_be_checked(facility: Facility, kind: str) -> None:
    finding = await found(facility, kind, mode="700", owner="ada")
    assert finding == unknown(f"{IT} could not be checked")


async def test_an_owner_that_was_another_before_was_changed(facility: Facility, there: Path) -> None:
    there.mkdir()
    me, group = getpass.getuser(), there.group()
    for asked in ({"owner": me}, {"group": group}, {"owner": me, "group": group}):
        was = entry(user="other", group="others")
        finding = await found(facility, "chown", before=was, **asked)
        assert (finding.outcome, finding.detail) == ("done", f"it belongs to {me}:{group}")
        assert finding.value.user == me


async def test_an_owner_that_may_have_been_the_same_proves_nothing(facility: Facility, there: Path) -> None:
    there.mkdir()
    me, group = getpass.getuser(), there.group()
    same, other = entry(user=me, group=group), entry(user="other", group="others")
    cases: list[tuple[dict[str, str], File | None]] = [
        ({"owner": me}, None),
        ({"owner": me}, same),
        ({"owner": "other"}, other),
        ({"owner": "nobody-else", "group": group}, other),
        ({"owner": me, "group": "no-other"}, other),
    ]
    for asked, before in cases:
        finding = await found(facility, "chown", before=before, **asked)
        assert finding == unknown(f"{IT} belongs to {me}:{group}"), asked


async def test_what_was_seen_before_and_is_gone_was_removed(facility: Facility) -> None:
    assert await found(facility, "rm", before=entry()) == Finding("done", f"{IT} is gone")
    assert await found(facility, "rm") == unknown(f"{IT} can't be seen")


async def test_what_is_still_there_may_yet_be_removed(facility: Facility, there: Path) -> None:
    there.mkdir()
    assert await found(facility, "rm", before=entry()) == unknown(f"{IT} still exists")


def made_at(place: Path, moment: datetime) -> None:
    os.utime(place, (moment.timestamp(), moment.timestamp()))


async def test_an_empty_directory_as_young_as_the_request_was_made(facility: Facility, there: Path) -> None:
    there.mkdir()
    made_at(there, BEGAN - CLOCKS_DIFFER)
    assert await found(facility, "mkdir") == Finding("done", f"{IT} exists and is new")


async def test_any_other_directory_may_have_been_there(facility: Facility, there: Path) -> None:
    may_be_old = unknown(f"{IT} exists, but it may have existed before")
    there.mkdir()
    made_at(there, BEGAN - CLOCKS_DIFFER - timedelta(seconds=1))
    assert await found(facility, "mkdir") == may_be_old
    (there / ".hidden").touch()
    made_at(there, BEGAN)
    assert await found(facility, "mkdir") == may_be_old


async def test_a_file_in_its_place_was_not_made(facility: Facility, there: Path) -> None:
    there.touch()
    made_at(there, BEGAN)
    finding = await found(facility, "mkdir")
    assert finding == unknown(f"{IT} exists, but it may have existed before")


async def test_a_directory_that_is_not_there_may_yet_be_made(facility: Facility) -> None:
    assert await found(facility, "mkdir") == unknown(f"{IT} does not exist so far")


async def test_the_root_of_a_filesystem_is_looked_at_itself(facility: Facility) -> None:
    root = RemotePath("/eagle")
    finding = await find_path_change(facility.files, PathIntent(kind="rm", path=root), BEGAN)
    assert finding.look_at == LookAt("directory", root)


async def placed(facility: Facility, kind: Any, **intended: Any) -> Finding:
    intent = PlaceIntent(kind=kind, path=IT, **({"source": SOURCE, "was_free": True} | intended))
    return await find_placed(facility.files, intent)


@OF_THE_WHOLE_STANDARD
async def test_what_was_to_be_put_there_may_yet_arrive(facility: Facility) -> None:
    assert await placed(facility, "cp") == unknown(f"{IT} does not exist so far")


@OF_THE_WHOLE_STANDARD
async def test_what_was_there_before_proves_nothing(facility: Facility, there: Path) -> None:
    there.touch()
    assert await placed(facility, "mv", was_free=False) == unknown(f"{IT} exists, but it did before")


@OF_THE_WHOLE_STANDARD
async def test_a_move_is_done_once_its_source_is_gone(
    facility: Facility, local: LocalFacility, there: Path
) -> None:
    there.touch()
    done = Finding("done", f"{IT} exists, is new, and {SOURCE} is gone")
    assert await placed(facility, "mv") == done
    incomplete = unknown(f"{IT} exists, but it may be incomplete")
    assert await placed(facility, "cp") == incomplete, "a copy takes time, and its source may be removed"
    assert await placed(facility, "upload", source=None) == incomplete
    assert await placed(facility, "mv", source=None) == incomplete
    local.tree.locate(SOURCE).touch()
    assert await placed(facility, "mv") == incomplete


@OF_THE_WHOLE_STANDARD
async def test_a_link_is_done_once_it_points_there(facility: Facility) -> None:
    await facility.placements.symlink(SOURCE, IT)
    done = Finding("done", f"{IT} exists, is new, and points to {SOURCE}")
    assert await placed(facility, "symlink") == done
    not_known = unknown(f"{IT} exists, but where it points to is not known")
    assert await placed(facility, "symlink", source=HERE / "elsewhere") == not_known
