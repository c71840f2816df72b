"""What a job's state and exit code mean, in words."""

from __future__ import annotations

from alcf_mcp.iri.models import FINISHED_STATES, Job

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
_SIGNAL_BASES = ((256, "ended by PBS with"), (128, "ended by"))


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


def state_in_words(job: Job) -> str:
    """Where a job stands, as a person would say it."""
    if job.state in FINISHED_STATES and job.exit_code is not None:
        return f"{job.state}, exit code {job.exit_code} ({exit_meaning(job.exit_code)})"
    return {"active": "running", "new": "just submitted"}.get(job.state, job.state)


def succeeded(job: Job) -> bool | None:
    """Whether a job did what it was to do; ``None`` before its end, or where no exit code tells."""
    if not job.finished:
        return None
    if job.state != "completed":
        return False
    return None if job.exit_code is None else job.exit_code == 0
