"""The fact in a text that other programs write for their developers: a traceback, a validation report.

Some of ALCF's errors hold such a text (its deployment of the API, 2026-04). A user needs to know what
happened. Where in the facility's code it happened goes to the log, without values: no path or id gets there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

logger = logging.getLogger(__name__)

UNSAID = "an internal error that the facility does not explain"

MOST_READ = 200_000
"""Characters that are read, half of them from the end: there a traceback says what happened."""

MOST_ROUNDS = 8
"""How often a text is reduced: a report may stand in a traceback, and a traceback in a report."""

MOST_FINDINGS = 5
MOST_LOGGED = 20

_TRACEBACK = re.compile(r"Traceback\s*\(most\s+recent\s+call\s+last\)\s*:?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:The above|During handling of the above) exception\b[^:]{0,80}:")
_FRAME = re.compile(r"""File\s+["']([^"'\n]*)["'],\s+line\s+(\d+)(?:,\s+in\s+(\S+))?""")
_RULE = re.compile(r"^[\s|+=~^-]*$")
_RAISED = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s*|\s*$)")
_RAISED_WITHIN_A_LINE = re.compile(
    r"(?:^|(?<=\s))((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exceeded|Failed|Failure|Timeout))(?::\s|:?$)"
)

_REPORT = re.compile(r"(?<!\d)\d+ validation errors?(?:\s+for\s+(\S+)|:(?=\s*\{))")
_LINK = re.compile(r"(?:For further information visit\s+)?(?:https?://)?errors\.pydantic\.dev\S*")
_KIND = re.compile(
    r"\[type=([\w.]+)(?:, input_value=.{0,400}?, input_type=[\w.]+)?\]"
    r"|\(type=([\w.]+)(?:;[^()]{0,400})?\)"
    r"|\[type=([\w.]+)[^\]]{0,400}$",  # cut off
    re.DOTALL,
)
_PLACE = re.compile(r"[\w.\[\]-]+")
_LISTED = re.compile(
    r"""["']loc["']: ?[(\[](?P<loc>[^)\]]{0,400})[)\]], ?"""
    r"""["']msg["']: ?(?P<quote>["'])(?P<msg>.{0,2000}?)(?P=quote)[,}]""",
    re.DOTALL,
)
_ITS_WORDS = re.compile(r"\b(?:Value|Assertion) error, |\bInput (?=should\b)")


def fact_in(value: Any) -> str:
    """Return the fact in another program's text; a text of any other kind is returned as it is.

    The rest is logged: the names of modules, functions and fields, and the kinds of errors.

    Args:
        value: the text, or the list of findings that some frameworks send instead.
    """
    rest: list[str] = []
    text = ("" if value is None else str(value)).strip()
    if len(text) > MOST_READ:
        text = f"{text[: MOST_READ // 2]}\n{text[-MOST_READ // 2 :]}"
    for _ in range(MOST_ROUNDS):
        before, text = text, _listed(_validated(_raised(text, rest), rest), rest)
        if text == before:
            break
    else:  # one within another, again and again: nobody's program writes that
        text = UNSAID
    if rest:
        text = " ".join(text.split())
        logger.info("the facility's text was reduced to its fact", extra={"left_out": rest[:MOST_LOGGED]})
    return text


def _raised(text: str, rest: list[str]) -> str:
    """What a traceback says was raised, after the words in front of it."""
    if not (_TRACEBACK.search(text) or _FRAME.search(text)):
        return text
    if "\n" not in text:
        text = text.replace("\\n", "\n").replace('\\"', '"')
    frames, heads = [*_FRAME.finditer(text)], [*_TRACEBACK.finditer(text)]
    rest += [_position(frame) for frame in frames]
    first = min(found.start() for found in (*frames, *heads, *_BETWEEN.finditer(text)))
    last = max((*frames, *heads), key=lambda found: found.end())
    said = _said(_after(last, text, frames), rest)
    before = text[:first].rstrip(" \t\r\n:;,-(|+")
    return f"{before}: {said}" if before else said


def _position(frame: re.Match[str]) -> str:
    file, line, function = frame.groups()
    return f"{file.rpartition('/')[2]}:{line}" + (f" in {function}" if function else "")


def _after(last: re.Match[str], text: str, frames: Sequence[re.Match[str]]) -> str:
    """The text from the name of the exception on: the first line that is indented less than the frame."""
    frame = text[text.rfind("\n", 0, last.start()) + 1 : last.start()]
    depth = _depth(frame) if last in frames else _depth(frame) + 1
    lines = text[last.end() :].split("\n")
    for number, line in enumerate(lines[1:], 1):
        if _depth(line) < depth and not _RULE.match(line):
            return "\n".join(line for line in lines[number:] if not _RULE.match(line)).strip()
    within = _RAISED_WITHIN_A_LINE.search(text, last.end())
    return text[within.start() :] if within else ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t|+-"))


def _said(raised: str, rest: list[str]) -> str:
    """What an exception says; its name stands for it where it says nothing, or only a word."""
    named = _RAISED.match(raised)
    if named is None:
        return raised.strip() or UNSAID
    rest.append(named[1])
    name, message = named[1].rpartition(".")[2], raised[named.end() :].strip()
    if not message:
        return name
    return message if " " in message else f"{name}: {message}"


def _validated(text: str, rest: list[str]) -> str:
    """What a validation report found, after the words in front of it."""
    report = _REPORT.search(text)
    if report is None and not (_LINK.search(text) or _KIND.search(text)):
        return text
    before, body = (text[: report.start()], text[report.end() :]) if report else ("", text)
    if report and report[1]:
        rest.append(report[1])
    body = _LINK.sub("", _REPORT.sub("", body))
    findings, at = [], 0
    for kind in _KIND.finditer(body):
        findings.append(_finding(body[at : kind.start()], located=report is not None))
        rest.append(next(filter(None, kind.groups())))
        at = kind.end()
    findings.append(_finding(body[at:], located=False))
    return _joined(before, findings)


def _finding(chunk: str, *, located: bool) -> str:
    """A finding on one line: the place, which stands on a line of its own, and what is wrong there."""
    lines = [line for line in chunk.splitlines() if line.strip()]
    place, said = "", " ".join(chunk.split())
    if located and len(lines) > 1 and _depth(lines[0]) < _depth(lines[1]):
        place, said = lines[0].strip(), " ".join(" ".join(lines[1:]).split())
    elif located and len(lines) == 1:
        word, _, following = said.partition(" ")
        if following[:1].isupper() and _PLACE.fullmatch(word):
            place, said = word, following
    said = _ITS_WORDS.sub("", said)
    return f"{place}: {said}" if place and said else said or place


def _listed(text: str, rest: list[str]) -> str:
    """What a validation found that is written as a list of findings, as FastAPI does."""
    found = [*_LISTED.finditer(text)]
    if not found:
        return text
    rest += ["findings of a validation"]
    begin = max(text.rfind("{", 0, found[0].start()), 0)
    places = [".".join(re.findall(r"\w+", one["loc"])) for one in found]
    said = [_ITS_WORDS.sub("", one["msg"]) for one in found]
    findings = [f"{place}: {what}" if place else what for place, what in zip(places, said, strict=True)]
    return _joined(text[:begin], findings)


def _joined(before: str, findings: Sequence[str]) -> str:
    told = [finding for finding in findings if re.search(r"\w", finding)]
    more = [f"and {len(told) - MOST_FINDINGS} more"] if len(told) > MOST_FINDINGS else []
    said = "; ".join((*told[:MOST_FINDINGS], *more)) or UNSAID
    before = before.rstrip(" \t\r\n:;[{(")
    return f"{before}: {said}" if before else said
