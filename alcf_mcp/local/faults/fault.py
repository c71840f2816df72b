"""One fault: what happens to a request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to a request instead of, or on top of, a normal response.

    Attributes:
        name: the name under which the fault is counted.
        method: HTTP method, ``None`` for any.
        path: regular expression that is searched for in the path.
        status: status of the response that replaces the facility's; ``None`` keeps the facility's response.
        body: body of that response: text, or anything that JSON can express.
        content_type: content type of that response.
        headers: further headers of that response.
        delay: seconds to wait first.
        after: whether the request is still carried out, before the fault's response is sent.
        late: seconds after the fault's response at which the request is still carried out, as by a
            scheduler that a gateway did not wait for; ``None`` for not at all.
        drop: close the connection instead of responding.
        reset: end the connection with a TCP reset instead of responding.
        truncate: close the connection in the middle of the response body. A response without a body is not
            sent at all.
        trickle: seconds over which the response body is spread, byte by byte.
        times: how many requests the fault happens to; ``None`` for all.
    """

    name: str = ""
    method: str | None = None
    path: str = ""
    status: int | None = None
    body: Any = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: bool = False
    late: float | None = None
    drop: bool = False
    reset: bool = False
    truncate: bool = False
    trickle: float = 0.0
    times: int | None = 1

    @property
    def replaces(self) -> bool:
        """Whether the fault suppresses the facility's own response."""
        return self.drop or self.reset or self.status is not None

    @property
    def lets_through(self) -> bool:
        """Whether the request is carried out."""
        return self.after or self.late is not None or not self.replaces

    def concerns(self, method: str, path: str) -> bool:
        """Whether the fault applies to a request."""
        return self.method in (None, method) and re.search(self.path, path) is not None

    def response(self) -> Response:
        """The response that replaces the facility's."""
        content = self.body if isinstance(self.body, str | bytes) else json.dumps(self.body)
        return Response(
            content,
            status_code=self.status or 500,
            headers=dict(self.headers),
            media_type=self.content_type,
        )
