"""The proxy variables as people have them: each works, or one sentence names it."""

from __future__ import annotations

import gc
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.iri import IRIClient, errors
from alcf_mcp.iri.proxies import is_exempt, proxy_for
from tests.certificates import Authority
from tests.iri.support import BASE, TOKEN, loopback, response, sends
from tests.socks import socks_proxy

TASK = response(b'{"id": "t"}')
SECRET = "s3cret"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this machine trusts."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


@pytest.fixture
def tls(authority: Authority) -> ssl.SSLContext:
    return authority.server_context("facility.example")


async def fetch(url: str = BASE) -> str:
    async with IRIClient(url, token=TOKEN, timeout=5.0, max_bytes=1_000_000) as iri:
        return (await iri.without_retries().get_task("t")).id


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks", "SOCKS5"])
async def test_a_socks_proxy_leads_to_the_facility(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    async with loopback(sends(TASK), tls=tls) as server:
        with socks_proxy(server.url) as proxy:
            monkeypatch.setenv("ALL_PROXY", f"{scheme}://{proxy.address}")
            assert await fetch() == "t"
    assert proxy.asked == [("facility.example", 443)], "the proxy looks the name up"
    assert f"Authorization: Bearer {TOKEN}".encode() in server.heads[0]


async def test_a_socks_proxy_may_want_a_password(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback(sends(TASK), tls=tls) as server:
        with socks_proxy(server.url, password=SECRET) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"socks5://ada:{SECRET}@{proxy.address}")
            assert await fetch() == "t"


async def test_a_socks_proxy_that_refuses_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with socks_proxy("http://127.0.0.1:9", password=SECRET) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"socks5://ada:wrong-{SECRET}@{proxy.address}")
        with pytest.raises(errors.NotConnected, match="through the proxy that HTTPS_PROXY names") as caught:
            await fetch()
    assert SECRET not in str(caught.value)
    with warnings.catch_warnings():  # httpcore leaves the refused connection to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        del caught
        gc.collect()


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "http"])
async def test_a_proxy_that_nobody_serves_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:9")
    with pytest.raises(errors.NotConnected, match=f"through the proxy that {variable} names"):
        await fetch()


@pytest.mark.parametrize(
    "entries", ["::1,[::1],fe80::/10", "[::1]:8080", "fe80::%eth0", "https://[::1]", "[", "::/0,]", ",, ,"]
)
async def test_ipv6_and_what_is_no_entry_stop_nothing(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, entries: str
) -> None:
    monkeypatch.setenv("NO_PROXY", entries)
    async with loopback(sends(TASK), tls=tls) as server:
        with socks_proxy(server.url) as proxy:
            monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.address}")
            assert await fetch() == "t"


@pytest.mark.parametrize(
    ("host", "entries", "exempt"),
    [
        ("api.alcf.anl.gov", "*", True),
        ("api.alcf.anl.gov", "anl.gov", True),
        ("api.alcf.anl.gov", "other.org, .ANL.gov", True),
        ("api.alcf.anl.gov", "other.org *.anl.gov", True),
        ("api.alcf.anl.gov", "https://api.alcf.anl.gov", True),
        ("api.alcf.anl.gov", "api.alcf.anl.gov:443", True),
        ("api.alcf.anl.gov", "api.alcf.anl.gov:8443", False),
        ("api.alcf.anl.gov", "cf.anl.gov", False),
        ("api.alcf.anl.gov", "10.0.0.0/8", False),
        ("api.alcf.anl.gov", "", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "::/0", False),
        ("11.1.2.3", "10.0.0.0/8,10.1.2.3", False),
        ("2001:db8::7", "[2001:db8::7]", True),
        ("2001:db8::7", "[2001:db8::7]:443", True),
        ("2001:db8::7", "2001:DB8:0::7", True),
        ("2001:db8::7", "2001:db8::/32", True),
        ("2001:db8::7", "fe80::/10,::1", False),
    ],
)
def test_what_no_proxy_covers(host: str, entries: str, exempt: bool) -> None:
    assert is_exempt(host, 443, entries) is exempt


@given(st.text(), st.sampled_from(["api.alcf.anl.gov", "10.1.2.3", "2001:db8::7"]))
def test_any_no_proxy_is_read(entries: str, host: str) -> None:
    is_exempt(host, 443, entries)
    assert is_exempt(host, 443, f"{entries.replace('://', '')},{host}")


@pytest.mark.parametrize(
    "value",
    [
        *("http://", "http://:3128", "http://proxy:port", "http://proxy:99999", "://", "http://pro xy:1"),
        *(
            f"http://ada:{SECRET}#1@proxy:3128",
            f"http://ada:{SECRET}/1@proxy:3128",
            "http://ada:80/1@proxy",
            "http://[::1",
            "http://\u2764",
        ),
        *("socks4://proxy:1080", "ftp://proxy:21", "quic://proxy"),
    ],
)
async def test_what_is_no_proxy_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(errors.WrongEnvironment, match="HTTPS_PROXY names") as wrong:
        await fetch()
    assert "http://proxy.example.org:3128" in wrong.value.hint
    assert SECRET not in str(wrong.value)


async def test_a_wrong_variable_does_not_matter_where_it_does_not_apply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks4://")
    async with loopback(sends(TASK)) as server:
        assert await fetch(server.url) == "t"
    monkeypatch.setenv("NO_PROXY", "example")
    assert proxy_for(BASE) is None


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("proxy:3128", "http://proxy:3128"),
        ("http://proxy:3128/", "http://proxy:3128"),
        ("https://proxy", "https://proxy"),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
        (f"http://ada:{SECRET}%23@proxy:3128", f"http://ada:{SECRET}%23@proxy:3128"),
    ],
)
def test_proxies_as_people_write_them(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    proxy = proxy_for(BASE)
    assert proxy
    assert proxy.url == url
    assert SECRET not in repr(proxy)


environment_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
url_like = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "http://", "https://", "socks5://", "socks5h://", "HTTP:"]),
    st.sampled_from(["", "ada@", "ada:%40@", "[::1]", "proxy"]),
    st.text("abc.:@/%[]#?\\ -01é", max_size=12),
)


@given(environment_text | url_like)
def test_any_value_is_a_proxy_that_the_client_takes_or_a_clear_refusal(value: str) -> None:
    def read(make: Callable[..., Any]) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("https_proxy", value)
            try:
                proxy = proxy_for(BASE)
            except errors.WrongEnvironment as wrong:
                assert "https_proxy" in str(wrong)
            else:
                if proxy:
                    make(proxy.url)

    read(lambda url: httpx.AsyncClient(proxy=url, verify=False))
