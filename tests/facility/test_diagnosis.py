"""Exit codes are read as shells and PBS mean them."""

import pytest

from alcf_mcp.facility.diagnosis import exit_meaning, state_in_words, succeeded
from alcf_mcp.iri.models import Job


def job(state: str, exit_code: int | None = None) -> Job:
    return Job.model_validate({"id": "1", "status": {"state": state, "exit_code": exit_code}})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "success"),
        (1, "the job itself reports"),
        (127, "not found"),
        (137, "signal 9 (kill"),
        (139, "segmentation fault"),
        (143, "signal 15 (termination)"),
        (271, "ended by PBS with signal 15"),
        (-29, "walltime"),
        (-99, "PBS reports"),
        (200, "the job itself reports"),
    ],
)
def test_what_an_exit_code_says(code: int, said: str) -> None:
    assert said in exit_meaning(code)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (job("active"), "running"),
        (job("queued"), "queued"),
        (job("completed", 0), "completed, exit code 0 (success)"),
        (job("completed"), "completed"),
    ],
)
def test_a_state_in_words(seen: Job, said: str) -> None:
    assert state_in_words(seen) == said


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (job("active"), None),
        (job("completed", 0), True),
        (job("completed", 1), False),
        (job("completed"), None),
        (job("failed"), False),
        (job("canceled", 0), False),
    ],
)
def test_completed_is_not_yet_success(seen: Job, verdict: bool | None) -> None:
    assert succeeded(seen) is verdict
