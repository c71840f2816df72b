"""The outcome of a run, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alcf_mcp.journal.actions import ActionOutcome
from tests.soak.chains import Woven
from tests.soak.comparison import claim_of
from tests.soak.operations import key_of
from tests.soak.people import Gathered
from tests.soak.person import WAYS
from tests.soak.running import CHANGES, Run

NOT_SENT = "not sent"
MOST_SHOWN = 20


def show(console: Console, run: Run) -> None:
    """Print the outcome of a run."""
    plan = run.plan
    console.print(
        f"[bold]Seed {plan.seed}[/bold], profile {plan.profile}, {plan.rate:.0%} of the requests hit"
    )
    console.print(_outcomes(run))
    console.print(_faults(run))
    operations = f"{len(run.performed)} of {plan.operations} operations"
    console.print(
        f"{operations}, {run.report['requests']} requests, {run.retries} retries, {run.seconds:.0f} s, "
        f"{_careful(run)} answers more cautious than necessary, {len(run.differences)} differences"
    )
    for difference in run.differences[:MOST_SHOWN]:
        console.print(Text(f"  {difference}", style="red"))
    if len(run.differences) > MOST_SHOWN:
        console.print(f"  … and {len(run.differences) - MOST_SHOWN} more")
    console.print()


def show_woven(console: Console, woven: Woven) -> None:
    """Print the outcome of a run of chains."""
    states = ", ".join(f"{number} {state}" for state, number in sorted(woven.states.items()))
    console.print(
        f"[bold]Seed {woven.weaving.seed}[/bold], {woven.weaving.rate:.0%} of the requests hit: "
        f"{len(woven.planned)} planned jobs ({states}), {woven.tries} submissions tried, "
        f"{woven.kills} kills, {woven.seconds:.0f} s, {len(woven.differences)} differences"
    )
    for doubt in woven.doubts:
        console.print(Text(f"  in doubt: {doubt}"))
    for difference in woven.differences[:MOST_SHOWN]:
        console.print(Text(f"  {difference}", style="red"))


def show_gathered(console: Console, gathered: Gathered) -> None:
    """Print the outcome of a run of many people."""
    crowd, people = gathered.crowd, gathered.people
    console.print(
        f"[bold]Seed {crowd.seed}[/bold], profile {crowd.profile}, {crowd.people} people, "
        f"{crowd.replicas} replicas, {crowd.rate:.0%} of the requests hit"
    )
    ways, answers = Counter[tuple[str, str]](), Counter[str]()
    for person in people:
        answers += person.notes.answers
        ways.update((one.operation.tool, one.way or "not asked") for one in person.attempts)
    total = Counter(one.operation.tool for person in people for one in person.attempts)
    console.print(_table("change", ("not asked", *WAYS), ways, total))
    clients = [client for person in people for client in person.clients]
    sign_ins, renewals = sum(one.sign_ins for one in clients), sum(one.renewals for one in clients)
    facts = {
        "answers": ", ".join(f"{times} × {what}" for what, times in answers.most_common()),
        "journals": ", ".join(f"{times} {what}" for what, times in gathered.outcomes.most_common()),
        "planned jobs": ", ".join(f"{times} {what}" for what, times in gathered.states.most_common()),
        "sign-ins": f"{sign_ins}, renewed {renewals} times",
    }
    for name, value in facts.items():
        console.print(Text(f"{name}: {value}"))
    console.print(
        f"{sum(person.calls for person in people)} operations, {gathered.requests} requests, "
        f"{gathered.faults} faults, {gathered.kills} kills, {gathered.stops} stops, "
        f"{gathered.seconds:.0f} s, {len(gathered.differences)} differences"
    )
    for difference in gathered.differences[:MOST_SHOWN]:
        console.print(Text(f"  {difference}", style="red"))
    console.print()


def _outcomes(run: Run) -> Table:
    outcomes = {key_of(action.tool, action.arguments): action.outcome for action in run.actions}
    counted: Counter[tuple[str, str]] = Counter()
    for one in run.performed:
        if one.operation.tool in CHANGES:
            counted[one.operation.tool, outcomes.get(one.operation.key, NOT_SENT)] += 1
        else:
            counted[one.operation.tool, "failed" if one.answered.is_error else "done"] += 1
    columns = (*get_args(ActionOutcome), NOT_SENT)
    return _table("operation", columns, counted, Counter(one.operation.tool for one in run.performed))


def _faults(run: Run) -> Table:
    counted: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for name, carried_out, times in run.report["faults"]:
        counted[name, "carried out" if carried_out else "not carried out"] += times
        total[name] += times
    return _table("fault", ("carried out", "not carried out"), counted, total)


def _careful(run: Run) -> int:
    """Count the answers that say something may have been done although nothing was sent."""
    written = {key_of(action.tool, action.arguments) for action in run.actions}
    return sum(
        one.operation.tool in CHANGES
        and one.operation.key not in written
        and claim_of(one.answered) == "unknown"
        for one in run.performed
    )


def _table(
    what: str, columns: Iterable[str], counted: Counter[tuple[str, str]], total: Counter[str]
) -> Table:
    used = [column for column in columns if any(name == column for _, name in counted)]
    table = Table(what, "all", *used, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in sorted(total):
        table.add_row(row, str(total[row]), *(str(counted[row, column] or "") for column in used))
    table.add_section()
    sums = (sum(times for (_, name), times in counted.items() if name == column) for column in used)
    table.add_row("all", str(total.total()), *map(str, sums))
    return table
