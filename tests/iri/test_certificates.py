"""The certificates that are trusted: a variable's, or the system's; a wrong variable is named."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from alcf_mcp.iri import IRIClient, errors
from alcf_mcp.iri.certificates import VARIABLES, kept_context, shared_tls_context, tls_context
from tests.certificates import Authority
from tests.iri.support import TOKEN, loopback, response, sends

TASK = response(b'{"id": "t"}')
NOTHING = "/nowhere/authority.pem"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An organization's authority, which this machine does not trust by itself."""
    return Authority(tmp_path)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What one test trusts is nothing to the others."""
    kept_context.cache_clear()
    yield
    kept_context.cache_clear()


async def fetch(url: str) -> str:
    async with IRIClient(url, token=TOKEN, timeout=5.0, max_bytes=1_000_000) as iri:
        return (await iri.get_task("t")).id


async def test_an_unknown_authority_is_not_trusted_and_not_asked_twice(authority: Authority) -> None:
    async with loopback(sends(TASK), tls=authority.server_context("127.0.0.1")) as server:
        with pytest.raises(
            errors.NotTrusted, match="does not trust the certificate of https://127"
        ) as caught:
            await fetch(server.url)
    assert "SSL_CERT_FILE" in caught.value.hint
    assert server.heads == []


@pytest.mark.parametrize("variable", [name for name in VARIABLES if name != "SSL_CERT_DIR"])
async def test_a_variable_names_an_organizations_authority(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(authority.path))
    async with loopback(sends(TASK), tls=authority.server_context("127.0.0.1")) as server:
        assert await fetch(server.url) == "t"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="only openssl names the files of a directory")
async def test_directories_are_read_as_openssl_does(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    directory = tmp_path / "authorities"
    directory.mkdir()
    shutil.copy(authority.path, directory)
    monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere:{directory}")
    with pytest.raises(errors.WrongEnvironment, match=r"SSL_CERT_DIR names .* `openssl rehash`"):
        tls_context()
    subprocess.run(["openssl", "rehash", directory], check=True)
    async with loopback(sends(TASK), tls=authority.server_context("127.0.0.1")) as server:
        assert await fetch(server.url) == "t"


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "which does not exist"), ("", "no certificates"), ("-----BEGIN", "no certificates")],
)
async def test_what_holds_no_certificates_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, content: str | None, said: str
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(errors.WrongEnvironment, match=f"{variable} names {path}, .*{said}") as wrong:
        await fetch("https://facility.invalid/api/v1")
    assert "unset it" in wrong.value.hint


async def test_a_long_value_is_no_traceback_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "x" * 5000)
    with pytest.raises(errors.WrongEnvironment, match="SSL_CERT_FILE names x"):
        tls_context()


def test_connections_share_one_context_as_long_as_the_same_is_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shared_tls_context()
    assert shared_tls_context() is first
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    assert shared_tls_context() is not first


async def test_certificates_do_not_matter_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", NOTHING)
    async with loopback(sends(TASK)) as server:
        assert await fetch(server.url) == "t"


async def test_leaving_the_client_fails_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", NOTHING)
    async with IRIClient("https://facility.invalid/api/v1"):
        pass


async def test_certifis_certificates_count_where_the_system_has_none(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(authority.path))
    async with loopback(sends(TASK), tls=authority.server_context("127.0.0.1")) as server:
        assert await fetch(server.url) == "t"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system keeps no file")
async def test_an_authority_that_the_system_trusts_is_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = ssl.DefaultVerifyPaths(None, None, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    monkeypatch.setattr("truststore._openssl._CA_FILE_CANDIDATES", [str(authority.path)])
    async with loopback(sends(TASK), tls=authority.server_context("127.0.0.1")) as server:
        assert await fetch(server.url) == "t"
