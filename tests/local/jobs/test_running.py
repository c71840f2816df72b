"""Jobs as real processes: what they find, how they end, and where their output goes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alcf_mcp.local.catalog import POLARIS
from alcf_mcp.local.facility import ConfinementUnavailable, LocalFacility
from alcf_mcp.local.jobs.sandbox import find_sandbox
from alcf_mcp.local.settings import LocalSettings
from alcf_mcp.local.tree import Tree
from tests.local.conftest import PROJECT, Api, OpenApi


def _bubblewrap_works(tmp_path: Path) -> bool:
    tree = Tree(tmp_path / "tree", "ada")
    tree.create()
    return find_sandbox(tree, tmp_path / "etc")[0] is not None


@pytest.fixture(params=[False, True], ids=["open", "confined"])
async def either(
    request: pytest.FixtureRequest, open_api: OpenApi, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    """A facility with and without confinement."""
    if request.param and not _bubblewrap_works(tmp_path_factory.mktemp("probe")):
        pytest.skip("bubblewrap does not work here")
    async with open_api(confine=request.param) as api:
        yield api


@pytest.fixture
async def confined(open_api: OpenApi, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """A facility that confines its jobs."""
    if not _bubblewrap_works(tmp_path_factory.mktemp("probe")):
        pytest.skip("bubblewrap does not work here")
    async with open_api(confine=True) as api:
        yield api


async def test_a_job_runs_on_two_nodes(either: Api) -> None:
    script = (
        "cat $PBS_NODEFILE; mpiexec -n 4 --ppn 2 bash -c 'echo $PMI_RANK/$PMI_SIZE $PALS_HOST'; echo $PWD"
    )
    job_id = await either.submit(script, nodes=2)
    assert job_id == "1001.polaris-pbs-01.local"
    lines = (await either.stdout(job_id)).splitlines()
    assert lines[:2] == ["x3001c0s1b0n0", "x3001c0s3b0n0"]
    assert sorted(lines[2:6]) == [
        "0/4 x3001c0s1b0n0",
        "1/4 x3001c0s1b0n0",
        "2/4 x3001c0s3b0n0",
        "3/4 x3001c0s3b0n0",
    ]
    assert lines[6] == (PROJECT if either.facility.confined else str(either.place(PROJECT)))
    assert await either.stderr(job_id) == ""


async def test_a_login_shell_finds_modules_and_mpiexec(either: Api) -> None:
    script = "module load conda && module use x && mpiexec -n 1 echo fine"
    job_id = await either.submit(arguments=["-lc", script])
    assert await either.stdout(job_id) == "fine\n"
    assert "there are no modules on the local facility" in await either.stderr(job_id)


async def test_the_environment_is_the_jobs_own(either: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCF_MCP_ACCESS_TOKEN", "secret-token")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-key")
    job_id = await either.submit("env -0 | tr '\\\\0' '@'", name="census", nodes=2)
    output = await either.stdout(job_id)
    assert "secret" not in output
    assert either.facility.token.get_secret_value() not in output
    environment = dict(line.partition("=")[::2] for line in output.split("@"))
    assert not [name for name in environment if name.startswith("ALCF_MCP")]
    assert "PYTHONPATH" not in environment
    assert {name: environment[name] for name in ("PBS_JOBID", "PBS_JOBNAME", "PBS_QUEUE", "PBS_ACCOUNT")} == {
        "PBS_JOBID": job_id,
        "PBS_JOBNAME": "census",
        "PBS_QUEUE": "debug",
        "PBS_ACCOUNT": "LocalDemo",
    }
    assert (environment["USER"], environment["NCPUS"]) == ("ada", "4")


async def test_the_home_is_the_default_directory(either: Api) -> None:
    job_id = await either.submit("echo here > here.txt && [ $PWD = $HOME ]", directory=None)
    assert await either.finishes(job_id) == 0
    assert either.place("/home/ada/here.txt").read_text() == "here\n"


@pytest.mark.parametrize(
    ("script", "code"), [("exit 3", 3), ("exit 200", 200), ("mpiexec -n 2 false", 1), ("nosuch", 127)]
)
async def test_exit_codes_are_told_as_completed(api: Api, script: str, code: int) -> None:
    job_id = await api.submit(script)
    assert await api.finishes(job_id) == code
    assert (await api.status(job_id))["state"] == "completed"


async def test_a_job_that_a_signal_ends(api: Api) -> None:
    assert await api.finishes(await api.submit("kill -KILL $$")) == 256 + 9


async def test_a_program_that_is_not_there(either: Api) -> None:
    job_id = await either.submit(executable="/eagle/LocalDemo/nosuch")
    assert await either.finishes(job_id) == 127
    assert "No such file or directory" in await either.stderr(job_id)


async def test_a_program_of_the_tree(either: Api) -> None:
    program = either.place(PROJECT) / "run.sh"
    program.write_text("#!/bin/bash\necho ran with $1\n")
    program.chmod(0o755)
    job_id = await either.submit(executable=f"{PROJECT}/run.sh", arguments=["x"])
    assert await either.stdout(job_id) == "ran with x\n"


async def test_a_directory_that_is_not_there(either: Api) -> None:
    job_id = await either.submit("true", directory=f"{PROJECT}/nosuch")
    assert await either.finishes(job_id) == 127
    assert "nosuch" in await either.stderr(job_id)


async def test_the_walltime_is_enforced(either: Api) -> None:
    script = "trap 'echo asked; exit 0' TERM; echo began; while :; do sleep 0.02; done"
    job_id = await either.submit(script, walltime=1)
    assert await either.finishes(job_id) == -29
    assert await either.stdout(job_id) == "began\nasked\n"


async def test_who_ignores_the_end_is_killed(either: Api) -> None:
    job_id = await either.submit("trap '' TERM; touch ready; while :; do sleep 0.02; done", walltime=60)
    await either.appears(f"{PROJECT}/ready")
    await _cancel(either, job_id)
    assert await either.finishes(job_id) == 271


async def test_an_active_job_is_canceled_after_a_moment(either: Api) -> None:
    job_id = await either.submit("touch ready; sleep 60")
    await either.appears(f"{PROJECT}/ready")
    await _cancel(either, job_id)
    assert (await either.status(job_id))["state"] == "active"
    assert await either.finishes(job_id) == 271
    assert (await either.status(job_id))["state"] == "completed"


async def test_nothing_is_left_of_a_job(api: Api) -> None:
    job_id = await api.submit("sleep 60 & echo $! > pid")
    await api.finishes(job_id)
    pid = int(api.place(f"{PROJECT}/pid").read_text())
    status = Path(f"/proc/{pid}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"
    await api.is_cleared_away()


async def test_output_goes_to_the_files_that_are_named(api: Api) -> None:
    job_id = await api.submit(
        "echo out; echo err >&2", stdout_path=f"{PROJECT}/log", stderr_path="/home/ada/err"
    )
    await api.finishes(job_id)
    assert api.place(f"{PROJECT}/log").read_text() == "out\n"
    assert api.place("/home/ada/err").read_text() == "err\n"


async def test_output_appears_at_the_end(api: Api) -> None:
    job_id = await api.submit("echo out; touch ready; until [ -e go ]; do sleep 0.01; done")
    ready = await api.appears(f"{PROJECT}/ready")
    assert not api.place(f"{PROJECT}/{job_id}.OU").exists()
    (ready.parent / "go").touch()
    assert await api.stdout(job_id) == "out\n"


async def test_output_is_lost_without_its_directory(api: Api) -> None:
    job_id = await api.submit("echo out", stdout_path=f"{PROJECT}/nosuch/log")
    assert await api.finishes(job_id) == 0
    assert not api.place(f"{PROJECT}/nosuch").exists()


async def test_output_never_leaves_the_tree(api: Api, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (api.place(PROJECT) / "log").symlink_to(victim)
    job_id = await api.submit("echo out", stdout_path=f"{PROJECT}/log")
    assert await api.finishes(job_id) == 0
    assert not victim.exists()


async def test_the_sandbox_shows_the_facility_only(confined: Api) -> None:
    root = confined.facility.settings.root
    secret = root / "token"
    script = (
        f"cat {secret}; ls {root} /root /work; echo x > /usr/x;"
        " echo x > /eagle/LocalDemo/mine; ls /eagle /home"
    )
    job_id = await confined.submit(script)
    output, errors = await confined.stdout(job_id), await confined.stderr(job_id)
    assert output == "/eagle:\nLocalDemo\nLocalTiny\n\n/home:\nada\n"
    assert confined.facility.token.get_secret_value() not in output + errors
    assert "Read-only file system" in errors
    assert confined.place(f"{PROJECT}/mine").read_text() == "x\n"


async def test_the_sandbox_has_no_network(confined: Api) -> None:
    job_id = await confined.submit("cat /proc/net/route | wc -l; uname -n; whoami")
    assert (await confined.stdout(job_id)).split() == ["1", "x3001c0s1b0n0", "ada"]


async def test_both_names_of_eagle_work_in_the_sandbox(confined: Api) -> None:
    job_id = await confined.submit("touch /lus/eagle/LocalDemo/x && ls /eagle/LocalDemo/x")
    assert await confined.finishes(job_id) == 0


async def test_without_confinement_a_job_learns_where_the_tree_is(api: Api) -> None:
    job_id = await api.submit("echo $ALCF_LOCAL_ROOT")
    assert (await api.stdout(job_id)).strip() == str(api.facility.tree.root)
    assert not api.facility.confined
    assert api.facility.notes[0].startswith("Jobs are not confined")


def test_confinement_can_be_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfinementUnavailable, match="bubblewrap is not installed"):
        LocalFacility(LocalSettings(root=tmp_path, confine=True))
    facility = LocalFacility(LocalSettings(root=tmp_path))
    assert "bubblewrap is not installed" in facility.notes[0]


def test_a_bubblewrap_that_does_not_work_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho No permissions to create new namespace >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    facility = LocalFacility(LocalSettings(root=tmp_path / "local"))
    assert not facility.confined
    assert "No permissions to create new namespace" in facility.notes[0]


async def _cancel(api: Api, job_id: str) -> None:
    answer = await api.http.delete(f"/compute/cancel/{POLARIS.id}/{job_id}")
    assert answer.status_code == 204
