"""What is known of tar archives before the facility makes or reads them."""

from __future__ import annotations

import re

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compression

_COMPRESSIONS: dict[str, Compression] = {
    ".tar": "none",
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tar.xz": "xz",
    ".txz": "xz",
}


def compression_of(archive: str, named: Compression | None) -> Compression:
    """How an archive is compressed: as named, or as the ending of its name says.

    Raises:
        InvalidCall: neither tells.
    """
    ending = next((end for end in _COMPRESSIONS if archive.lower().endswith(end)), None)
    if named is None and ending is None:
        raise InvalidCall(
            f"The name of {archive!r} does not tell how it is compressed",
            hint=f"Give `compression`, or a name that ends in one of {', '.join(_COMPRESSIONS)}.",
        )
    return named or _COMPRESSIONS[ending or ".tar"]


def checked_pattern(pattern: str | None) -> str | None:
    """Return a pattern that names have to match.

    Raises:
        InvalidCall: it is no regular expression.
    """
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise InvalidCall(
            f"{pattern!r} is no regular expression ({error})", hint=r"'\.log$' matches what ends in .log."
        ) from None
    return pattern
