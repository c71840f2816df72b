"""How much of an ensemble's time goes to starting its members, on the nodes of the local facility."""

from __future__ import annotations

from mcp import Client

from benchmarks import ours
from benchmarks.facility import PROJECT, ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.jobs import submit, wait_for_end
from benchmarks.plan import Benchmark, Plan

NODES, PER_NODE = 4, 2
MEMBERS, QUICK_MEMBERS = 200, 32
NAME = "ensemble"


async def measure(plan: Plan) -> list[Figure]:
    """Run members that each take a second, and compare with the time of that alone."""
    members = plan.pick(MEMBERS, QUICK_MEMBERS)
    async with (
        served(plan, task_latency=0.0) as facility,
        ours.connected(plan.fresh("ensemble"), facility, confirm="off") as client,
    ):
        seconds = await _run(client, facility, members)
    return [
        Figure.beside(
            f"{members} members of 1 s, {PER_NODE} at once on each of {NODES} nodes",
            "s",
            seconds,
            float(-(-members // (NODES * PER_NODE))),
            "full rounds of 1 s",
            goal=Goal(1.15),
            note="from the job's start to its summary, with one mpiexec a member",
        )
    ]


async def _run(client: Client, facility: ServedFacility, members: int) -> float:
    """Run an ensemble, and return the seconds between its first file and its last."""
    job_id = await submit(
        client,
        script="sleep 1\n",
        ensemble="SEED\n" + "".join(f"{number}\n" for number in range(members)),
        name=NAME,
        nodes=NODES,
        members_per_node=PER_NODE,
        queue="debug-scaling",
    )
    await wait_for_end(client, job_id)
    files = facility.on_disk(f"{PROJECT}/jobs/{NAME}-{job_id.partition('.')[0]}")
    return (files / "summary.txt").stat().st_mtime - (files / "member.sh").stat().st_mtime


ENSEMBLES = Benchmark("ensembles", "many small runs in one job", measure)
