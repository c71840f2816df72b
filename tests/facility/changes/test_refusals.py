"""A refusal by the scheduler is told at once, word for word, and leaves nothing open."""

from typing import Any

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Connect, Era
from tests.facility.changes.test_lost_answers import CANCEL, SUBMIT, UPDATE, Change

REFUSALS = (
    "Unknown queue",
    "Unauthorized Request",
    "Illegal attribute or resource value Resource_List.select",
    "Job violates queue and/or server resource limits",
    "would exceed queue generic's per-user limit",
    "Maximum number of jobs already in queue",
    "Access to queue is denied",
    "Queue is not enabled",
    "Job rejected by all possible destinations",
    "Unknown resource: Resource_List.frobnicate",
    "Request rejected.  Reason: No active allocation for project 'Other' on Polaris",
    "Request invalid for state of job",
    "Cannot modify attribute while job running Resource_List.nodect",
    "illegal -N value",
    "Bad UID for job execution",
    "filesystems is required to be set",
)


def refuse(local: LocalFacility, change: Change, detail: str) -> None:
    """Let the facility refuse the next such request, as ALCF passes on PBS's refusals."""
    problem = {"type": "http://local/problems/generic-error", "title": "Error", "status": 500}
    local.faults.add(
        Fault(
            method=change.method,
            path=change.path,
            status=500,
            body=problem | {"detail": detail},
            content_type="application/problem+json",
        )
    )


@pytest.mark.parametrize("detail", REFUSALS)
async def test_a_refusal_of_the_scheduler_is_told_word_for_word(
    local: LocalFacility, connect: Connect, journal: Journal, detail: str
) -> None:
    async with connect(confirm="off") as assistant:
        refuse(local, SUBMIT, detail)
        answered = await assistant.call("submit_job", **SUBMIT.arguments)
        assert f"The scheduler refused it (HTTP 500): {' '.join(detail.split())}" in answered.text
        assert answered.error["next_step"]
        assert "might be carried out twice" not in answered.text
        (action,) = journal.actions.history(limit=1)
        assert (action.outcome, action.intent) == ("refused", None)
        after = await assistant.call("list_jobs")
        assert "unknown" not in after.text
    assert SUBMIT.sent(local) == 1


@pytest.mark.parametrize("change", [CANCEL, UPDATE], ids=lambda change: change.tool)
async def test_so_is_that_of_an_update_and_of_a_cancellation(
    local: LocalFacility, connect: Connect, journal: Journal, era: Era, change: Change
) -> None:
    async with connect(era=era, confirm="off") as assistant:
        arguments: dict[str, Any] = await change.prepared(assistant)
        refuse(local, change, "Server shutting down in 5 min.")
        answered = await assistant.call(change.tool, **arguments)
        assert "The scheduler refused it (HTTP 500): Server shutting down in 5 min." in answered.text
        (action,) = journal.actions.history(limit=1)
        assert action.outcome == "refused"


async def test_words_of_the_api_that_leave_it_open_are_checked(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(confirm="off") as assistant:
        refuse(local, SUBMIT, "Compute query failed: Server disconnected")
        answered = await assistant.call("submit_job", **SUBMIT.arguments)
        assert "Whether it was carried out is not known" in answered.text
        (action,) = journal.actions.history(limit=1)
        assert action.outcome == "unknown"


async def test_a_failure_before_the_scheduler_was_asked_is_no_refusal_of_its(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(confirm="off") as assistant:
        refuse(local, SUBMIT, "Could not get a token from Keycloak")
        answered = await assistant.call("submit_job", **SUBMIT.arguments)
        assert "The scheduler refused it" not in answered.text
        assert answered.error["next_step"].startswith("Nothing was carried out. Try again in a minute")
        (action,) = journal.actions.history(limit=1)
        assert action.outcome == "refused"
