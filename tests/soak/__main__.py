"""``python -m tests.soak``: operations at a facility in bad weather; status 1 if there are differences."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, get_args

import anyio
from rich.console import Console

from alcf_mcp.local.settings import Profile
from tests.soak.chains import Weaving, weave
from tests.soak.people import Crowd, gather
from tests.soak.running import Plan, run
from tests.soak.showing import show, show_gathered, show_woven

Soak = Callable[[Path], Awaitable[Any]]
"""Makes one run, with its files in a directory."""


def main() -> int:
    """Make one run for every seed."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    for name in [name for name in os.environ if name.startswith("ALCF_MCP_")]:
        del os.environ[name]
    os.environ["ALCF_MCP_CONFIG_FILE"] = os.devnull
    soak, show_it = _chosen(arguments)
    broken = 0
    for seed in arguments.seeds:
        directory = Path(mkdtemp(prefix=f"soak-{seed}-"))
        done = anyio.run(soak(seed), directory)
        show_it(console, done)
        _keep_if(bool(done.differences), directory, console)
        broken += bool(done.differences)
    console.print(f"{broken} of {len(arguments.seeds)} runs have differences." if broken else "All agrees.")
    return 1 if broken else 0


def _chosen(arguments: argparse.Namespace) -> tuple[Callable[[int], Soak], Callable[[Console, Any], None]]:
    """What makes the run of a seed, and what shows how it went."""
    if arguments.chains:
        return partial(_chains, arguments), show_woven
    if arguments.people:
        logging.basicConfig(level=logging.CRITICAL)  # what the facility says of its faults is known
        return partial(_people, arguments), show_gathered
    return partial(_operations, arguments), show


def _operations(arguments: argparse.Namespace, seed: int) -> Soak:
    plan = Plan(
        seed=seed,
        profile=arguments.profile,
        operations=arguments.operations,
        workers=arguments.workers,
        seconds=arguments.seconds,
        rate=arguments.rate,
        timeout=arguments.timeout,
        longest=arguments.longest,
    )
    return partial(run, plan)


def _chains(arguments: argparse.Namespace, seed: int) -> Soak:
    return partial(weave, Weaving(seed, arguments.chains, arguments.rate, seconds=arguments.seconds))


def _people(arguments: argparse.Namespace, seed: int) -> Soak:
    crowd = Crowd(
        seed=seed,
        people=arguments.people,
        replicas=arguments.replicas,
        seconds=arguments.seconds,
        rate=arguments.rate,
        kills=arguments.kills,
        profile=arguments.profile,
    )
    return partial(gather, crowd)


def _keep_if(broken: bool, directory: Path, console: Console) -> None:
    """Keep a run's journal and the facility's record if they differ; delete them otherwise."""
    if broken:
        console.print(f"Its journal and the facility's record are kept in {directory}.")
    else:
        rmtree(directory)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one run each")
    parser.add_argument(
        "--chains", type=int, default=0, help="instead of operations, so many jobs, most of them after others"
    )
    parser.add_argument(
        "--people", type=int, default=0, help="instead of one, so many people at a server for all of them"
    )
    parser.add_argument("--replicas", type=int, default=2, help="replicas of that server")
    parser.add_argument(
        "--kills",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether its replicas are killed and stopped at random",
    )
    parser.add_argument("--operations", type=int, default=1000, help="operations per run")
    parser.add_argument(
        "--seconds", type=float, default=240.0, help="seconds after which a run begins no more operations"
    )
    parser.add_argument("--workers", type=int, default=8, help="operations at once")
    parser.add_argument(
        "--profile", choices=get_args(Profile), default="alcf", help="profile of the facility"
    )
    parser.add_argument("--rate", type=float, default=0.15, help="share of requests that a fault happens to")
    parser.add_argument("--longest", type=float, default=5.0, help="longest delay of a request in seconds")
    parser.add_argument("--timeout", type=float, default=6.0, help="time limit of a call in seconds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
