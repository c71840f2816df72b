"""``python -m evals.play``: let a model play everyday conversations, and report how it did."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from pydantic import SecretStr

from evals.play.conversations import Conversations, conversations
from evals.play.dialects import DIALECTS
from evals.play.endpoint import Endpoint, EndpointError
from evals.play.playing import Played, SetupFailed, play
from evals.play.report import as_json, as_markdown

KEY = "EVALS_API_KEY"
RESULTS = Path(__file__).parent.parent / "results"


def main() -> int:
    """Play; status 1 if a conversation failed, 2 if it could not be played."""
    known = conversations()
    arguments = _arguments([conversation.name for conversation in known.conversation])
    key = SecretStr(os.environ.get(arguments.key_env, ""))
    endpoint = Endpoint(arguments.url, DIALECTS[arguments.dialect], arguments.model, key)
    try:
        played = anyio.run(_play_all, endpoint, known, arguments.only)
    except (EndpointError, SetupFailed, BaseExceptionGroup) as failure:
        if not isinstance(first := _first(failure), EndpointError | SetupFailed):
            raise
        print(f"error: {first}", file=sys.stderr)
        return 2
    arguments.results.mkdir(parents=True, exist_ok=True)
    report = as_markdown(arguments.model, played)
    (arguments.results / "play.md").write_text(report, encoding="utf-8")
    facts = json.dumps(as_json(arguments.model, played), indent=2, ensure_ascii=False)
    (arguments.results / "play.json").write_text(facts + "\n", encoding="utf-8")
    print(report)
    return 0 if all(one.passed for one in played) else 1


async def _play_all(endpoint: Endpoint, known: Conversations, only: list[str]) -> list[Played]:
    played = []
    for conversation in known.conversation:
        if conversation.name in only:
            setup = [step for name in conversation.setup for step in known.setup[name]]
            with TemporaryDirectory(prefix="alcf-mcp-play-") as directory:
                played.append(await play(endpoint, conversation, setup, Path(directory)))
    return played


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.play", description=__doc__)
    parser.add_argument("--dialect", choices=DIALECTS, required=True, help="what the endpoint speaks")
    parser.add_argument("--url", required=True, help="its address, before /chat/completions or /v1/messages")
    parser.add_argument("--model", required=True, help="the model's name there")
    parser.add_argument(
        "--key-env", default=KEY, metavar="NAME", help=f"the variable with the key; default {KEY}"
    )
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIRECTORY", help="where reports go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
