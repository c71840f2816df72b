"""A submission or an update that is retried with its idempotency key is carried out once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from alcf_mcp.local.catalog import CRUX, POLARIS
from alcf_mcp.local.database import Database
from alcf_mcp.local.idempotency import KEPT_SECONDS, LOCK_SECONDS, IdempotencyKeys
from alcf_mcp.local.problems import Problem
from tests.local.conftest import Api, OpenApi, job_spec

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
HELD = job_spec(custom={"filesystems": "eagle", "Hold_Types": "u"})


async def submit(
    api: Api, spec: dict[str, Any] = HELD, *, key: str = KEY, machine: str = POLARIS.id
) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return await api.http.post(f"/compute/job/{machine}", json=spec, headers=headers)


async def update(api: Api, job_id: str, name: str) -> httpx.Response:
    headers = {"Idempotency-Key": KEY}
    return await api.http.put(f"/compute/job/{POLARIS.id}/{job_id}", json={"name": name}, headers=headers)


async def jobs(api: Api) -> int:
    return len((await api.http.post(f"/compute/status/{POLARIS.id}")).json())


def said(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("Idempotency-Key-Reply")


async def test_a_repeated_submission_is_answered_as_the_first_was(full: Api) -> None:
    first, again = await submit(full), await submit(full)
    assert [said(first), said(again)] == [(200, "miss"), (200, "hit")]
    assert again.json() == first.json()
    assert await jobs(full) == 1


async def test_without_a_key_every_submission_is_a_job(full: Api) -> None:
    for _ in range(2):
        assert said(await submit(full, key="")) == (200, None)
    assert await jobs(full) == 2


async def test_another_process_knows_the_key(full: Api, open_api: OpenApi) -> None:
    await submit(full)
    async with open_api(profile="full") as other:
        assert said(await submit(other)) == (200, "hit")


async def test_a_key_belongs_to_one_body_however_that_is_written(full: Api) -> None:
    await submit(full)
    assert said(await submit(full, dict(reversed(HELD.items())))) == (200, "hit")
    other = await submit(full, HELD | {"name": "other"})
    assert (said(other), other.json()["title"]) == ((422, None), "Error")
    assert await jobs(full) == 1


async def test_a_key_does_not_cover_the_machine(full: Api) -> None:
    await submit(full)
    assert said(await submit(full, machine=CRUX.id)) == (200, "hit")


async def test_what_was_refused_may_be_repeated(full: Api) -> None:
    wrong = job_spec(queue="nowhere")
    for _ in range(2):
        assert said(await submit(full, wrong)) == (500, None)
    assert said(await submit(full)) == (200, "miss")


async def test_a_key_counts_for_an_update_of_one_job(full: Api) -> None:
    first, second = [(await submit(full, key=key)).json()["id"] for key in ("a", "b")]
    assert [said(await update(full, first, "new")) for _ in range(2)] == [(200, "miss"), (200, "hit")]
    assert said(await update(full, second, "newer")) == (200, "miss")
    assert said(await update(full, first, "newer")) == (422, None)


async def test_alcf_takes_no_notice_of_keys(api: Api) -> None:
    assert [said(await submit(api)) for _ in range(2)] == [(200, None)] * 2
    assert await jobs(api) == 2


@pytest.mark.parametrize("profile", ["alcf", "full"])
async def test_a_server_without_a_store_says_so_and_does_nothing(open_api: OpenApi, profile: str) -> None:
    async with open_api(profile=profile, idempotency="none") as api:
        refused = await submit(api)
        assert refused.status_code == 501
        assert "Idempotency-Key is not supported" in refused.json()["detail"]
        assert await jobs(api) == 0
        assert said(await submit(api, key="")) == (200, None)


async def test_alcf_with_a_store(open_api: OpenApi) -> None:
    async with open_api(idempotency="store") as api:
        assert [said(await submit(api)) for _ in range(2)] == [(200, "miss"), (200, "hit")]


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> IdempotencyKeys:
    return IdempotencyKeys(Database(tmp_path / "facility.sqlite"), clock)


async def answer() -> str:
    return "done"


async def test_the_same_is_not_begun_twice(keys: IdempotencyKeys, clock: Clock) -> None:
    async def carry_out() -> str:
        for request in ("it", "another"):
            with pytest.raises(Problem, match="in progress") as refused:
                await keys.once("submit", KEY, request, answer)
            assert refused.value.status == 409
        clock.now += LOCK_SECONDS + 1  # the process that holds the key is presumed dead
        assert not (await keys.once("submit", KEY, "it", answer)).replayed
        return "late"

    assert (await keys.once("submit", KEY, "it", carry_out)).body == "late"


async def test_answers_are_kept_for_a_day(keys: IdempotencyKeys, clock: Clock) -> None:
    await keys.once("submit", KEY, "it", answer)
    clock.now += KEPT_SECONDS - 1
    assert (await keys.once("submit", KEY, "it", answer)).replayed
    clock.now += 2
    assert not (await keys.once("submit", KEY, "it", answer)).replayed


async def test_who_goes_away_meanwhile_can_ask_again(keys: IdempotencyKeys) -> None:
    with anyio.CancelScope() as gone:

        async def carry_out() -> str:
            gone.cancel()
            await anyio.lowlevel.checkpoint()
            return "done all the same"

        await keys.once("submit", KEY, "it", carry_out)
    reply = await keys.once("submit", KEY, "it", answer)
    assert (reply.body, reply.replayed) == ("done all the same", True)
