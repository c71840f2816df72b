"""What to do next after a refusal by the scheduler, or after a file operation that failed."""

from __future__ import annotations

from alcf_mcp.facility.alcf.words import Meaning, is_pbs_refusal, meaning_of
from alcf_mcp.iri.errors import APIError, TaskFailed

_ANOTHER_PROJECT = "Choose a project that may use this machine; list_projects shows yours."
_ANOTHER_QUEUE = "Choose another queue of that machine (on Polaris: debug, debug-scaling, prod, preemptable)."
_FEWER_JOBS = "Wait until one of your jobs there has ended (list_jobs shows them), or choose another queue."
_ITS_STATE = "The job's state does not allow this; get_job shows its state."
_NO_RIGHT = "The facility does not give the user this right; only jobs of the user's own can be changed."

_AFTER_PBS = {
    "unknown queue": _ANOTHER_QUEUE,
    "no default queue": _ANOTHER_QUEUE,
    "queue is not enabled": _ANOTHER_QUEUE,
    "access to queue is denied": _ANOTHER_QUEUE,
    "rejected by all possible destinations": "Request nodes and walltime that fit one of its queues.",
    "unknown project": _ANOTHER_PROJECT,
    "account": _ANOTHER_PROJECT,
    "allocation": _ANOTHER_PROJECT,
    "resource limits": "Request fewer nodes or a shorter walltime, or choose another queue.",
    "maximum number of jobs": _FEWER_JOBS,
    "would exceed": _FEWER_JOBS,
    "filesystems": 'List the filesystems that the job uses, such as ["home", "eagle"].',
    "walltime": "Give `walltime`, such as 30m or 01:00:00.",
    "unknown resource": "Leave that resource out of `custom_attributes`, or correct its name.",
    "-n value": "Give a name of letters, digits and + - _ . only, without spaces.",
    "unknown job id": "list_jobs with include_finished=true shows the jobs that exist.",
    "job has finished": "The job has already ended; get_job shows how.",
    "invalid for state": _ITS_STATE,
    "while job running": "A running job can't be changed; cancel it and submit another if that is wanted.",
    "unauthorized request": _NO_RIGHT,
    "no permission": _NO_RIGHT,
}
"""By words in PBS's message; the first that fits."""

_AFTER_FILES = {
    Meaning.NOTHING_THERE: "Check the path: list_directory of the directory above shows what is there.",
    Meaning.NO_PARENT: "Make the directories above it too: make_directory with parents=true. If they exist, "
    "the user may not write there.",
    Meaning.THERE_ALREADY: "Nothing was changed. list_directory shows what is there; choose another name if "
    "it is something else.",
    Meaning.NOT_A_FILE: "Name a file; if it is a directory, list_directory shows what is in it.",
    Meaning.NOT_A_DIRECTORY: "Name a directory; view_file reads a file.",
    Meaning.LINK: "The facility does not follow links here: name the path that the link points to.",
    Meaning.OUTSIDE: "The path lies, or leads, outside the directories that are open to this user: use the "
    "user's own home, or a project's directory.",
    Meaning.NOT_PERMITTED: "The user may not do this there, or the filesystem failed: list_directory of the "
    "directory above shows owner, group and permissions.",
    Meaning.UNKNOWN_OWNER: "Give a user or group name that the facility knows; the group is often the "
    "project's name.",
    Meaning.CHANGED_MEANWHILE: "Something else changed it at that moment: look again with list_directory, "
    "then repeat the call if it is still wanted.",
    Meaning.TOO_LARGE: "Read it in pieces: view_file with offset and size.",
}

NOT_CARRIED_OUT = "Nothing was carried out: correct the request according to the facility's message."


def after_refusal(error: APIError) -> str:
    """What to do after a request was refused."""
    detail = error.detail.lower()
    known = next((step for words, step in _AFTER_PBS.items() if words in detail), None)
    if known or is_pbs_refusal(error):
        return known or NOT_CARRIED_OUT
    return "Correct the arguments according to the facility's message."


def after_failed_task(error: TaskFailed) -> str:
    """What to do after a file operation failed."""
    meaning = meaning_of(error)
    return _AFTER_FILES[meaning] if meaning else "Check the path and its permissions with list_directory."
