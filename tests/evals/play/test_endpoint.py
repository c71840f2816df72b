"""An endpoint that fails is named with the reason, and without the key."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from evals.play import endpoint as endpoints
from evals.play.dialects import DIALECTS, UserTurn
from evals.play.endpoint import Endpoint, EndpointError
from tests.evals.play.replayed_model import ReplayedModel, Reply

KEY = "sk-never-shown-0123456789"
NOW = {"Retry-After": "0"}


async def asked(model: ReplayedModel, dialect: str) -> str:
    endpoint = Endpoint(model.url, DIALECTS[dialect], "replayed", SecretStr(KEY))
    return (await endpoint.reply("Help.", [], [UserTurn("hello")])).text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("status", [429, 500, 529])
async def test_a_failure_that_passes_is_tried_again(dialect: str, status: int) -> None:
    with ReplayedModel([Reply(status, "busy", NOW), "hello"]).serving() as model:
        assert await asked(model, dialect) == "hello"
    assert len(model.requests) == 2


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("status", [429, 500])
async def test_a_failure_that_stays_is_an_error(dialect: str, status: int) -> None:
    refusing = ReplayedModel([Reply(status, "{key} is busy", NOW)] * 3)
    with refusing.serving(), pytest.raises(EndpointError, match=f"{status}: .*is busy") as error:
        await asked(refusing, dialect)
    assert KEY not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "body", ["<html>", "[]", "{}", "null", '{"choices": [], "content": [{}]}', '{"choices": 1, "content": 1}']
)
async def test_garbage_is_an_error(dialect: str, body: str) -> None:
    babbling = ReplayedModel([Reply(200, body)])
    with babbling.serving(), pytest.raises(EndpointError, match="not a model's turn"):
        await asked(babbling, dialect)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "not an address", ""])
async def test_an_endpoint_that_is_not_there_is_an_error(url: str) -> None:
    with pytest.raises(EndpointError, match="can't be reached"):
        await asked(ReplayedModel([], url=url), "openai")


def test_http_for_models_is_in_one_place() -> None:
    package = Path(endpoints.__file__).parent.parent
    using = [path.name for path in package.rglob("*.py") if "import httpx" in path.read_text()]
    assert using == ["endpoint.py"]
