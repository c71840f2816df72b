"""What a job's state, exit code and times mean, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.walltime import spoken

_MEANINGS = {
    0: "success",
    126: "a command was found but could not be executed",
    127: "a command was not found",
    -29: "PBS ended it: its walltime was used up",
    -3: "PBS could not start it and may try again",
    -2: "PBS could not start it",
    -1: "PBS could not start it",
}
_SIGNALS = {
    1: "hang-up",
    2: "interrupt",
    6: "abort",
    7: "bus error",
    8: "arithmetic error",
    9: "kill, often for want of memory",
    11: "segmentation fault",
    15: "termination",
}
_NEVER_RAN = (
    "It never ran: submit it again once; if it fails again, check its directory, or ask ALCF support."
)
_KILLED = "It was killed, often because its memory was used up: fewer ranks on a node, or more nodes."
_CAUSES = {
    **dict.fromkeys((-1, -2, -3), _NEVER_RAN),
    **dict.fromkeys((128 + 9, 256 + 9), _KILLED),
    256 + 15: "Somebody canceled it, or its walltime was used up.",
    127: "A command was not found: is its module loaded in the script, is its path right?",
    126: "A command could not be executed: is it a program, has it the permission to run?",
}
_SIGNAL_BASES = ((256, "ended by PBS with"), (128, "ended by"))
_ENDED_BY_PBS = frozenset({256 + 15, 256 + 9, -29})

LOOKS_APART = 120.0
"""Seconds: by so much a job may have run longer than it was seen to."""

_STATES = {"active": "running", "new": "just submitted", "queued": "waiting", "held": "held back"}


def exit_meaning(code: int) -> str:
    """What an exit code says, as shells (128 + signal) and PBS (256 + signal, negative codes) mean it."""
    if code in _MEANINGS:
        return _MEANINGS[code]
    for base, ender in _SIGNAL_BASES:
        signal = code - base
        if 0 < signal <= 64:
            name = f" ({_SIGNALS[signal]})" if signal in _SIGNALS else ""
            return f"{ender} signal {signal}{name}"
    return "an error that the job itself reports" if code > 0 else "an error that PBS reports"


def status_in_words(known: KnownJob, *, now: datetime | None = None) -> str:
    """Where a job stands, as a person would say it: with how long it waits or runs, and how it ended."""
    now = now or datetime.now(UTC)
    if known.forgotten:
        seen = status_in_words(replace(known, forgotten=False), now=now) if known.finished else None
        return f"not known to the facility now; last seen {seen or _STATES.get(known.state, known.state)}"
    if known.finished:
        return _ending(known)
    if known.out_of_sight:
        return f"last seen {_STATES.get(known.state, known.state)}{_last_seen_at(known)}"
    since = _since(known, now)
    return _STATES.get(known.state, known.state) + (f" {since}" if since else "")


def _last_seen_at(known: KnownJob) -> str:
    # Only of jobs that run every look is written down.
    moment = known.record.active_at if known.record and known.state == "active" else None
    return f" at {moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _ending(known: KnownJob) -> str:
    code = known.exit_code
    if code is None:
        return known.state
    if known.state == "canceled":
        return f"canceled{'' if code in _ENDED_BY_PBS else f', exit code {code} ({exit_meaning(code)})'}"
    if code == 256 + 15 and _used_its_walltime(known):
        return f"{known.state}, exit code {code} (PBS ended it: its walltime was used up)"
    return f"{known.state}, exit code {code} ({exit_meaning(code)})"


def _used_its_walltime(known: KnownJob) -> bool:
    """Whether a job was surely seen running for about its whole walltime."""
    record = known.record
    if record is None or known.walltime is None or record.active_from is None or record.active_at is None:
        return False
    seen = (record.active_at - record.active_from).total_seconds()
    return seen >= known.walltime - LOOKS_APART > 0


def _since(known: KnownJob, now: datetime) -> str:
    """How long a job waits, or runs, as far as that was seen."""
    record = known.record
    if record is None:
        return ""
    if known.state != "active":
        return f"for {_span(record.submitted_at, now)}"
    limit = f" of at most {spoken(known.walltime)}" if known.walltime else ""
    if record.active_from is None:
        return limit.strip()
    # It began between the last look that showed it waiting and the first that showed it running.
    least, most = _span(record.active_from, now), _span(record.waiting_at or record.submitted_at, now)
    return f"for {least if least == most else f'{least} to {most}'}{limit}"


def _span(begin: datetime, end: datetime) -> str:
    return spoken(max((end - begin).total_seconds(), 0.0))


def look_again_in(known: KnownJob, *, now: datetime | None = None) -> int:
    """Seconds after which it is worth to look at a job again."""
    now = now or datetime.now(UTC)
    record = known.record
    if known.state != "active" or record is None or not known.walltime or record.active_from is None:
        waited = (now - record.submitted_at).total_seconds() if record else 0.0
        return int(min(max(waited / 2, 60), 900))
    left = known.walltime - (now - record.active_from).total_seconds()
    return int(min(max(left / 4, 30), 900))


def likely_cause(known: KnownJob) -> str | None:
    """What a job's end suggests, beyond its exit code, and what to do about it."""
    code = known.exit_code
    if code is None or not known.failed:
        return None
    if code == -29 or (code == 256 + 15 and _used_its_walltime(known)):
        limit = f" of {spoken(known.walltime)}" if known.walltime else ""
        return f"It used up its walltime{limit}: ask for more, or let it save its state and go on from there."
    return _CAUSES.get(code)
