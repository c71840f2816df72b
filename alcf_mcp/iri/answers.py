"""Read a response: decoded JSON, or the error that it stands for, whatever a gateway made of it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from pydantic_core import from_json

from alcf_mcp.iri.connection import Answer
from alcf_mcp.iri.errors import APIError, BlockedByGateway, IRIError, NotAnIRIAnswer, NotJSON
from alcf_mcp.iri.problems import from_problem

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

_TELLS_AN_ERROR = frozenset({"error", "errors", "detail"})
_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail"})
_TELLS_A_THING = frozenset({"id", "task_id", "name", "items"})


def read(answer: Answer) -> Any:
    """Turn a response into decoded JSON, or ``None`` for a 204.

    An empty body with any other status did not come from the API. It proves neither that something was done
    nor that a list is empty.

    Raises:
        IRIError: the response is an error, reports one, or did not come from the API.
    """
    status = answer.status
    if 300 <= status < 400:
        raise NotAnIRIAnswer("The facility answered with a redirect, which is not followed", status=status)
    if status == 204:
        return None
    try:
        data = _decoded(answer.content)
    except (ValueError, RecursionError):
        raise _not_json(answer) from None
    if status < 400:
        if error := _error_inside(data, status):
            raise error
        return data
    problem = data if isinstance(data, dict) else {"detail": data}
    if status == 403 and "cloudflare.com" in str(problem.get("type")):
        raise _blocked(str(problem.get("title")), status)
    raise _problem(answer, problem)


def _decoded(content: bytes) -> Any:
    with suppress(ValueError):
        return from_json(content)  # in a third of the memory; what it refuses may still be JSON
    data = json.loads(content)
    if _SURROGATE.search(content):  # a lone surrogate can't be encoded again: it becomes "?"
        data = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
    return data


def _error_inside(data: Any, status: int) -> APIError | None:
    """Return the error that a response reports although its status is a success."""
    if not isinstance(data, dict) or not data.keys() & _TELLS_AN_ERROR or data.keys() & _TELLS_A_THING:
        return None
    said = data.get("status")
    real = said if isinstance(said, int) and 400 <= said < 600 else status
    detail = next(data[key] for key in ("detail", "error", "errors") if key in data)
    return from_problem(
        real, {**data, "detail": detail if isinstance(detail, str | list) else json.dumps(detail)}
    )


def _problem(answer: Answer, problem: dict[str, Any]) -> APIError:
    headers = answer.headers
    return from_problem(
        answer.status,
        problem,
        retry_after=headers.get("Retry-After"),
        date=headers.get("Date"),
        is_problem=_is_problem_document(answer, problem),
    )


def _is_problem_document(answer: Answer, problem: dict[str, Any]) -> bool:
    """Whether a body is a problem document of the API; Cloudflare's look alike, but name their origin."""
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    by_members = problem.keys() >= _PROBLEM_MEMBERS
    by_type = media_type == "application/problem+json" and isinstance(problem.get("detail"), str)
    same_status = problem.get("status") in (None, answer.status)
    return (by_members or by_type) and same_status and "cloudflare" not in str(problem.get("type"))


def _blocked(text: str, status: int) -> BlockedByGateway:
    return BlockedByGateway(
        f"The gateway in front of the facility refused this program ({text[:60]}, HTTP {status})",
        status=status,
    )


def _not_json(answer: Answer) -> IRIError:
    from alcf_mcp.iri.others_text import fact_in  # noqa: PLC0415 - loaded with the first error

    text = answer.content.decode(errors="replace").strip()
    kind = answer.headers.get("Content-Type", "").partition(";")[0] or "no declared type"
    if answer.status == 403 and "error code: 10" in text:
        return _blocked(text, answer.status)
    if answer.status < 400:
        return NotJSON(
            f"The response is not the facility API's JSON (HTTP {answer.status}, {kind}, "
            f"{len(answer.content)} bytes)",
            status=answer.status,
        )
    looks_like_html = "html" in kind or text[:1] == "<"
    detail = (
        "a gateway in front of it sent an HTML page"
        if looks_like_html
        else " ".join(fact_in(text).split())[:200]
    )
    return _problem(answer, {"detail": detail})
