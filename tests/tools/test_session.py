"""The server's own state."""

from mcp import Client

from alcf_mcp.config import load_settings
from alcf_mcp.server import build_server
from tests.conftest import Answered, Connect


async def test_the_policy_in_force_is_told(connect: Connect) -> None:
    async with connect(confirm="human", read_only=True) as assistant:
        answered = await assistant.call("auth_status")
    assert answered.facts["confirm"] == "human"
    assert answered.facts["read_only"] is True
    assert "a token from the local facility" in answered.text


async def test_signed_out_the_public_works_and_the_rest_says_what_to_do(connect: Connect) -> None:
    server = build_server(load_settings())
    async with Client(server) as client:
        status = Answered.of(await client.call_tool("auth_status", {}))
        refused = Answered.of(await client.call_tool("list_projects", {}))
    assert status.facts["signed_in"] is False
    assert "alcf-mcp login" in refused.error["next_step"]
    assert "sign_in" in status.text


async def test_a_malformed_token_is_refused_without_being_shown() -> None:
    server = build_server(load_settings(api_url="http://127.0.0.1:9/api/v1", access_token="Bearer s3cret"))
    async with Client(server) as client:
        refused = Answered.of(await client.call_tool("list_projects", {}))
    assert "malformed" in refused.text
    assert "s3cret" not in refused.text
