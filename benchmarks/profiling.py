"""Where our side spends its time."""

from __future__ import annotations

import cProfile
import os
import pstats
import re
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from benchmarks.plan import Benchmark, Plan
from benchmarks.processes import ROOT

SHOWN = 30

_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| +(\S+)")


async def profile(benchmark: Benchmark, plan: Plan, console: Console) -> None:
    """Run our side of a benchmark to warm up, then under the profiler, and print what took longest."""
    assert benchmark.workload is not None
    profiler = cProfile.Profile()
    async with benchmark.workload(plan) as work:
        await work()
        profiler.enable()
        await work()
        profiler.disable()
    stats = pstats.Stats(profiler, stream=console.file)
    stats.sort_stats("cumulative").print_stats(SHOWN)
    stats.sort_stats("tottime").print_stats(SHOWN)


def profile_imports(console: Console) -> None:
    """Start our server, end its input at once, and print which modules took longest to import."""
    command = [sys.executable, "-X", "importtime", "-m", "alcf_mcp", "serve"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    imports = [(int(total), int(own), name) for own, total, name in _IMPORT.findall(done.stderr)]
    table = Table("module", "including its imports", "by itself", header_style="bold")
    for total, own, name in sorted(imports, reverse=True)[:SHOWN]:
        table.add_row(name, f"{total / 1000:.1f} ms", f"{own / 1000:.1f} ms")
    console.print(table)
    console.print(f"{len(imports)} modules; times are longer than without -X importtime.")
