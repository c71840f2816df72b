"""Turn a problem document (RFC 9457) into the error that it stands for."""

from __future__ import annotations

from typing import Any

from alcf_mcp.iri.errors import (
    DETAIL_LIMIT,
    APIError,
    Conflict,
    GatewayTimeout,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    NotImplementedThere,
    NotPermitted,
    ServerFault,
    TooManyRequests,
)

_BY_STATUS: dict[int, type[APIError]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: NotPermitted,
    404: NotFound,
    405: InvalidRequest,
    408: GatewayTimeout,
    409: Conflict,
    422: InvalidRequest,
    429: TooManyRequests,
    501: NotImplementedThere,
    504: GatewayTimeout,
}


def from_problem(
    status: int,
    problem: dict[str, Any],
    *,
    retry_after: str | None = None,
    date: str | None = None,
    is_problem: bool = False,
) -> APIError:
    """Create the exception for a problem document (RFC 9457); malformed members are tolerated.

    Args:
        status: the HTTP status of the response; it takes precedence over the document's own.
        problem: the decoded body.
        retry_after: the ``Retry-After`` header, if the response had one.
        date: the ``Date`` header, if the response had one.
        is_problem: whether the API itself sent the document.
    """
    error_class = _BY_STATUS.get(status, APIError if 400 <= status < 500 else ServerFault)
    return error_class(
        status=status,
        detail=_text(problem.get("detail")),
        title=_text(problem.get("title")),
        invalid_params=_invalid_params(problem.get("invalid_params")),
        retry_after=retry_after,
        date=date,
        is_problem=is_problem,
    )


def _text(value: Any) -> str:
    from alcf_mcp.iri.others_text import fact_in  # noqa: PLC0415 - loaded with the first error

    return fact_in(value)[:DETAIL_LIMIT]


def _invalid_params(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        return []
    return [
        (_text(item.get("name")), _text(item.get("reason"))) for item in value[:20] if isinstance(item, dict)
    ]
