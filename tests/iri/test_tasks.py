"""Waiting for a task: when it is polled, which failures are tolerated, and how it ends."""

from typing import Any

import anyio
import httpx
import pytest

from alcf_mcp.iri import IRIClient, errors, pace, polling
from alcf_mcp.iri.models import Task, TaskHandle
from tests.iri.support import client

RUNNING: dict[str, Any] = {"id": "t", "status": "active"}
DONE: dict[str, Any] = {"id": "t", "status": "completed", "result": {"output": None}}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls follow each other at once."""
    monkeypatch.setattr(pace, "FIRST_LOOK", 0.001)
    monkeypatch.setattr(pace, "LONGEST_PAUSE", 0.001)


class Facility:
    """Answers polls of a task with these statuses or tasks in turn, the last one forever."""

    def __init__(self, *answers: int | dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.looks = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/v1/task/t"
        answer = self.answers[min(self.looks, len(self.answers) - 1)]
        self.looks += 1
        if isinstance(answer, Exception):
            raise answer
        return (
            httpx.Response(answer, json={}) if isinstance(answer, int) else httpx.Response(200, json=answer)
        )

    async def resolve(self, patience: float = 60, **options: Any) -> Task:
        async with client(self) as iri:
            return await iri.tasks.resolve("t", patience=patience, **options)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("handle", ["t", TaskHandle(task_id="t"), TaskHandle.model_validate({"id": "t"})])
async def test_a_task_is_waited_for_by_its_handle_or_its_id(handle: TaskHandle | str) -> None:
    facility = Facility({"id": "t", "status": "pending"}, RUNNING, DONE)
    async with client(facility) as iri:
        task = await iri.tasks.resolve(handle, patience=60)
    assert (task.status, facility.looks) == ("completed", 3)


@pytest.mark.usefixtures("quick")
async def test_every_look_is_told() -> None:
    told: list[tuple[str, float]] = []

    async def listen(task: Task, waited: float) -> None:
        told.append((task.status, waited))

    await Facility(RUNNING, 500, DONE).resolve(on_progress=listen)
    assert [status for status, _ in told] == ["active", "completed"]
    assert 0 < told[0][1] < told[1][1]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"error": "No such file"}, "No such file"),
        ({"output": "Error: No such file"}, "No such file"),
        (None, "Task t failed; the facility does not say why"),
    ],
)
async def test_a_failed_task_raises_what_it_reports(result: Any, message: str) -> None:
    with pytest.raises(errors.TaskFailed) as caught:
        await Facility({"id": "t", "status": "failed", "result": result}).resolve()
    assert str(caught.value) == message
    assert caught.value.task is not None


@pytest.mark.usefixtures("quick")
async def test_a_task_that_completes_with_an_error_has_failed() -> None:
    with pytest.raises(errors.TaskFailed, match="Permission denied"):
        await Facility({**DONE, "result": {"output": "Error: Permission denied"}}).resolve()


@pytest.mark.usefixtures("quick")
async def test_a_canceled_task_is_told_as_such() -> None:
    with pytest.raises(errors.TaskCanceled) as caught:
        await Facility(RUNNING, {"id": "t", "status": "canceled"}).resolve()
    assert caught.value.task_id == "t"


async def test_the_end_of_the_patience_is_not_the_end_of_the_task() -> None:
    with pytest.raises(errors.TaskStillRunning) as caught:
        await Facility(RUNNING).resolve(patience=0.3)
    assert caught.value.task_id == "t"
    assert caught.value.task is not None
    assert caught.value.task.status == "active"


async def test_without_patience_there_is_no_look() -> None:
    facility = Facility(DONE)
    with pytest.raises(errors.TaskStillRunning):
        await facility.resolve(patience=0)
    assert facility.looks == 0


async def test_a_look_that_hangs_does_not_outlast_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LAST_LOOK", 0.1)

    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.fail_after(10):
        async with IRIClient("http://local/api/v1", http=httpx.MockTransport(hang)) as iri:
            with pytest.raises(errors.TaskStillRunning) as caught:
                await iri.tasks.resolve("t", patience=0.3)
    assert caught.value.task is None


PASSING: list[int | Exception] = [
    *(429, 500, 502, 503, 408, 504),
    httpx.ConnectError("refused"),
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", PASSING, ids=repr)
async def test_a_few_failed_looks_in_a_row_are_borne(fault: int | Exception) -> None:
    borne = [fault] * polling.FAULTS_BORNE
    assert (await Facility(*borne, RUNNING, *borne, DONE).resolve()).status == "completed"


@pytest.mark.usefixtures("quick")
async def test_one_more_is_raised() -> None:
    facility = Facility(RUNNING, 500)
    with pytest.raises(errors.ServerFault):
        await facility.resolve()
    assert facility.looks == 1 + polling.FAULTS_BORNE + 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
async def test_what_does_not_pass_is_raised_at_once(status: int) -> None:
    facility = Facility(status)
    with pytest.raises(errors.APIError):
        await facility.resolve()
    assert facility.looks == 1


async def test_a_canceled_wait_leaves_nothing_behind() -> None:
    facility = Facility(RUNNING)
    with anyio.move_on_after(0.3) as scope:
        await facility.resolve()
    assert scope.cancelled_caught
    looks = facility.looks
    await anyio.sleep(0.5)
    assert facility.looks == looks


@pytest.mark.usefixtures("quick")
async def test_tasks_are_waited_for_side_by_side() -> None:
    facility = Facility(*[RUNNING] * 20, DONE)
    async with client(facility) as iri, anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(lambda: iri.tasks.resolve("t", patience=60))
