"""The way to Globus: the same proxies and certificates as the way to the facility."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import requests
from pydantic import SecretStr

from alcf_mcp.auth import SignedIn, TokenStore
from alcf_mcp.auth.clients import ALCF
from alcf_mcp.auth.errors import GlobusUnavailable
from alcf_mcp.auth.globus import Attempt, told
from alcf_mcp.auth.network import transport
from tests.auth.conftest import sign_in
from tests.auth.globus_auth import ADA, GlobusAuth, Site
from tests.certificates import Authority
from tests.iri.support import loopback, response, sends
from tests.socks import socks_proxy

ELSEWHERE = "http://auth.globus.example"


@pytest.fixture
def elsewhere(globus: GlobusAuth, site: Site, monkeypatch: pytest.MonkeyPatch) -> GlobusAuth:
    """Globus Auth under a name that no name server knows."""
    monkeypatch.delenv("NO_PROXY")
    globus.url = ELSEWHERE
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_AUTH", ELSEWHERE)
    return globus


def sign_in_at(globus: GlobusAuth, site: Site) -> SignedIn:
    """Sign in with a browser that finds its own way."""
    attempt = Attempt(ALCF)
    code = globus.approve(attempt.url.replace(ELSEWHERE, site.url))
    return attempt.finish(SecretStr(code), TokenStore(ALCF))


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_sign_in_through_a_socks_proxy(
    elsewhere: GlobusAuth, site: Site, store: TokenStore, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socks_proxy(site.url) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{proxy.address}")
        assert sign_in_at(elsewhere, site).identity == ADA.username
    assert set(proxy.asked) == {("auth.globus.example", 80)}, "the proxy looks the name up"


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_nobody_serves_is_named_by_its_variable(
    elsewhere: GlobusAuth, site: Site, store: TokenStore, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", url)
    with pytest.raises(GlobusUnavailable, match="through the proxy that ALL_PROXY names"):
        sign_in_at(elsewhere, site)


def test_what_is_no_proxy_is_named_by_its_variable(
    elsewhere: GlobusAuth, site: Site, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks4://proxy:1080")
    with pytest.raises(GlobusUnavailable, match="ALL_PROXY names a proxy of a kind"):
        sign_in_at(elsewhere, site)


def test_ipv6_exceptions_stop_nothing(
    globus: GlobusAuth, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "::1,[::1],fe80::/10,127.0.0.0/8")
    assert sign_in(globus).identity == ADA.username


def fetched(url: str) -> int:
    with told():
        return send(url).status_code


def send(url: str) -> requests.Response:
    way = transport()
    try:
        return way.session.send(
            requests.Request("GET", url).prepare(), timeout=way.http_timeout, verify=way.verify_ssl
        )
    except requests.RequestException as error:
        from globus_sdk.exc import convert_request_exception  # noqa: PLC0415 - as the SDK's client does

        raise convert_request_exception(error) from None
    finally:
        way.close()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GLOBUS_SDK_VERIFY_SSL"])
async def test_an_organizations_authority_is_trusted_where_a_variable_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    authority = Authority(tmp_path)
    async with loopback(sends(response()), tls=authority.server_context("127.0.0.1")) as server:
        with pytest.raises(GlobusUnavailable, match="does not trust Globus's certificate") as caught:
            await anyio.to_thread.run_sync(fetched, server.url)
        assert "SSL_CERT_FILE" in caught.value.hint
        monkeypatch.setenv(variable, str(authority.path))
        assert await anyio.to_thread.run_sync(fetched, server.url) == 200


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "GLOBUS_SDK_VERIFY_SSL"])
def test_certificates_that_are_not_there_are_named_by_their_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/nowhere/authority.pem")
    with pytest.raises(GlobusUnavailable, match=variable):
        fetched("https://127.0.0.1:9")
