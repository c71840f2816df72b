"""``python -m tests.contract [openapi.json]``: both sides of the contract, as tables; status 1 if broken."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import anyio
from rich.console import Console

from alcf_mcp.local.settings import Profile
from tests.contract.client import check_client
from tests.contract.document import COPY, Document
from tests.contract.facility import check_facility
from tests.contract.findings import differences, show


async def check(document: Document, console: Console) -> bool:
    """Run all checks, show what they found, and return whether all is well."""
    requests = await check_client(document)
    show(console, "What the client requests", requests, "not used")
    findings = list(requests)
    for profile in get_args(Profile):
        with TemporaryDirectory() as root:
            answers = await check_facility(document, Path(root), profile)
        show(console, f"How the local facility responds (profile {profile})", answers, "statuses")
        findings += answers
    broken = differences(findings)
    console.print(f"Differences: {len(broken)}" if broken else "The contract holds.")
    return not broken


def main() -> int:
    """Check against the document named on the command line, or the copy in the repository."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else COPY
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"OpenAPI document: {path}\n")
    try:
        document = Document.load(path)
    except (OSError, ValueError) as error:
        console.print(f"This file can't be read as an OpenAPI document: {error}")
        return 2
    return 0 if anyio.run(check, document, console) else 1


if __name__ == "__main__":
    sys.exit(main())
