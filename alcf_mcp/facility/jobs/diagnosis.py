"""Explain a job's state, exit code and times in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import WAITING_STATES

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
    9: "kill, often because memory ran out",
    11: "segmentation fault",
    15: "termination",
}
_NEVER_RAN = "It never ran: submit it once more; if it fails again, check its directory, or ask ALCF support."
_KILLED = "It was killed, often because memory ran out: use fewer ranks per node, or more nodes."
_CAUSES = {
    **dict.fromkeys((-1, -2, -3), _NEVER_RAN),
    **dict.fromkeys((128 + 9, 256 + 9), _KILLED),
    256 + 15: "It was canceled, or its walltime was used up.",
    127: "A command was not found: check that the script loads its module, and that its path is right.",
    126: "A command could not be executed: check that it is a program, and that it has execute permission.",
}
_SIGNAL_BASES = ((256, "ended by PBS with"), (128, "ended by"))
_ENDED_BY_PBS = frozenset({256 + 15, 256 + 9, -29})

LOOKS_APART = 120.0
"""Seconds that a job may have run beyond the times at which it was seen running."""

_STATES = {"active": "running", "new": "just submitted"}


def exit_meaning(code: int) -> str:
    """What an exit code means to shells (128 + signal) and to PBS (256 + signal, negative codes)."""
    if code in _MEANINGS:
        return _MEANINGS[code]
    for base, ender in _SIGNAL_BASES:
        signal = code - base
        if 0 < signal <= 64:
            name = f" ({_SIGNALS[signal]})" if signal in _SIGNALS else ""
            return f"{ender} signal {signal}{name}"
    return "an error that the job itself reports" if code > 0 else "an error that PBS reports"


def status_in_words(known: KnownJob, *, now: datetime | None = None) -> str:
    """A job's status as a phrase, with how long it has been waiting or running, or how it ended."""
    now = now or datetime.now(UTC)
    if known.forgotten:
        seen = status_in_words(replace(known, forgotten=False), now=now) if known.finished else None
        return f"not known to the facility now; last seen {seen or _STATES.get(known.state, known.state)}"
    if known.finished:
        return _ending(known)
    if known.not_known_yet and known.record:
        return f"submitted {_span(known.record.submitted_at, now)} ago, and not known to the facility yet"
    if known.out_of_sight:
        return f"last seen {_STATES.get(known.state, known.state)}{_last_seen_at(known)}"
    since = _since(known, now)
    return _STATES.get(known.state, known.state) + (f" {since}" if since else "")


def _last_seen_at(known: KnownJob) -> str:
    # Only a running job's record keeps the time of the last poll.
    moment = known.record.active_at if known.record and known.state == "active" else None
    return f" at {moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _ending(known: KnownJob) -> str:
    code = known.exit_code
    if code is None:
        return known.state
    if code == 0 and known.succeeded is False:
        return f"{known.state}, although its exit code is 0"
    if known.state == "canceled":
        return f"canceled{'' if code in _ENDED_BY_PBS else f', exit code {code} ({exit_meaning(code)})'}"
    if code == 256 + 15 and _used_its_walltime(known):
        return f"{known.state}, exit code {code} (PBS ended it: its walltime was used up)"
    return f"{known.state}, exit code {code} ({exit_meaning(code)})"


def _used_its_walltime(known: KnownJob) -> bool:
    """Whether a job was demonstrably running for about its whole walltime."""
    record = known.record
    if record is None or known.walltime is None or record.active_from is None or record.active_at is None:
        return False
    seen = (record.active_at - record.active_from).total_seconds()
    return seen >= known.walltime - LOOKS_APART > 0


def _since(known: KnownJob, now: datetime) -> str:
    """How long a job has been waiting or running, as far as was seen."""
    record = known.record
    if record is None:
        return ""
    if known.state in WAITING_STATES:
        return f"for {_span(record.submitted_at, now)}"
    if known.state != "active":  # one of the facility's own: since when is not known
        return ""
    limit = f" (at most {spoken(known.walltime)})" if known.walltime else ""
    if record.active_from is None:
        return limit.strip()
    # It started between the last poll that showed it waiting and the first that showed it running.
    least, most = _span(record.active_from, now), _span(record.waiting_at or record.submitted_at, now)
    return f"for {least if least == most else f'{least} to {most}'}{limit}"


def _span(begin: datetime, end: datetime) -> str:
    return spoken(max((end - begin).total_seconds(), 0.0))


def look_again_in(known: KnownJob, *, now: datetime | None = None) -> int:
    """Seconds after which it makes sense to check a job again."""
    now = now or datetime.now(UTC)
    record = known.record
    if known.state != "active" or record is None or not known.walltime or record.active_from is None:
        waited = (now - record.submitted_at).total_seconds() if record else 0.0
        return int(min(max(waited / 2, 60), 900))
    left = known.walltime - (now - record.active_from).total_seconds()
    return int(min(max(left / 4, 30), 900))


def likely_cause(known: KnownJob) -> str | None:
    """The likely cause of a job's failure, and what to do about it; ``None`` if unknown."""
    code = known.exit_code
    if code is None or not known.failed:
        return None
    if code == -29 or (code == 256 + 15 and _used_its_walltime(known)):
        limit = f" of {spoken(known.walltime)}" if known.walltime else ""
        return f"It used up its walltime{limit}: ask for more, or save checkpoints and resume from them."
    return _CAUSES.get(code)
