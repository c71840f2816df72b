"""What the user is shown of planned jobs before they are asked."""

from __future__ import annotations

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.planned import named_plan, plan_in_words
from alcf_mcp.facility.plans.planning import PlannedSubmission
from alcf_mcp.guard import Preview
from alcf_mcp.journal import PlannedJob
from alcf_mcp.reports.plans import plan_line
from alcf_mcp.reports.text import WHOLE, one_line
from alcf_mcp.wording import in_node_hours


def facts_of_plan(submission: PlannedSubmission) -> list[str]:
    """What a job waits for, and what all that waits in its chain may cost."""
    condition = submission.condition + (", in whatever way" if submission.after_state == "ended" else "")
    if submission.is_due:
        return [f"It is submitted at once: {condition}.", *_chain(submission)]
    otherwise = " If that fails, it is skipped." if submission.after_state == "succeeded" else ""
    return [
        f"It is submitted once {condition}, without asking you again.{otherwise}",
        *_chain(submission),
    ]


def _chain(submission: PlannedSubmission) -> list[str]:
    waiting = [job for job in submission.chain if job.state == "waiting"]
    if not waiting:
        return []
    named = ", ".join(map(named_plan, waiting))
    cost, wait = in_node_hours(submission.cost, ".4g"), "waits" if len(waiting) == 1 else "wait"
    return [f"In the same chain {wait} {named}: up to {cost} with this one."]


def day_of_plan(submission: PlannedSubmission, limit: float | None) -> str:
    """What was spent of the day's node hours, and what is planned."""
    spent, planned = submission.submitted_today, submission.planned
    most = f" of the {limit:g} that you allow" if limit is not None else ""
    submitted = f"submitted from here {in_node_hours(spent, '.4g')}{most}"
    return f"Within 24 hours: {submitted}; planned {planned:.4g} more."


async def preview_cancel_plan(facility: Facility, planned: PlannedJob) -> Preview:
    """The planned job, and what is canceled with it."""
    in_doubt = planned.state == "submitting" and planned.reason is not None
    if not (planned.state == "waiting" or in_doubt):
        return Preview("", settled=f"{planned.id} {plan_in_words(planned)}.")
    behind = await facility.planning.behind(planned)
    facts = [plan_line(planned), *(f"Canceled with it: {plan_line(job)}" for job in behind)]
    if in_doubt:
        facts.append("If it was submitted after all, its job is not canceled.")
    return Preview(f"Cancel {planned.id}?", tuple(one_line(fact, WHOLE) for fact in facts))


async def facts_of_waiting(facility: Facility, known: KnownJob) -> list[str]:
    """What becomes of the planned jobs that wait for a job, if it is canceled."""
    facts = []
    for planned in await facility.planning.waiting_for(known):
        behind = ", ".join(map(named_plan, await facility.planning.behind(planned)))
        if planned.after_state == "ended":
            facts.append(f"{named_plan(planned)} waits for its end, and will then be submitted.")
        else:
            facts.append(
                f"{named_plan(planned)} waits for its success, and will be skipped"
                + (f", with all that waits behind it: {behind}." if behind else ".")
            )
    return [one_line(fact, WHOLE) for fact in facts]
