"""The local facility responds as the document promises, and a response that violates it is detected."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from alcf_mcp.local.settings import Profile
from tests.contract.document import Document
from tests.contract.facility import Exchange, check_facility, judged
from tests.contract.findings import Finding, differences

PROBLEM = b'{"type": "https://x.example/problems/x", "status": 404, "instance": "https://x.example/task/t"}'

NOT_AT_ALCF = {
    *("tail", "stat", "checksum", "file", "symlink", "cp", "mv"),
    *("compress", "extract", "upload", "download", "deleteTask"),
}


@pytest.mark.parametrize("profile", ["full", "alcf"])
async def test_every_answer_is_as_the_document_has_it(profile: Profile, tmp_path: Path) -> None:
    findings = await check_facility(Document.load(), tmp_path, profile)
    assert differences(findings) == []
    if profile == "alcf":
        assert {f.id for f in findings if not _carried_out(f)} == NOT_AT_ALCF
        assert all("501" in f.notes for f in findings if f.id in NOT_AT_ALCF)


def _carried_out(finding: Finding) -> bool:
    return any(status.startswith("2") for status in finding.notes)


def told_of(**answer: Any) -> list[str]:
    headers = {"Authorization": "Bearer t"} if answer.pop("token", True) else {}
    request = httpx.Request("GET", "http://local/api/v1/task/t", headers=headers)
    problem = answer.get("status", 200) >= 400
    exchange = Exchange(
        **{
            "request": request,
            "status": 200,
            "media_type": "application/problem+json" if problem else "application/json",
            "content": PROBLEM if problem else b'{"id": "t"}',
            **answer,
        }
    )
    (finding,) = (f for f in judged(Document.load(), [exchange]) if f.id == "getTask")
    return list(finding.differences)


def test_what_the_document_has_is_no_difference() -> None:
    assert told_of() == told_of(status=404) == told_of(status=401, token=False) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 418}, "HTTP 418: the document has no such status (GET /task/t)"),
        ({"status": 304, "content": b"{}"}, "HTTP 304: a body where the document has none (GET /task/t)"),
        ({"content": b"{}"}, "HTTP 200: 'id' is a required property (GET /task/t)"),
        ({"content": b'{"id": 7}'}, "HTTP 200: id: 7 is not of type 'string' (GET /task/t)"),
        ({"content": b'{"id": "t", "status": "sleeping"}'}, "HTTP 200: status: 'sleeping' is not one of"),
        ({"content": b"<html>"}, "HTTP 200: no JSON (GET /task/t)"),
        ({"media_type": "text/html"}, "HTTP 200: text/html instead of application/json (GET /task/t)"),
        ({"status": 404, "media_type": "application/json"}, "HTTP 404: application/json instead of"),
        ({"status": 404, "content": b"{}"}, "HTTP 404: 'instance' is a required property (GET /task/t)"),
        ({"token": False}, "HTTP 200: the request had no token (GET /task/t)"),
    ],
)
def test_an_answer_that_leaves_the_document_is_named(answer: dict[str, Any], told: str) -> None:
    assert told_of(**answer)[0].startswith(told)


def test_an_operation_that_was_not_asked_for_is_named() -> None:
    assert "getTask: it was never requested" in differences(judged(Document.load(), []))
