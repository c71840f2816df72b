"""OAuth as a server for many people uses it."""

from __future__ import annotations

import re
import typing

import jwt
import pytest

from alcf_mcp.auth.clients import ALCF, POLICY, RESOURCE_SERVER, SCOPE
from alcf_mcp.local.team import CLIENT_ID
from tests.local.sign_in.conftest import ORIGIN, REDIRECT, VERIFIER, Team, sent_back

AUTH = "auth.globus.org"


async def test_signing_in_gives_one_token_for_each_service_in_the_order_of_the_scopes(team: Team) -> None:
    answer = (await team.exchange(await team.code_of("ada"))).json()
    assert answer["resource_server"] == AUTH
    assert [one["resource_server"] for one in answer["other_tokens"]] == [RESOURCE_SERVER]
    assert answer["other_tokens"][0]["scope"] == SCOPE
    assert answer["state"] == "the state"
    assert answer["refresh_token"] != answer["other_tokens"][0]["refresh_token"]
    turned = (await team.exchange(await team.code_of("ada", scope=f"{SCOPE} openid"))).json()
    assert turned["resource_server"] == RESOURCE_SERVER


async def test_there_is_a_refresh_token_only_for_who_asked(team: Team) -> None:
    assert "refresh_token" not in (await team.tokens_of("ada", access_type="online"))[RESOURCE_SERVER]


async def test_the_id_token_says_who_it_is(team: Team) -> None:
    answer = (await team.exchange(await team.code_of("bob", nonce="n-1"))).json()
    about = (await team.http.get("/.well-known/openid-configuration")).json()
    key = jwt.PyJWKSet.from_dict((await team.http.get(about["jwks_uri"])).json())["local"]
    claims = jwt.decode(answer["id_token"], key, ["RS512"], audience=CLIENT_ID, issuer=about["issuer"])
    assert (claims["preferred_username"], claims["nonce"]) == ("bob@alcf.anl.gov", "n-1")
    assert about["issuer"] == ORIGIN


async def test_a_code_is_good_once(team: Team) -> None:
    code = await team.code_of("ada")
    assert (await team.exchange(code)).status_code == 200
    again = await team.exchange(code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize("changes", [{"code_verifier": "another"}, {"redirect_uri": f"{REDIRECT}/"}])
async def test_a_code_is_no_use_without_what_belongs_to_it(team: Team, changes: dict[str, str]) -> None:
    code = await team.code_of("ada")
    assert (await team.exchange(code, **changes)).json() == {"error": "invalid_grant"}
    assert (await team.exchange(code)).json() == {"error": "invalid_grant"}


async def test_a_code_is_no_use_to_another_client(team: Team) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    form |= {"client_id": ALCF.client_id, "code": await team.code_of("ada")}
    assert (await team.http.post("/v2/oauth2/token", data=form)).json() == {"error": "invalid_grant"}


async def test_a_client_proves_who_it_is_by_header_or_form(team: Team) -> None:
    secret = team.facility.client_secret.get_secret_value()
    refused = {"error": "invalid_client"}
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    for given, says in ((secret, None), ("wrong", refused), ("", refused)):
        fields = form | {"code": await team.code_of("ada"), "client_id": CLIENT_ID, "client_secret": given}
        answer = await team.http.post("/v2/oauth2/token", data=fields)
        assert (answer.status_code == 200) if says is None else (answer.json() == says)
    unreadable = {"Authorization": "Basic %%%"}
    assert (await team.http.post("/v2/oauth2/token", headers=unreadable)).json() == refused


@pytest.mark.parametrize("changes", [{"redirect_uri": f"{REDIRECT}?x=1"}, {"client_id": "unknown"}])
async def test_nobody_is_sent_where_no_client_is_registered(team: Team, changes: dict[str, str]) -> None:
    answer = await team.authorize(login_hint="ada", **changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
async def test_other_mistakes_are_told_to_the_client(team: Team, changes: dict[str, str], error: str) -> None:
    back = sent_back(await team.authorize(login_hint="ada", **changes))
    assert (back["error"], back["state"]) == (error, "the state")


async def test_a_native_application_shows_a_code_and_needs_pkce(team: Team) -> None:
    native = {"client_id": ALCF.client_id, "redirect_uri": f"{ORIGIN}/v2/web/auth-code"}
    without = await team.authorize(**native, code_challenge=None, code_challenge_method=None)
    assert "error=invalid_request" in without.headers["Location"]
    shown = await team.authorize(**native, login_hint="ada")
    page = (await team.http.get(shown.headers["Location"])).text
    code = typing.cast("re.Match[str]", re.search("<code>(.+?)</code>", page))[1]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER} | native
    assert (await team.http.post("/v2/oauth2/token", data=form)).status_code == 200


async def test_a_page_lets_people_choose_once(team: Team) -> None:
    page = (await team.authorize(state="<&>")).text
    assert "ada@alcf.anl.gov" in page
    key = typing.cast("re.Match[str]", re.search('name="request" value="(.+?)"', page))[1]
    chosen = {"request": key, "person": "bob@alcf.anl.gov"}
    answer = await team.http.post("/v2/oauth2/authorize", data=chosen)
    assert sent_back(answer)["state"] == "<&>"
    assert (await team.http.post("/v2/oauth2/authorize", data=chosen)).status_code == 400
    forged = {"request": "guessed", "person": "bob@alcf.anl.gov"}
    assert (await team.http.post("/v2/oauth2/authorize", data=forged)).status_code == 400


async def test_a_program_chooses_by_a_cookie(team: Team) -> None:
    team.http.cookies.set("person", "ada")
    assert sent_back(await team.authorize())["code"]


async def test_a_refresh_token_brings_a_new_token_and_stays(team: Team) -> None:
    old = (await team.tokens_of("ada"))[RESOURCE_SERVER]
    new = (await team.post("token", grant_type="refresh_token", refresh_token=old["refresh_token"])).json()
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] == old["refresh_token"]
    assert (new["scope"], new["other_tokens"]) == (SCOPE, [])
    native = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    answer = await team.http.post("/v2/oauth2/token", data=native | {"client_id": ALCF.client_id})
    assert answer.json() == {"error": "invalid_grant"}


async def test_a_revoked_refresh_token_takes_its_access_tokens_along(team: Team) -> None:
    mine = (await team.tokens_of("ada"))[RESOURCE_SERVER]
    assert (await team.post("token/revoke", token=mine["refresh_token"])).json() == {"active": False}
    renewed = await team.post("token", grant_type="refresh_token", refresh_token=mine["refresh_token"])
    assert renewed.json() == {"error": "invalid_grant"}
    assert await team.introspect(mine["access_token"]) == {"active": False}


async def test_introspection_says_who_and_since_when(team: Team) -> None:
    mine = (await team.tokens_of("ada"))[RESOURCE_SERVER]["access_token"]
    asked = {"include": "session_info,identity_set_detail", "authentication_policies": POLICY}
    found = await team.introspect(mine, **asked)
    assert (found["username"], found["scope"]) == ("ada@alcf.anl.gov", SCOPE)
    assert found["policy_evaluations"] == {POLICY: {"evaluation": True}}
    assert found["sub"] in found["session_info"]["authentications"]
    assert [one["username"] for one in found["identity_set_detail"]] == ["ada@alcf.anl.gov"]
    assert "session_info" not in await team.introspect(mine)
    team.facility.globus.tokens.end_sessions("ada")
    found = await team.introspect(mine, **asked)
    assert (found["active"], found["policy_evaluations"][POLICY]) == (True, {"evaluation": False})


async def test_a_service_learns_only_of_tokens_for_itself(team: Team) -> None:
    assert await team.introspect((await team.tokens_of("ada"))[AUTH]["access_token"]) == {"active": False}
    native = await team.http.post("/v2/oauth2/token/introspect", data={"client_id": ALCF.client_id})
    assert native.status_code == 401


async def test_userinfo_wants_globus_own_token(team: Team) -> None:
    tokens = await team.tokens_of("bob")
    for server, status in ((AUTH, 200), (RESOURCE_SERVER, 403)):
        headers = {"Authorization": f"Bearer {tokens[server]['access_token']}"}
        answer = await team.http.get("/v2/oauth2/userinfo", headers=headers)
        assert answer.status_code == status
        assert (answer.json().get("email") == "bob@alcf.anl.gov") == (status == 200)
    assert (await team.http.get("/v2/oauth2/userinfo")).status_code == 401


async def test_a_test_in_another_process_changes_the_weather(team: Team) -> None:
    mine = (await team.tokens_of("ada"))[RESOURCE_SERVER]["access_token"]
    assert (await team.http.put("/control", json={"failing": True})).status_code == 200
    assert (await team.post("token", grant_type="refresh_token", refresh_token="x")).status_code == 503
    await team.http.put("/control", json={"failing": False, "lifetime": 60})
    assert (await team.tokens_of("ada"))[RESOURCE_SERVER]["expires_in"] == 60
    assert (await team.http.post("/control/expire", json={"person": "bob"})).status_code == 200
    assert (await team.introspect(mine))["active"]
    assert (await team.http.post("/control/expire", json={"person": "ada"})).status_code == 200
    assert not (await team.introspect(mine))["active"]
    assert (await team.http.post("/control/expire", data={"person": "ada"})).status_code == 415
    assert (await team.http.post("/control/nothing", json={})).status_code == 404
