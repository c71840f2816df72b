"""The other side of the matrix: arguments that look harmless × the user's settings × both eras.

These tests count the requests that change something and reach the facility: none if the user must be asked
and is not, and none beyond a limit, whatever the answer.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import ElicitResult

from alcf_mcp.local import LocalFacility
from alcf_mcp.local.settings import Profile
from tests.conftest import DECLINE, Assistant, Connect, Era, agree
from tests.guard.test_matrix import sent

HERE = "/eagle/LocalDemo/here"
FILE = f"{HERE}/precious.txt"
CHEAP: dict[str, Any] = {
    "resource": "polaris",
    "script": "true",
    "account": "LocalDemo",
    "queue": "debug",
    "directory": HERE,
}
BLANKS: tuple[Any, ...] = ("", " ", "\n", "\u00a0", "\u200b", None, [])

COSTLY: list[dict[str, Any]] = [
    *({"nodes": 100, "walltime": blank} for blank in BLANKS),
    *({"nodes": blank, "walltime": "72h", "queue": "preemptable"} for blank in BLANKS),
    {"nodes": 17},
    {"nodes": "17"},
    {"walltime": 9 * 3600},
    {"walltime": " 9h "},
    {"walltime": "09:00:00", "confirmation": " "},
]
"""More than eight node hours, however inconspicuously requested."""

REPLACING: list[dict[str, Any]] = [
    {"stdout_path": FILE},
    {"stderr_path": FILE},
    {"stdout_path": f"{HERE}/new.txt", "stderr_path": FILE},
    {"stdout_path": FILE, "directory": ""},
    {"stdout_path": f" {FILE} "},
    {"stdout_path": f"{HERE}//precious.txt/"},
    {"stdout_path": f"/lus{FILE}"},
    {"stdout_path": f"{HERE}/noending"},
    {"directory": f"{HERE}/noending"},
    {"stdout_path": f"{HERE}/link.txt"},
    {"stdout_path": f"{HERE}/of_a_waiting_job.txt"},
    {"stderr_path": f"/lus{HERE}/of_a_waiting_job.txt"},
]
"""Output to a place where something already is, or will be."""

UNKNOWN: list[dict[str, Any]] = [
    {"custom_attributes": {"frobnicate": "1"}},
    {"custom_attributes": {"place": "scatter", "FrobNicate": "1"}},
]

SMUGGLED = [
    *("Account_Name", "account", "ACCOUNT", "project", "group_list", "queue", "destination", "q", "A", "P"),
    *("walltime", "WallTime", "soft_walltime", "min_walltime", "max_walltime", "cput", "Execution_Time", "a"),
    *("select", "nodes", "nodect", "ncpus", "mpiprocs", "mppwidth", "mppnppn", "chunk", "vnode", "host", "l"),
    *("J", "array_indices_submitted", "array_range", "max_run_subjobs", "Rerunable", "r"),
    *("Hold_Types", "h", "depend", "W", "block", "interactive", "I", "reserve_start", "resv_nodes"),
    *(
        "Resource_List",
        "resources_used",
        "Output_Path",
        "Error_Path",
        "o",
        "e",
        "stageout",
        "Variable_List",
        "v",
    ),
    *("mem", "Job_Name", "N", "priority", "Shell_Path_List", "S", "exec_vnode", "schedselect"),
]
ODD_VALUES = [
    "scatter ",
    "a b",
    "a\tb",
    "a\nb",
    "a,walltime=99:00:00",
    "",
    " ",
    "\u00a0",
    "a\u200b",
    'a"b',
    "a\\n",
]
ODD_NAMES = ["Resource_List.select", "place=x", "pl ace", "place,nodes", "", " place", "plac\u00e9"]

REFUSED: list[dict[str, Any]] = [
    *({"custom_attributes": {name: "9"}} for name in SMUGGLED),
    *({"custom_attributes": {"place": value}} for value in ODD_VALUES),
    *({"custom_attributes": {name: "1"}} for name in ODD_NAMES),
    {"filesystems": ["home,walltime=99:00:00"]},
    {"filesystems": ["home", "eagle select=400"]},
    {"account": "LocalDemo,queue=prod"},
    {"queue": "debug@elsewhere"},
    {"name": "two words"},
    {"name": "x" * 231},
    {"walltime": True},
    {"walltime": 0},
    {"walltime": -5},
]


@dataclass
class Scene:
    """A directory with a file, a link to it, and a waiting job that will write there."""

    waiting: str
    tree: Path


@pytest.fixture
async def scene(connect: Connect, local: LocalFacility) -> Scene:
    async with connect(confirm="off") as setup:
        await setup.do("make_directory", path=HERE)
        there = local.tree.locate(HERE)
        for name in ("precious.txt", "noending"):
            (there / name).write_text("years of work")
        (there / "link.txt").symlink_to("precious.txt")
        held = CHEAP | {"name": "held", "stdout_path": f"{HERE}/of_a_waiting_job.txt"}
        waiting = (await setup.do("submit_job", **held))["job_id"]
    local.faults.requests.clear()
    return Scene(waiting, there)


def test_every_kind_has_its_cases() -> None:
    assert all((COSTLY, REPLACING, UNKNOWN, REFUSED))


@pytest.mark.parametrize("kind", [COSTLY, REPLACING, UNKNOWN], ids=["costly", "replacing", "unknown"])
@pytest.mark.parametrize(
    ("policy", "outcome"), [("ask", "confirmation_required"), ("human", "approval_required")]
)
async def test_what_costs_or_replaces_something_waits_for_a_person(
    connect: Connect,
    local: LocalFacility,
    scene: Scene,
    era: Era,
    policy: str,
    outcome: str,
    kind: list[dict[str, Any]],
) -> None:
    async with connect(era=era, confirm=policy) as cannot_ask:
        for more in kind:
            answered = await cannot_ask.do("submit_job", **CHEAP | more)
            assert answered.get("outcome") == outcome, more
    assert sent(local) == 0


@pytest.mark.parametrize("kind", [COSTLY, REPLACING, UNKNOWN], ids=["costly", "replacing", "unknown"])
async def test_what_costs_or_replaces_something_is_asked_about(
    connect: Connect, local: LocalFacility, scene: Scene, era: Era, kind: list[dict[str, Any]]
) -> None:
    async with connect(era=era, answer=agree) as asked:
        for number, more in enumerate(kind, 1):
            await asked.call("submit_job", **CHEAP | more, name=f"held-{number}")
            assert (len(asked.questions), sent(local)) == (number, number), more


async def test_what_would_pass_under_another_name_is_refused_whatever_is_set(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    async with connect(confirm="off") as unasked:
        for more in REFUSED:
            refused = await unasked.call("submit_job", **CHEAP | more)
            assert refused.is_error, more
            assert refused.error["next_step"]
            assert (await unasked.call("update_job", job_id=scene.waiting, **more)).is_error, more
    assert sent(local) == 0


@pytest.mark.parametrize("attributes", [{"place": "scatter:excl"}, {"singularity_fakeroot": "true"}, {}])
async def test_known_resources_pass_unasked(
    connect: Connect, local: LocalFacility, scene: Scene, attributes: dict[str, str]
) -> None:
    async with connect(answer=agree, max_nodes=2) as assistant:
        await assistant.do("submit_job", **CHEAP, custom_attributes=attributes | {"filesystems": "eagle"})
        assert assistant.questions == []
    assert sent(local) == 1


OUTSIDE = ("/eagle/LocalDemo", "/eagle/LocalDemo/x.txt", "/home/ada/x", f"{HERE}x", f"/lus{HERE}x/y")
BLANK_WALLTIME: list[dict[str, Any]] = [{"nodes": 100, "walltime": blank} for blank in BLANKS]


@pytest.mark.parametrize(
    ("setting", "limit", "cases"),
    [
        ("max_node_hours_per_day", 10, [*BLANK_WALLTIME, *UNKNOWN]),
        ("max_node_hours", 10, [*BLANK_WALLTIME, *UNKNOWN]),
        ("max_walltime", "10m", [*({"walltime": blank} for blank in BLANKS), *UNKNOWN]),
        ("max_nodes", 4, [{"nodes": 5}, *UNKNOWN]),
        ("allowed_accounts", "LocalDemo", UNKNOWN),
        ("allowed_accounts", "Other", [{"account": " LocalDemo "}, {"account": "LocalDemo"}]),
        (
            "allowed_paths",
            HERE,
            [
                *(
                    {argument: path}
                    for argument in ("stdout_path", "stderr_path", "directory")
                    for path in OUTSIDE
                ),
                *UNKNOWN,
            ],
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
async def test_no_argument_passes_a_limit(
    connect: Connect,
    local: LocalFacility,
    scene: Scene,
    setting: str,
    limit: Any,
    cases: list[dict[str, Any]],
) -> None:
    for policy in ("ask", "off"):
        async with connect(confirm=policy, answer=agree, **{setting: limit}) as assistant:
            for more in cases:
                refused = await assistant.call("submit_job", **CHEAP | more)
                assert refused.is_error, more
                assert f"ALCF_MCP_{setting.upper()}" in refused.error["message"], more
            assert assistant.questions == []
    assert sent(local) == 0


@pytest.mark.parametrize("directory", [HERE, f"/lus{HERE}", f"{HERE}/"])
async def test_what_lies_in_an_allowed_directory_under_either_name_is_allowed(
    connect: Connect, local: LocalFacility, scene: Scene, directory: str
) -> None:
    async with connect(confirm="off", allowed_paths=directory) as assistant:
        await assistant.do("submit_job", **CHEAP, stdout_path=f"/lus{HERE}/new.txt", stderr_path=HERE)
        await assistant.do("chmod", path=f"/lus{FILE}", mode="600")
        await assistant.do("make_directory", path=f"{HERE}/inside")
    assert sent(local) == 2


@pytest.mark.parametrize("profile", ["full"])
@pytest.mark.parametrize("path", [HERE, f"/lus{HERE}", f"{HERE}/", "/eagle/LocalDemo"])
async def test_an_allowed_directory_itself_is_not_removed_moved_or_handed_on(
    connect: Connect, local: LocalFacility, scene: Scene, profile: Profile, path: str
) -> None:
    calls: dict[str, dict[str, Any]] = {
        "remove_path": {"path": path},
        "move_path": {"path": path, "target_path": f"{HERE}/below"},
        "chown": {"path": path, "group": "daemon"},
        "chmod": {"path": path, "mode": "777"},
    }
    async with connect(confirm="off", allowed_paths=HERE, toolsets="extended") as assistant:
        for tool, arguments in calls.items():
            refused = await assistant.call(tool, **arguments)
            assert refused.is_error, tool
            assert "ALCF_MCP_ALLOWED_PATHS" in refused.text or "lies within it" in refused.text
    assert sent(local) == 0
    assert scene.tree.joinpath("precious.txt").read_text() == "years of work"


@pytest.mark.parametrize("profile", ["alcf", "full"])
async def test_what_is_replaced_is_shown_in_a_dry_run_too(
    connect: Connect, local: LocalFacility, scene: Scene, profile: Profile
) -> None:
    async with connect(answer=agree) as assistant:
        dry = await assistant.do("submit_job", **CHEAP, stdout_path=FILE, dry_run=True)
        assert any(f"{FILE} (a file of 13 bytes" in note for note in dry["notes"])
        assert assistant.questions == []
        await assistant.do("submit_job", **CHEAP, stdout_path=FILE)
        assert f"{FILE} (a file of 13 bytes" in assistant.questions[0]
        await assistant.do("submit_job", **CHEAP, stdout_path=f"{HERE}/of_a_waiting_job.txt")
        assert f"Job {scene.waiting} writes to" in assistant.questions[1]
    assert sent(local) == 2


async def test_an_update_shows_what_its_output_would_replace(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    async with connect(answer=agree) as assistant:
        await assistant.do("update_job", job_id=scene.waiting, stderr_path=FILE)
        own = f"{HERE}/of_a_waiting_job.txt"
        await assistant.do("update_job", job_id=scene.waiting, stdout_path=own, name="held-too")
    assert f"{FILE} (a file of 13 bytes" in assistant.questions[0]
    assert "writes to" not in assistant.questions[1], "it is its own"


@pytest.mark.parametrize("argument", ["stdout_path", "stderr_path", "directory"])
async def test_an_update_keeps_within_the_allowed_paths(
    connect: Connect, local: LocalFacility, scene: Scene, argument: str
) -> None:
    async with connect(confirm="off", allowed_paths=HERE) as assistant:
        refused = await assistant.call("update_job", job_id=scene.waiting, **{argument: "/home/ada/x"})
        assert "ALCF_MCP_ALLOWED_PATHS" in refused.error["message"]
    assert sent(local) == 0


async def test_an_update_of_a_job_of_unknown_walltime_counts_as_the_longest(
    connect: Connect, local: LocalFacility, scene: Scene, tmp_path: Path
) -> None:
    async with connect(
        confirm="off", state_dir=tmp_path / "elsewhere", max_node_hours_per_day=100
    ) as assistant:
        refused = await assistant.call("update_job", job_id=scene.waiting, nodes=1, name="renamed")
        assert "ALCF_MCP_MAX_NODE_HOURS_PER_DAY" in refused.error["message"]
    assert sent(local) == 0


async def test_a_file_in_the_place_of_a_directory_that_jobs_used_is_seen(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    async with connect(answer=agree) as assistant:
        call = CHEAP | {"directory": f"{HERE}/run"}
        await assistant.do("wait_for_job", job_id=(await assistant.do("submit_job", **call))["job_id"])
        shutil.rmtree(scene.tree / "run")
        (scene.tree / "run").write_text("years of work")
        await assistant.call("submit_job", **CHEAP, stdout_path=f"{HERE}/run")
    assert f"{HERE}/run (a file of 13 bytes" in assistant.questions[0]


@pytest.mark.parametrize("profile", ["full"])
async def test_however_long_a_path_is_what_it_replaces_is_shown_and_bound(
    connect: Connect, local: LocalFacility, scene: Scene, profile: Profile
) -> None:
    deep = f"{HERE}/" + "/".join(["a" * 200] * 6)
    there = local.tree.locate(deep)
    there.mkdir(parents=True)
    (there / "precious.txt").write_text("years of work")

    def slowly(question: str, form: dict[str, Any]) -> ElicitResult:
        (there / "precious.txt").write_text("other")
        return agree(question, form) if len(assistant.questions) == 1 else DECLINE

    async with connect(answer=slowly, toolsets="extended", era="legacy") as assistant:
        written = await assistant.call("upload_file", path=f"{deep}/precious.txt", content="gone")
    assert written.facts["outcome"] == "facts_changed"
    assert "precious.txt: a file of 13 B" in assistant.questions[0]
    assert (there / "precious.txt").read_text() == "other"


async def test_a_file_of_about_the_same_size_is_not_removed_in_its_place(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    large = scene.tree / "large"
    large.write_text("x" * 1234)

    def slowly(question: str, form: dict[str, Any]) -> ElicitResult:
        large.write_text("y" * 1236)
        return agree(question, form)

    async with connect(answer=slowly, era="legacy") as assistant:
        removed = await assistant.call("remove_path", path=f"{HERE}/large")
    assert removed.facts["outcome"] == "facts_changed"
    assert large.exists()


async def test_no_parent_is_made_outside_an_allowed_directory(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    team = "/eagle/LocalDemo/team"
    async with connect(confirm="off", allowed_paths=f"{team}/mine") as assistant:
        refused = await assistant.call("make_directory", path=f"{team}/mine/x", parents=True)
        assert "ALCF_MCP_ALLOWED_PATHS" in refused.error["message"]
        refused = await assistant.call("submit_job", **CHEAP | {"directory": f"{team}/mine/y"})
        assert "ALCF_MCP_ALLOWED_PATHS" in refused.error["message"]
    assert not local.tree.locate(team).exists()
    assert sent(local) == 0


async def test_updates_at_once_do_not_add_up_beyond_a_limit(
    connect: Connect, local: LocalFacility, scene: Scene, era: Era
) -> None:
    """Each is within it; both together would not be."""
    async with connect(era=era, confirm="off", max_node_hours=2) as assistant:
        held = CHEAP | {"name": "held-small", "walltime": "15m", "queue": "preemptable"}
        job_id = (await assistant.do("submit_job", **held))["job_id"]
        async with anyio.create_task_group() as group:
            for change in ({"walltime": "2h"}, {"nodes": 8}):
                group.start_soon(partial(assistant.call, "update_job", job_id=job_id, **change))
        report = await assistant.do("get_job", job_id=job_id)
    assert (report["nodes"], report["walltime"]) in ((1, "2 h"), (8, "15 min"), (1, "15 min"))


async def test_jobs_at_once_do_not_write_to_one_file(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    async with connect(confirm="off") as assistant:
        answers = []

        async def submit() -> None:
            answers.append(await assistant.call("submit_job", **CHEAP, stdout_path=f"{HERE}/one.txt"))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(submit)
    assert sum(not answered.is_error for answered in answers) == sent(local) == 1


@pytest.mark.parametrize("more", ["job's own file", "both to one", "both under two names"])
async def test_outputs_that_collide_are_asked_about(
    connect: Connect, local: LocalFacility, scene: Scene, more: str
) -> None:
    one = f"{HERE}/both.txt"
    async with connect(answer=agree) as assistant:
        other = (await assistant.do("submit_job", **CHEAP, name="held-other"))["job_id"]
        paths = {
            "job's own file": {"stdout_path": f"{HERE}/{other}.OU"},
            "both to one": {"stdout_path": one, "stderr_path": one},
            "both under two names": {"stdout_path": one, "stderr_path": f"/lus{one}"},
        }[more]
        await assistant.do("submit_job", **CHEAP, **paths)
    assert "lost" in assistant.questions[0]


async def test_an_answer_counts_for_the_directory_that_was_shown(
    connect: Connect, local: LocalFacility, scene: Scene, era: Era
) -> None:
    """What is filled in from the last job may change between question and answer."""
    costly = {"script": "rm -rf ./*", "walltime": "10h", "queue": "preemptable", "account": "LocalDemo"}
    async with connect(era=era) as assistant:
        await assistant.do("submit_job", **CHEAP, name="held-1")
        preview = await assistant.call("submit_job", resource="polaris", **costly)
        assert f"in {HERE}" in preview.text
        assert "rm -rf ./*" in preview.text
        await assistant.do("submit_job", **CHEAP | {"directory": "/eagle/LocalDemo"}, name="held-2")
        code = preview.facts["confirmation"]
        late = await assistant.call("submit_job", resource="polaris", **costly, confirmation=code)
        assert late.facts["outcome"] == "code_refused"


async def test_the_directory_of_an_update_is_made_or_said_to_be_missing(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    async with connect(answer=agree) as assistant:
        await assistant.do("update_job", job_id=scene.waiting, stdout_path=f"{HERE}/nodir/x.out")
    assert f"The directory {HERE}/nodir does not exist and will be made." in assistant.questions[0]
    assert local.tree.locate(f"{HERE}/nodir").is_dir()


@pytest.mark.parametrize("limit", [{"allowed_accounts": "Other"}, {"allowed_paths": HERE}])
async def test_a_job_of_which_nothing_is_known_here_keeps_within_limits(
    connect: Connect, local: LocalFacility, scene: Scene, tmp_path: Path, limit: dict[str, Any]
) -> None:
    async with connect(confirm="off", state_dir=tmp_path / "elsewhere", **limit) as assistant:
        refused = await assistant.call("update_job", job_id=scene.waiting, nodes=2, walltime="1h")
        assert "is not known here" in refused.error["message"]
    assert sent(local) == 0


async def test_a_question_shows_what_changes_however_long_the_script_is(
    connect: Connect, local: LocalFacility, scene: Scene
) -> None:
    script = "".join(f"echo 'line {number}'\n" for number in range(500))
    async with connect(answer=agree) as assistant:
        changes = {"script": script, "name": "held-else", "stdout_path": f"{HERE}/else.txt"}
        await assistant.do("update_job", job_id=scene.waiting, **changes)
        await assistant.do("submit_job", **CHEAP, custom_attributes={"frobnicate": "value"}, name="held-x")
        same = await assistant.call("update_job", job_id=scene.waiting, name="held-else")
    update, submit = assistant.questions
    assert all(
        shown in update for shown in ("name held-else", "else.txt", "echo 'line 0'", "500 lines in all")
    )
    assert "frobnicate=value" in submit
    assert same.facts["outcome"] == "nothing_to_do"


async def test_what_could_not_be_looked_up_is_asked_about(
    connect: Connect, local: LocalFacility, scene: Scene, assistant: Assistant
) -> None:
    from alcf_mcp.local import Fault  # noqa: PLC0415

    local.faults.add(Fault(path="/filesystem/view", status=501, body={"detail": "not here"}, times=None))
    await assistant.do("submit_job", **CHEAP, stdout_path=f"{HERE}/new.txt")
    assert "could not be looked up" in assistant.questions[0]
