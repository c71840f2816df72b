"""Make text from others fit to show: bounded, with invisible characters made visible."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

# Everything that moves the cursor, hides text or changes its direction, except line ends and tabs.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


# What a client that renders Markdown would turn into an image, a link or an element.
_MARKUP = re.compile(r"!\[|\]\(|<(?=[a-zA-Z/!?])")


def visible(text: str) -> str:
    """Show control characters, terminal escapes and bidirectional overrides instead of obeying them."""
    return _INVISIBLE.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 300) -> str:
    """Make a name or message fit to show: on one line, at most ``limit`` characters, without Markdown."""
    line = _MARKUP.sub(_escaped, visible(" ".join(text[: 4 * limit].split())))
    return line if len(line) <= limit else line[: limit - 1] + "…"


WHOLE = 20_000
"""Characters, more than any fact has. Facts are shortened when shown, after an answer is bound to them."""

LONGEST_FACT = 4096


def plain(value: Any) -> Any:
    """Apply ``one_line`` to every text within a value, at any depth."""
    if isinstance(value, str):
        return one_line(value, LONGEST_FACT)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items()}
    return value


def clock(moment: datetime | None) -> str:
    """A time to the minute, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "unknown time"


def clock_of(timestamp: float) -> str:
    """A time in seconds since the epoch, to the minute, in UTC."""
    return clock(datetime.fromtimestamp(timestamp, UTC))


def size(count: int | None) -> str:
    """A number of bytes in readable form: ``512 B``, ``1.5 MB``."""
    if count is None:
        return "unknown size"
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"


def id_in(uri: str) -> str:
    """The id at the end of one of the facility's URIs."""
    return uri.rstrip("/").rpartition("/")[2]


def _escaped(match: re.Match[str]) -> str:
    # Escaped only once: text that passes through here again stays the same.
    before = match.string[: match.start()]
    backslashes = len(before) - len(before.rstrip("\\"))
    return match[0] if backslashes % 2 else f"\\{match[0]}"


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
