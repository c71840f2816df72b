"""The client as a whole: tokens in every form, and nothing but its own errors."""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError
from tests.contract.examples import EXAMPLES
from tests.iri.support import BASE, TOKEN, Recorder, client, json_values


async def renewed() -> SecretStr:
    return SecretStr(TOKEN)


@pytest.mark.parametrize("token", [TOKEN, SecretStr(TOKEN), renewed])
async def test_a_token_may_be_text_a_secret_or_a_function(token: Any) -> None:
    facility = Recorder({"id": "t"})
    await client(facility, token=token).get_task("t")
    assert facility.request.headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_function_is_asked_for_the_token_before_every_request() -> None:
    tokens = iter(["first", "second"])

    async def source() -> SecretStr:
        return SecretStr(next(tokens))

    facility = Recorder({"id": "t"})
    iri = client(facility, token=source)
    await iri.get_task("t")
    await iri.get_task("t")
    sent = [request.headers["Authorization"] for request in facility.requests]
    assert sent == ["Bearer first", "Bearer second"]


async def test_without_a_token_the_facility_itself_asks_for_one() -> None:
    facility = Recorder({"id": "t"})
    await client(facility, token=None).get_task("t")
    assert "Authorization" not in facility.request.headers


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 500])
async def test_no_error_repeats_the_token(status: int) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"unlike": "a task"})

    with pytest.raises(IRIError) as caught:
        await client(echo).get_task("t")
    assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


def test_a_client_does_not_show_its_token() -> None:
    iri = IRIClient(BASE, token=TOKEN)
    assert TOKEN not in f"{iri!r} {vars(iri)} {vars(iri.transport)}"


async def test_leaving_the_client_closes_its_connections() -> None:
    async with client(Recorder({})) as iri:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        await iri.get_facility()


bodies = st.one_of(
    st.binary(),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(
        st.sampled_from(["id", "task_id", "items", "status", "result", "name", "entries", "detail", "title"]),
        json_values,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=150)
@given(
    method=st.sampled_from(sorted(EXAMPLES)),
    status=st.integers(200, 599),
    body=bodies,
    kind=st.sampled_from(["application/json", "text/html", "", "é"]),
)
async def test_whatever_a_facility_answers_only_errors_of_the_api_come_out(
    method: str, status: int, body: bytes, kind: str
) -> None:
    answer = httpx.Response(status, content=body, headers=[(b"Content-Type", kind.encode())])
    with suppress(IRIError):
        await getattr(client(answer).without_retries(), method)(**EXAMPLES[method])
