"""A request in, decoded JSON or an error out: what is sent, and what a response means."""

import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from alcf_mcp import __version__
from alcf_mcp.iri import IRIClient, errors
from alcf_mcp.iri import operations as op
from alcf_mcp.iri.connection import Answer, Connection
from alcf_mcp.iri.hosts import is_loopback
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.iri.transport import SHARE_OF_A_CHANGE
from alcf_mcp.iri.wait import Wait
from tests.iri.support import BASE, TOKEN, Recorder, client, saying

SITE = {"id": "anl"}
HTML = "<html><body>Bad gateway, ray 123</body></html>"


async def test_a_request_names_this_program_and_asks_for_json() -> None:
    facility = Recorder(SITE)
    await client(facility).get_site("anl")
    assert facility.request.headers["User-Agent"] == f"alcf-mcp/{__version__}"
    assert facility.request.headers["Accept"] == "application/json, application/problem+json"


async def test_parameters_that_are_not_set_are_not_sent() -> None:
    facility = Recorder([])
    await client(facility).list_resources(limit=0, capability=["bytes", "inodes"])
    assert facility.target == "GET /status/resources?capability=bytes&capability=inodes&limit=0"


async def test_a_public_operation_sends_no_token_and_does_not_ask_for_one() -> None:
    async def source() -> SecretStr:
        raise AssertionError("asked for a token")

    facility = Recorder(SITE)
    await client(facility, token=source).get_site("anl")
    assert "Authorization" not in facility.request.headers


async def test_any_other_operation_sends_the_token() -> None:
    facility = Recorder({"id": "t"})
    await client(facility).get_task("t")
    assert facility.request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "token", ["", " ", "s3cret t0ken", "s3cret\nX: y", "s3crét", "s3cret\x00", '"s3cret"']
)
async def test_a_malformed_token_is_refused_unsent_and_not_repeated(token: str) -> None:
    facility = Recorder({})
    with pytest.raises(errors.InvalidToken) as caught:
        await client(facility, token=token).get_task("t")
    assert facility.requests == []
    assert str(caught.value) == (
        "The access token is malformed: it is empty or contains characters that no token has"
    )
    assert "s3cr" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url", ["http://facility.example/api/v1", "http://10.0.0.7/api/v1", "http://localhost.evil"]
)
async def test_a_token_is_not_sent_in_the_open_to_another_machine(url: str) -> None:
    async with IRIClient(url, token=TOKEN) as iri:
        with pytest.raises(errors.InsecureURL) as caught:
            await iri.get_task("t")
    said = f"{url} is plain http to another machine: the access token would not be encrypted"
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.alcf.anl.gov/api/v1", "http://", "https:///api/v1", "ftp://facility.example"),
        *("https://[::1", "https://h\x00/", "https://h:99999/", "https://\u2764.example/"),
        *("https://me:s3cret@facility.example/", "https://facility.example/?key=s3cret", "https://h/#top"),
    ],
)
def test_a_url_that_is_none_of_an_api_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(errors.InvalidCall) as caught:
        IRIClient(url)
    assert "s3cret" not in str(caught.value)


def test_a_trailing_slash_in_the_url_makes_no_difference() -> None:
    assert IRIClient(BASE + "/").base_url == BASE


@pytest.mark.parametrize("text", ["x" * 100_000, "\ud800"])
async def test_an_argument_that_no_url_can_carry_is_refused_unsent(text: str) -> None:
    facility = Recorder({"id": "t"})
    iri = client(facility)
    for call in (iri.get_task(text), iri.ls("eagle", f"/{text}"), iri.list_sites(name=text)):
        with pytest.raises(errors.InvalidCall):
            await call
    assert facility.requests == []


async def test_a_file_goes_out_as_form_data() -> None:
    facility = Recorder({"task_id": "t"})
    await client(facility).upload("eagle", "/eagle/P/a.txt", b"hello\x00\xff")
    assert facility.request.headers["Content-Type"].startswith("multipart/form-data")
    assert b'name="file"; filename="a.txt"' in facility.request.content
    assert b"hello\x00\xff" in facility.request.content


async def test_an_answer_without_content_is_none() -> None:
    assert await client(httpx.Response(204)).transport.call(op.CANCEL_JOB, "polaris", "1") is None


@pytest.mark.parametrize("status", [301, 302, 304, 307, 308])
async def test_a_redirect_is_told_and_not_followed(status: int) -> None:
    facility = client(httpx.Response(status, headers={"Location": "https://evil.example"}))
    with pytest.raises(errors.NotAnIRIAnswer, match="redirect") as caught:
        await facility.get_task("t")
    assert caught.value.status == status


@pytest.mark.parametrize("text", [HTML, "OK", " \n", "{broken", '{"id": "t"', "[" * 100_000, "9" * 5000])
async def test_an_answer_that_is_not_json_is_none_of_the_api(text: str) -> None:
    facility = client(httpx.Response(200, text=text))
    with pytest.raises(errors.NotJSON, match="not the facility API's JSON") as caught:
        await facility.without_retries().get_task("t")
    assert text[:20] not in str(caught.value)


async def test_an_empty_answer_is_none_of_the_api() -> None:
    """An empty body proves neither that something was done nor that a list is empty."""
    facility = client(httpx.Response(200)).without_retries()
    for call in (facility.list_sites(), facility.get_task("t")):
        with pytest.raises(errors.NotAnIRIAnswer, match="0 bytes"):
            await call


async def test_json_under_another_content_type_is_read_all_the_same() -> None:
    facility = client(httpx.Response(200, text='{"id": "t"}', headers={"Content-Type": "text/plain"}))
    assert (await facility.get_task("t")).id == "t"


async def test_a_page_of_html_from_a_gateway_is_named_and_not_repeated() -> None:
    facility = client(httpx.Response(502, html=HTML)).without_retries()
    with pytest.raises(errors.ServerFault, match="a gateway in front of it sent an HTML page") as caught:
        await facility.get_task("t")
    assert "ray" not in str(caught.value)


async def test_plain_text_from_a_gateway_is_repeated_in_short() -> None:
    facility = client(httpx.Response(503, text="upstream   connect\nerror " + "x" * 10_000)).without_retries()
    with pytest.raises(errors.ServerFault, match="upstream connect error") as caught:
        await facility.get_task("t")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("detail", [["a", "b"], "only text", 7, None])
async def test_a_problem_that_is_no_object_keeps_its_status(detail: object) -> None:
    with pytest.raises(errors.NotFound):
        await saying(detail, 404).get_task("t")


async def test_a_problem_of_odd_nesting_keeps_its_status() -> None:
    facility = client(httpx.Response(500, text='{"detail": ' + "[" * 900 + "]" * 900 + "}"))
    with pytest.raises(errors.ServerFault):
        await facility.get_task("t")


async def test_retry_after_arrives() -> None:
    facility = client(httpx.Response(429, json={}, headers={"Retry-After": "30"})).without_retries()
    with pytest.raises(errors.TooManyRequests) as caught:
        await facility.get_task("t")
    assert caught.value.retry_after == "30"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, text="error code: 1010"),
        httpx.Response(403, html="<html>error code: 1010</html>"),
        httpx.Response(
            403,
            json={
                "type": "https://developers.cloudflare.com/support/cloudflare-1xxx-errors/error-1010/",
                "title": "Error 1010: Access denied",
                "status": 403,
            },
        ),
    ],
    ids=["text", "html", "json"],
)
async def test_cloudflares_refusal_of_the_program_is_no_question_of_permission(
    answer: httpx.Response,
) -> None:
    with pytest.raises(errors.BlockedByGateway, match="1010"):
        await client(answer).get_task("t")


async def test_a_403_of_the_api_itself_is_one() -> None:
    with pytest.raises(errors.NotPermitted, match="Not your task"):
        await saying(
            {"type": "https://iri.science/problems/forbidden", "detail": "Not your task"}, 403
        ).get_task("t")


async def test_half_a_character_in_an_answer_never_reaches_the_caller() -> None:
    facility = client(lambda _: httpx.Response(200, text=r'{"id": "a\ud800b \ud83d\ude00"}'))
    assert (await facility.get_site("a")).id == "a?b \U0001f600"
    facility = client(lambda _: httpx.Response(500, text=r'{"detail": "\udfff"}'))
    with pytest.raises(errors.ServerFault) as caught:
        await facility.get_site("a")
    assert str(caught.value).encode()


class Renewable:
    """Two tokens, of which the facility accepts the second."""

    def __init__(self, *others: str) -> None:
        self._others = [SecretStr(other) for other in others]
        self.rejected: list[str] = []

    async def token(self) -> SecretStr:
        return SecretStr("old")

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        self.rejected.append(rejected.get_secret_value())
        return self._others.pop(0) if self._others else None


def takes(token: str, sent: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.headers.get('Authorization')}")
        good = request.headers.get("Authorization") == f"Bearer {token}"
        return httpx.Response(200, json=[]) if good else httpx.Response(401, json={"detail": "not active"})

    return answer


async def test_a_rejected_token_is_renewed_once_and_the_call_repeated() -> None:
    sent: list[str] = []
    tokens = Renewable("new", "newer")
    async with client(takes("new", sent), token=tokens) as iri:
        assert await iri.list_projects() == []
    assert sent == ["GET Bearer old", "GET Bearer new"]
    assert tokens.rejected == ["old"]


@pytest.mark.parametrize("others", [(), ("new", "newer", "newest")])
async def test_it_is_repeated_no_more_than_once(others: tuple[str, ...]) -> None:
    sent: list[str] = []
    async with client(takes("never", sent), token=Renewable(*others)) as iri:
        with pytest.raises(errors.NotAuthenticated, match="not active"):
            await iri.list_projects()
    assert len(sent) == 1 + bool(others)


async def test_an_error_names_the_operation() -> None:
    async with client(httpx.Response(404, json={"detail": "no such task"})) as iri:
        with pytest.raises(errors.NotFound) as caught:
            await iri.get_task("t")
    assert caught.value.operation == "getTask"


async def test_an_error_from_the_tokens_own_source_keeps_its_operation() -> None:
    async def source() -> SecretStr:
        error = errors.InvalidToken("The sign-in has ended")
        error.operation = "renew"
        raise error

    async with client(Recorder({}), token=source) as iri:
        with pytest.raises(errors.InvalidToken) as caught:
            await iri.get_task("t")
    assert caught.value.operation == "renew"


async def test_a_change_leaves_time_for_finding_out_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A read may take all of the call's time."""
    shares: list[float] = []
    exchange = Connection.exchange

    async def noted(self: Connection, request: httpx.Request, wait: Wait, **options: Any) -> Answer:
        shares.append(options["share"])
        return await exchange(self, request, wait, **options)

    monkeypatch.setattr(Connection, "exchange", noted)
    async with client(Recorder({"id": "t"})) as iri:
        await iri.get_task("t")
        await iri.submit_job("polaris", JobSpec(name="x"))
    assert shares == [1.0, SHARE_OF_A_CHANGE]
