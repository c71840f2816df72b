"""``python -m benchmarks``: measure side by side, print ratios, write them as JSON."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import anyio
from rich.console import Console

from benchmarks.concurrency import CONCURRENCY
from benchmarks.ensembles import ENSEMBLES
from benchmarks.journal import JOURNAL
from benchmarks.large import LARGE
from benchmarks.machine import machine
from benchmarks.memory import MEMORY
from benchmarks.overhead import OVERHEAD
from benchmarks.plan import Benchmark, Plan
from benchmarks.processes import ROOT
from benchmarks.profiling import profile, profile_imports
from benchmarks.report import Report
from benchmarks.sizes import SIZES
from benchmarks.start import START
from benchmarks.tasks import TASKS
from benchmarks.team import TEAM
from benchmarks.terminal import TERMINAL
from benchmarks.varying import VARYING
from benchmarks.views import VIEWS
from benchmarks.weather import WEATHER

MEASURED = (
    *(START, TERMINAL, OVERHEAD, TASKS, VARYING, CONCURRENCY),
    *(ENSEMBLES, LARGE, SIZES, MEMORY, JOURNAL, WEATHER, VIEWS, TEAM),
)
ALL: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in MEASURED}
PROFILED = [START.name, *(name for name, benchmark in ALL.items() if benchmark.workload)]
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
INTERRUPTED = 128 + signal.SIGINT


def main() -> int:
    """Run the requested benchmarks. Status 1 if one could not be measured, however slow the others are."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 180, highlight=False)
    # Treat termination as an interruption, so that everything is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with TemporaryDirectory(prefix="alcf-mcp-benchmarks-") as directory:
            _forget_this_machine(directory)
            plan = Plan(Path(directory), arguments.quick, arguments.rounds)
            if arguments.profile:
                return _profile(arguments.profile, plan, console)
            options = {"quick": plan.quick, "rounds": plan.rounds}
            report = Report(machine(), options)
            anyio.run(_measure, [ALL[name] for name in arguments.only], plan, report, console)
    except KeyboardInterrupt:
        console.print("interrupted")
        return INTERRUPTED
    report.show(console)
    report.write(arguments.json)
    console.print(f"written to {arguments.json}")
    return 1 if report.failures else 0


def _profile(name: str, plan: Plan, console: Console) -> int:
    if name == START.name:
        profile_imports(console)
    else:
        anyio.run(profile, ALL[name], plan, console)
    return 0


async def _measure(benchmarks: list[Benchmark], plan: Plan, report: Report, console: Console) -> None:
    for benchmark in benchmarks:
        console.print(f"{benchmark.name}: {benchmark.about} …", style="dim", end=" ")
        began = perf_counter()
        try:
            report.figures[benchmark.name] = await benchmark.measure(plan)
        except Exception as error:  # the others can still be measured
            report.failures[benchmark.name] = f"{type(error).__name__}: {_reason(error)}"
        console.print(f"{perf_counter() - began:.0f} s", style="dim")


def _reason(error: BaseException) -> str:
    """The message of an exception, or of the first one in a group."""
    return _reason(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else str(error)


def _forget_this_machine(home: str) -> None:
    """Ignore the user's settings and sign-ins, here and in the processes that are started."""
    for name in [name for name in os.environ if name.startswith("ALCF_MCP_")]:
        del os.environ[name]
    os.environ |= {"HOME": home, "ALCF_MCP_CONFIG_FILE": os.devnull}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=ALL,
        default=list(ALL),
        metavar="NAME",
        help=f"one or more of {', '.join(ALL)}",
    )
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument("--quick", action="store_true", help="measure less of everything, in about a minute")
    parser.add_argument(
        "--json", type=Path, default=RESULTS, metavar="PATH", help="where to write the figures"
    )
    parser.add_argument(
        "--profile",
        choices=PROFILED,
        metavar="NAME",
        help=f"show where the time goes in one of {', '.join(PROFILED)}",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
