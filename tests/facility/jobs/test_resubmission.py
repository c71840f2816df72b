"""A job is submitted again like an earlier one: what is not given anew is as it was, and that is said."""

from typing import Any

import pytest

from alcf_mcp.facility.jobs.earlier import EarlierJob
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.jobs.resubmission import resubmitted
from alcf_mcp.facility.walltime import parse_walltime
from alcf_mcp.iri.models import JobAttributes, JobSpec, Resource, ResourceSpec
from alcf_mcp.journal import Journal, SubmittedJob
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant, Connect, agree, record_of

HERE = "/eagle/LocalDemo"
JOB: dict[str, Any] = {
    "resource": "polaris",
    "script": 'echo "again $SEED $COLOR" # ✓\n',
    "name": "train",
    "account": "LocalDemo",
    "queue": "debug",
    "nodes": 2,
    "walltime": "7m",
    "directory": HERE,
    "environment": ["SEED=1", "COLOR=dark 'red'"],
    "filesystems": ["eagle"],
}


async def submitted(assistant: Assistant, **changes: Any) -> str:
    return str((await assistant.do("submit_job", **JOB | changes))["job_id"])


async def dry(assistant: Assistant, **arguments: Any) -> dict[str, Any]:
    return await assistant.do("submit_job", dry_run=True, **arguments)


async def test_everything_is_as_in_the_earlier_job_and_runs_the_same(assistant: Assistant) -> None:
    first = await submitted(assistant)
    again = await assistant.call("submit_job", like=first)
    assert again.facts["like"] == first
    assert set(again.facts["taken"]) == JOB.keys() - {"resource"}
    assert (again.facts["name"], again.facts["nodes"], again.facts["walltime"]) == ("train", 2, "7 min")
    said = f"As in job {first} (train, submitted "
    assert said in again.text
    assert "the script, name train, account LocalDemo, queue debug, nodes 2, walltime 7 min" in again.text
    report = await assistant.do("wait_for_job", job_id=again.facts["job_id"])
    assert report["stdout_end"] == "again 1 dark 'red'\n"


async def test_what_is_given_wins_even_if_it_is_a_default(assistant: Assistant) -> None:
    first = await submitted(assistant)
    again = await dry(assistant, like=first, nodes=1, environment=["SEED=2"], walltime="30m")
    assert again["request"]["resources"] == {"node_count": 1}
    assert again["request"]["attributes"]["duration"] == 1800
    assert "export SEED=2\n" in again["script"]
    assert "export COLOR='dark '\"'\"'red'\"'\"''\n" in again["script"]
    assert not {"nodes", "walltime"} & set(again["taken"])


async def test_a_new_program_does_not_get_another_ones_arguments(assistant: Assistant) -> None:
    first = await submitted(
        assistant, script=None, executable="/bin/echo", arguments=["a b"], ranks_per_node=2
    )
    same = await dry(assistant, like=first)
    assert same["script"].endswith("mpiexec -n 4 --ppn 2 /bin/echo 'a b'")
    assert (await dry(assistant, like=first, arguments=["c"]))["script"].endswith("/bin/echo c")
    other = await dry(assistant, like=first, script="date")
    assert other["script"].endswith("date")
    assert not {"executable", "arguments", "ranks_per_node"} & set(other["taken"])


async def test_a_new_directory_takes_the_output_along(assistant: Assistant) -> None:
    first = await submitted(assistant, stdout_path=f"{HERE}/out.txt")
    same = await dry(assistant, like=first)
    assert (same["stdout_path"], same["stderr_path"]) == (f"{HERE}/out.txt", HERE)
    moved = await dry(assistant, like=first, directory=f"{HERE}/elsewhere")
    assert moved["stdout_path"] == moved["stderr_path"] == f"{HERE}/elsewhere"


async def test_a_name_means_the_latest_job_of_that_name_and_that_is_said(assistant: Assistant) -> None:
    await submitted(assistant)
    last = await submitted(assistant, queue="preemptable", nodes=1)
    await submitted(assistant, name="other")
    again = await dry(assistant, like="train")
    assert (again["like"], again["queue"]) == (last, "preemptable")
    assert "the latest of 2 with this name" in again["notes"][0]


async def test_a_name_that_was_made_up_is_not_used_again(assistant: Assistant) -> None:
    first = await submitted(assistant, name=None)
    again = await assistant.do("submit_job", like=first)
    assert again["name"].startswith("alcf-mcp-")
    assert again["name"] != (await assistant.do("get_job", job_id=first))["name"]


async def test_an_unknown_job_is_refused_with_the_names_that_exist(assistant: Assistant) -> None:
    await submitted(assistant)
    answered = await assistant.call("submit_job", like="trian")
    assert answered.is_error
    assert "has the id or name 'trian'" in answered.text
    assert "These names exist: train." in answered.text
    assert "has a job '999999'" in (await assistant.call("submit_job", like="999999")).text


async def test_without_a_machine_or_an_earlier_job_it_is_not_known_where_to_run(assistant: Assistant) -> None:
    answered = await assistant.call("submit_job", script="date")
    assert "Give `resource`" in answered.text


@pytest.mark.parametrize(
    ("queue", "nodes", "walltime", "asked"),
    [
        ("debug", 2, "30m", 1),
        ("prod", 24, "2h", 10),
        ("prod", 64, "6h", 25),
        ("their-own", 24, "2h", 1),
    ],
)
def test_what_is_left_of_an_ensemble_gets_as_few_nodes_as_its_queue_takes(
    queue: str, nodes: int, walltime: str, asked: int
) -> None:
    spec = JobSpec(
        executable="/bin/true",
        resources=ResourceSpec(node_count=nodes),
        attributes=JobAttributes(queue_name=queue, duration=parse_walltime(walltime)),
    )
    polaris = Resource(id="1", name="Polaris")
    request, again = resubmitted(NewJobRequest(), EarlierJob("7.polaris", polaris, spec), polaris, left=1)
    assert (request.nodes, request.queue) == (asked, queue)
    assert f"instead of {nodes} nodes" in " ".join(again.told)


async def test_on_another_machine_a_queue_is_not_taken_that_it_may_not_have(connect: Connect) -> None:
    async with connect(answer=agree) as assistant:
        first = await submitted(assistant, queue="debug-scaling", nodes=1)
        elsewhere = await dry(assistant, like=first, resource="crux", queue="workq")
        assert (elsewhere["resource"], elsewhere["queue"]) == ("Crux", "workq")
        refused = await assistant.call("submit_job", like=first, resource="crux")
        assert "no job without `queue`" in refused.text
        assert "prod from 10 nodes" not in refused.text  # that is of ALCF's Polaris
        await submitted(assistant, resource="crux", queue="workq", nodes=1)
        usual = await dry(assistant, like=first, resource="crux")
        assert "Its queue debug-scaling is not taken: Crux may not have it." in usual["notes"]
        assert (usual["queue"], usual["script"]) == ("workq", elsewhere["script"])


async def test_the_question_shows_what_was_taken(connect: Connect) -> None:
    async with connect(answer=agree, ask_node_hours=0) as assistant:
        first = await submitted(assistant)
        await assistant.do("submit_job", like=first)
        assert f"As in job {first} (train" in assistant.questions[-1]
        assert "environment SEED=1 COLOR=dark 'red'" in assistant.questions[-1]


async def test_a_change_of_the_waiting_job_is_taken_along(assistant: Assistant) -> None:
    first = await submitted(assistant, name="held-train")
    await assistant.do("update_job", job_id=first, walltime="9m", script="echo changed")
    again = await dry(assistant, like=first)
    assert again["walltime"] == "9 min"
    assert again["script"] == "echo changed"


async def test_a_job_of_an_earlier_version_is_read_from_its_specification(
    assistant: Assistant, journal: Journal
) -> None:
    first = await submitted(assistant)
    record = await record_of(journal, first)
    assert record is not None
    await journal.jobs.record(record.model_copy(update={"program": None}))
    again = await dry(assistant, like=first)
    assert again["script"].endswith(JOB["script"])
    assert "export SEED=1\n" in again["script"]


async def test_a_job_without_a_known_size_does_not_silently_get_one_node(
    assistant: Assistant, journal: Journal
) -> None:
    record = await record_of(journal, await submitted(assistant))
    assert record is not None
    await journal.jobs.record(
        record.model_copy(update={"spec": record.spec.model_copy(update={"resources": None})})
    )
    again = await dry(assistant, like="train")
    assert "Its number of nodes is not known: 1 is requested." in again["notes"]


@pytest.mark.parametrize("profile", ["full"])
async def test_a_job_from_elsewhere_is_taken_from_what_the_facility_reports(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submitted(assistant)
    await journal.store.run(lambda db: db.execute("DELETE FROM jobs"))
    again = await dry(assistant, like=first)
    assert again["script"].endswith(JOB["script"])
    assert (again["nodes"], again["queue"]) == (2, "debug")


async def test_a_job_from_elsewhere_that_the_facility_does_not_describe_is_refused(
    assistant: Assistant, journal: Journal
) -> None:
    first = await submitted(assistant)
    await journal.store.run(lambda db: db.execute("DELETE FROM jobs"))
    assert "does not report what it runs" in (await assistant.call("submit_job", like=first)).text


async def test_the_latest_of_that_name_on_one_machine(journal: Journal) -> None:
    for job_id, machine in (("1.p", "a"), ("2.p", "b")):
        await journal.jobs.record(
            SubmittedJob(
                job_id=job_id,
                resource_id=machine,
                resource=machine,
                submitted_at="2026-08-01T00:00:00Z",
                spec=JobSpec(name="n", resources=ResourceSpec(node_count=1), attributes=JobAttributes()),
            )
        )
    assert [job.job_id for job in await journal.jobs.called("n", "a", limit=5)] == ["1.p"]
    assert len(await journal.jobs.called("n", limit=5)) == 2
