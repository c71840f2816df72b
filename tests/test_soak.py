"""The soak: what it takes for a difference, and a short run of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal import Action, PlannedJob
from alcf_mcp.journal.actions import ActionOutcome
from alcf_mcp.journal.plans import AfterState, PlanState
from tests.conftest import Answered
from tests.soak.chains import Ran, Weaving, differences_of_chains, weave
from tests.soak.comparison import differences
from tests.soak.operations import Operation, Performed
from tests.soak.record import Effect
from tests.soak.running import Plan, run

MAKE = Operation("make_directory", {"path": "/eagle/P/new"})
DONE = Answered("Made it.", {}, is_error=False)
REFUSED = Answered("Nothing of that kind.", {}, is_error=True)
LOST = Answered("Whether it was carried out is not known.", {}, is_error=True)
CAREFUL = Answered("It may have been carried out all the same.", {}, is_error=True)
PREVIEW = Answered("Nothing was sent to the facility.", {}, is_error=False)


def action(outcome: ActionOutcome) -> Action:
    return Action(
        began_at=datetime.now(UTC),
        tool=MAKE.tool,
        arguments=MAKE.arguments,
        client="soak",
        confirmed="not asked",
        outcome=outcome,
    )


def found(answered: Answered, outcomes: list[ActionOutcome], effect: Effect) -> list[str]:
    return list(differences([Performed(MAKE, answered)], map(action, outcomes), {MAKE.key: effect}))


@pytest.mark.parametrize(
    ("answered", "outcomes", "effect"),
    [
        (DONE, ["done"], Effect(done=1)),
        (REFUSED, ["refused"], Effect()),
        (REFUSED, ["failed"], Effect(failed=1)),
        (REFUSED, ["failed"], Effect()),
        (LOST, ["unknown"], Effect(done=1)),
        (LOST, ["sent"], Effect(failed=1)),
        (LOST, ["unknown"], Effect()),
        (REFUSED, [], Effect()),
        (CAREFUL, [], Effect()),
        (PREVIEW, [], Effect()),
    ],
)
def test_what_agrees(answered: Answered, outcomes: list[ActionOutcome], effect: Effect) -> None:
    assert found(answered, outcomes, effect) == []


@pytest.mark.parametrize(
    ("answered", "outcomes", "effect", "says"),
    [
        (DONE, ["done"], Effect(done=2), "at most once"),
        (LOST, ["unknown"], Effect(done=1, failed=1), "at most once"),
        (DONE, ["done"], Effect(), "the journal says done"),
        (REFUSED, ["refused"], Effect(done=1), "the journal says refused"),
        (REFUSED, ["failed"], Effect(done=1), "the journal says failed"),
        (REFUSED, ["done"], Effect(done=1), "the answer not done"),
        (DONE, ["unknown"], Effect(done=1), "the answer done"),
        (REFUSED, ["unknown"], Effect(), "the answer not done"),
        (REFUSED, [], Effect(done=1), "the journal has no record of it"),
        (DONE, [], Effect(), "the answer claims success"),
        (DONE, ["done", "done"], Effect(done=1), "the journal has it 2 times"),
    ],
)
def test_what_differs(answered: Answered, outcomes: list[ActionOutcome], effect: Effect, says: str) -> None:
    assert says in found(answered, outcomes, effect)[0]


def test_what_nobody_asked_for_differs() -> None:
    (difference,) = differences([], [], {MAKE.key: Effect(done=1)})
    assert difference == "make_directory /eagle/P/new: it was not requested"


FIRST = Ran("1.p", submitted=0.0, ended=10.0, exit_code=0)
FAILED = Ran("1.p", submitted=0.0, ended=10.0, exit_code=1)
GOES_ON = Ran("1.p", submitted=0.0, ended=None, exit_code=None)
THIS = Ran("2.p", submitted=11.0, ended=None, exit_code=None)
EARLY = Ran("2.p", submitted=9.0, ended=None, exit_code=None)


def differences_of(
    first: Ran, jobs: list[Ran], state: PlanState, after_state: AfterState = "succeeded"
) -> list[str]:
    job = PlannedJob(
        number=1,
        created_at=datetime.now(UTC),
        api_url="",
        resource_id="r",
        resource="Polaris",
        after="1.p",
        after_state=after_state,
        root="1.p",
        spec=JobSpec(name="later"),
        node_hours=1.0,
        state=state,
        job_id="2.p" if state == "submitted" else None,
    )
    return list(differences_of_chains([job], ["plan-1"], {"first": [first], "later": jobs}))


@pytest.mark.parametrize(
    ("first", "jobs", "state", "after_state"),
    [
        (FIRST, [THIS], "submitted", "succeeded"),
        (FAILED, [THIS], "submitted", "ended"),
        (FAILED, [], "skipped", "succeeded"),
        (GOES_ON, [], "waiting", "ended"),
        (FIRST, [THIS], "submitting", "succeeded"),
        (FIRST, [], "submitting", "succeeded"),
        (FIRST, [], "canceled", "succeeded"),
    ],
)
def test_chains_that_agree(first: Ran, jobs: list[Ran], state: PlanState, after_state: AfterState) -> None:
    assert differences_of(first, jobs, state, after_state) == []


@pytest.mark.parametrize(
    ("first", "jobs", "state", "says"),
    [
        (FIRST, [THIS, THIS], "submitted", "doubled"),
        (FIRST, [], "submitted", "lost"),
        (FIRST, [], "waiting", "lost"),
        (FIRST, [], "skipped", "lost"),
        (FIRST, [THIS], "canceled", "but was submitted"),
        (FAILED, [THIS], "submitted", "condition did not hold"),
        (GOES_ON, [THIS], "submitted", "condition did not hold"),
        (FIRST, [EARLY], "submitted", "before what it waits for had ended"),
    ],
)
def test_chains_that_differ(first: Ran, jobs: list[Ran], state: PlanState, says: str) -> None:
    assert says in " ".join(differences_of(first, jobs, state))


@pytest.mark.slow
async def test_chains_agree_after_bad_weather_and_kills(tmp_path: Path) -> None:
    woven = await weave(Weaving(seed=2, jobs=20, rate=0.15), tmp_path)
    assert woven.differences == []
    assert woven.planned
    assert woven.kills


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["alcf", "full"])
async def test_all_agrees_after_bad_weather(tmp_path: Path, profile: str) -> None:
    plan = Plan(
        seed=1,
        profile=profile,  # type: ignore[arg-type]
        operations=200,
        workers=8,
        seconds=120.0,
        rate=0.15,
        timeout=6.0,
        longest=5.0,
    )
    done = await run(plan, tmp_path)
    assert done.differences == []
    assert len(done.performed) == plan.operations
    assert done.report["faults"]
