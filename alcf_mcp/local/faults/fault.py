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
    """What happens to a request instead of, or on top of, being answered.

    Attributes:
        name: what it is called where faults are counted.
        method: HTTP method, ``None`` for any.
        path: regular expression that is searched for in the path.
        status: status of the answer that replaces the facility's; ``None`` leaves the facility's.
        body: its body: text, or anything that JSON can say.
        content_type: its content type.
        headers: more headers for it.
        delay: seconds that pass first.
        after: whether the request is carried out all the same, before the fault's answer goes out.
        late: seconds after the fault's answer at which the request is carried out all the same, as by a
            scheduler for which a gateway did not wait; ``None`` for not at all.
        drop: close the connection instead of answering.
        reset: the same by a TCP reset.
        truncate: close the connection in the middle of the answer's body. An answer that has none is not
            sent at all.
        trickle: seconds over which the answer's body is spread, byte by byte.
        times: how many requests it happens to; ``None`` for all.
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
        """Whether the facility's own answer does not go out."""
        return self.drop or self.reset or self.status is not None

    @property
    def lets_through(self) -> bool:
        """Whether the request is carried out."""
        return self.after or self.late is not None or not self.replaces

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is one that this happens to."""
        return self.method in (None, method) and re.search(self.path, path) is not None

    def response(self) -> Response:
        """The answer that replaces the facility's."""
        content = self.body if isinstance(self.body, str | bytes) else json.dumps(self.body)
        return Response(
            content,
            status_code=self.status or 500,
            headers=dict(self.headers),
            media_type=self.content_type,
        )
