"""Which requests are retried, when, and which never are."""

from datetime import UTC, datetime
from typing import Any

import anyio
import httpx
import pytest

from alcf_mcp.iri import IRIClient, errors, retrying
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.iri.retrying import MOST_SENDS, MOST_SENDS_AFTER_500, has_unknown_fate, retry_after
from alcf_mcp.iri.wait import Wait
from tests.iri.support import client

JOB = httpx.Response(200, json={"id": "1.polaris"})
SITE = httpx.Response(200, json={"id": "anl"})


class Facility:
    """Gives these responses in turn, the last one forever, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would be made; no time is spent on them."""
    made: list[float] = []

    async def sleep(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    return made


def status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        code, json={"detail": "busy"}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


async def read(iri: IRIClient) -> Any:
    return await iri.get_site("anl")


async def change(iri: IRIClient) -> Any:
    return await iri.submit_job("polaris", JobSpec(name="x"))


PASSING = [
    *(status(code) for code in (408, 429, 500, 502, 503, 504)),
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
    httpx.Response(200, text='{"id": "an'),  # cut off by something that does not say so
    httpx.Response(200, text="<html>Sign in to this network</html>"),
    httpx.Response(200),
]


@pytest.mark.parametrize("fault", PASSING, ids=repr)
async def test_a_read_is_sent_again_after_what_may_pass(fault: httpx.Response | Exception) -> None:
    facility = Facility(fault, fault, SITE)
    async with client(facility) as iri:
        assert (await read(iri)).id == "anl"
    assert len(facility.requests) == 3


async def test_json_of_another_shape_is_not_read_again() -> None:
    facility = Facility(httpx.Response(200, json=["ok"]), SITE)
    async with client(facility) as iri:
        with pytest.raises(errors.NotAnIRIAnswer, match="unexpected shape"):
            await read(iri)
    assert len(facility.requests) == 1


async def test_what_stays_unreadable_is_told_as_such() -> None:
    facility = Facility(httpx.Response(200, text="<html>"))
    async with client(facility) as iri:
        with pytest.raises(errors.NotJSON, match="not the facility API's JSON"):
            await read(iri)
    assert len(facility.requests) == MOST_SENDS


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422, 501])
async def test_a_refusal_is_told_at_once(code: int) -> None:
    facility = Facility(status(code))
    async with client(facility) as iri:
        with pytest.raises(errors.APIError):
            await iri.get_facility()
    assert len(facility.requests) == 1


async def test_after_some_attempts_the_last_error_is_told(pauses: list[float]) -> None:
    facility = Facility(status(502))
    async with client(facility) as iri:
        with pytest.raises(errors.ServerFault):
            await read(iri)
    assert len(facility.requests) == MOST_SENDS
    assert len(pauses) == MOST_SENDS - 1
    assert sum(pauses) < 8


async def test_a_500_is_not_worth_as_much_waiting() -> None:
    facility = Facility(status(500))
    async with client(facility) as iri:
        with pytest.raises(errors.ServerFault):
            await read(iri)
    assert len(facility.requests) == MOST_SENDS_AFTER_500


TURNED_AWAY = [status(429), status(503, Retry_After="1"), httpx.ConnectError("refused")]


@pytest.mark.parametrize("fault", TURNED_AWAY, ids=repr)
async def test_a_change_is_sent_again_only_if_it_was_turned_away(fault: httpx.Response | Exception) -> None:
    facility = Facility(fault, fault, JOB)
    async with client(facility) as iri:
        assert (await change(iri)).id == "1.polaris"
    assert len(facility.requests) == 3


MAY_BE_CARRIED_OUT = [
    *(status(code) for code in (408, 500, 502, 503, 504)),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("reset"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, text='{"id": "1.pol'),
    httpx.Response(200, json={"ok": True}),
    httpx.Response(200),
]


@pytest.mark.parametrize("fault", MAY_BE_CARRIED_OUT, ids=repr)
async def test_a_change_that_may_have_been_carried_out_is_never_sent_again(
    fault: httpx.Response | Exception,
) -> None:
    facility = Facility(fault, JOB)
    async with client(facility) as iri:
        with pytest.raises(errors.IRIError):
            await change(iri)
    assert len(facility.requests) == 1


async def test_the_facility_says_how_long_to_wait(pauses: list[float]) -> None:
    facility = Facility(status(429, Retry_After="3"), SITE)
    async with client(facility) as iri:
        await read(iri)
    assert 3 <= pauses[0] <= 4


@pytest.mark.parametrize(
    ("after", "date", "seconds"),
    [
        ("7", None, 7),
        ("9999999999", None, 999_999_999),
        (" 0 ", None, 0),
        ("Wed, 25 Nov 2026 12:00:30 GMT", "Wed, 25 Nov 2026 12:00:00 GMT", 30),
        ("Wed, 25 Nov 2026 11:00:00 GMT", "Wed, 25 Nov 2026 12:00:00 GMT", 0),
        ("Wed, 25 Nov 2026 13:00:30 +0100", "Wed, 25 Nov 2026 12:00:00 GMT", 30),
        ("Wed, 25 Nov 2026 12:00:30 -0000", "Wed, 25 Nov 2026 12:00:00 GMT", 30),  # the RFC's unknown zone
        ("soon", None, None),
        ("-5", None, None),
        ("Wed, 99 Nov 2026 12:00:00 GMT", None, None),
        ("", None, None),
    ],
)
def test_how_long_that_is(after: str, date: str | None, seconds: float | None) -> None:
    assert retry_after(errors.TooManyRequests(status=429, retry_after=after, date=date)) == seconds


def test_a_date_counts_from_now_where_the_facility_tells_no_time() -> None:
    in_a_minute = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 60, UTC)
    said = in_a_minute.strftime("%a, %d %b %Y %H:%M:%S GMT")
    told = retry_after(errors.TooManyRequests(status=429, retry_after=said))
    assert told is not None
    assert 57 < told <= 60


async def test_what_the_facility_asks_for_is_prolonged_by_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """Not all who were turned away come back at once, and the growing pause does not add up with it."""
    monkeypatch.setattr(retrying, "_growing", lambda _: 8.0)
    async with client(Facility(status(429, Retry_After="3"), SITE)) as iri:
        await read(iri)
    assert pauses == [4.0]


async def test_who_would_have_to_wait_too_long_is_told_at_once(pauses: list[float]) -> None:
    facility = Facility(status(429, Retry_After="3600"), SITE)
    async with client(facility) as iri:
        with pytest.raises(errors.TooManyRequests):
            await read(iri.within(Wait(45)))
    assert pauses == []


async def test_a_call_hears_of_every_pause() -> None:
    heard: list[str] = []

    async def listen(_: float, message: str) -> None:
        heard.append(message)

    async with client(Facility(status(503), SITE)) as iri:
        await read(iri.within(Wait(45, listen)))
    assert len(heard) == 1
    assert "HTTP 503" in heard[0]
    assert "trying again in" in heard[0]


async def test_who_repeats_by_himself_is_not_helped() -> None:
    facility = Facility(status(503), SITE)
    async with client(facility) as iri:
        with pytest.raises(errors.ServerFault):
            await read(iri.without_retries())
    assert len(facility.requests) == 1


async def submit(iri: IRIClient, key: str) -> str:
    return (await iri.submit_job("polaris", JobSpec(name="x"), key=key)).id


async def test_a_key_that_the_facility_keeps_makes_a_repetition_harmless() -> None:
    kept = httpx.Response(200, json={"id": "1"}, headers={"Idempotency-Key-Reply": "miss"})
    facility = Facility(kept, httpx.ReadTimeout("slow"), status(409), kept)
    async with client(facility) as iri:
        await submit(iri, "a")  # now it is known
        assert await submit(iri, "b") == "1"
    assert [request.headers["Idempotency-Key"] for request in facility.requests] == ["a", "b", "b", "b"]


async def test_the_next_version_of_the_standard_keeps_keys_or_says_so() -> None:
    facility = Facility(httpx.ReadTimeout("slow"), JOB)
    transport = httpx.MockTransport(facility)
    async with IRIClient("https://facility.example/api/v2", token="t", http=transport) as iri:
        assert await submit(iri, "a") == "1.polaris"
    assert len(facility.requests) == 2


async def test_a_facility_that_keeps_no_keys_is_asked_without_one() -> None:
    refused = httpx.Response(501, json={"detail": "Idempotency-Key is not supported: no store is configured"})
    facility = Facility(refused, JOB, httpx.ReadTimeout("slow"))
    async with client(facility) as iri:
        assert await submit(iri, "a") == "1.polaris"
        with pytest.raises(errors.ConnectionLost):
            await submit(iri, "b")
    assert ["Idempotency-Key" in request.headers for request in facility.requests] == [True, False, False]


async def test_a_refusal_that_goes_on_about_keys_is_told() -> None:
    facility = Facility(httpx.Response(501, json={"detail": "Idempotency-Key is not supported"}))
    async with client(facility) as iri:
        with pytest.raises(errors.NotImplementedThere):
            await submit(iri, "a")
    assert ["Idempotency-Key" in request.headers for request in facility.requests] == [True, False]


@pytest.mark.parametrize(
    "later", [status(429), status(409), httpx.Response(403, text="error code: 1010")], ids=repr
)
async def test_no_later_refusal_undoes_what_an_attempt_may_have_done(later: httpx.Response) -> None:
    facility = Facility(httpx.ReadTimeout("slow"), later)
    transport = httpx.MockTransport(facility)
    async with IRIClient("https://facility.example/api/v2", token="t", http=transport) as iri:
        with pytest.raises(errors.ConnectionLost):
            await submit(iri, "a")
    assert len(facility.requests) > 1


async def test_a_read_tells_what_came_last_however_it_began() -> None:
    async with client(Facility(httpx.ReadTimeout("slow"), status(404))) as iri:
        with pytest.raises(errors.NotFound):
            await read(iri)


async def test_a_change_that_was_only_turned_away_tells_what_came_last() -> None:
    async with client(Facility(status(429), status(400))) as iri:
        with pytest.raises(errors.APIError) as refused:
            await change(iri)
    assert refused.value.status == 400


async def test_a_gateways_redirect_is_no_answer_where_the_facility_keeps_keys() -> None:
    facility = Facility(httpx.Response(302, headers={"Location": "https://sign-in.example"}), JOB)
    transport = httpx.MockTransport(facility)
    async with IRIClient("https://facility.example/api/v2", token="t", http=transport) as iri:
        assert await submit(iri, "a") == "1.polaris"
    assert len(facility.requests) == 2


def test_nothing_of_a_request_that_never_left_is_unknown() -> None:
    """Nor of one that the API refused."""
    for error in (errors.InvalidCall("no"), errors.Crowded("full"), errors.NotFound(status=404)):
        assert not has_unknown_fate(error)
    assert has_unknown_fate(errors.ConnectionLost("cut"))
