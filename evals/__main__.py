"""``python -m evals``: rank the everyday sentences; write the result as JSON, and into the documentation."""

from __future__ import annotations

import json
import sys

import anyio

from evals.definitions import definitions
from evals.measuring import measured
from evals.mpnet import MODEL, SentenceEncoder
from evals.page import PAGE, RESULT, ROOT, with_result
from evals.sentences import sentences


def main() -> int:
    """Measure and publish."""
    result = measured(anyio.run(definitions), sentences(), SentenceEncoder(), MODEL)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(with_result(PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")
    for offered, shares in result["shares"].items():
        for kind, share in shares.items():
            print(f"{offered}, {kind}: {share['first']} % first, {share['among_three']} % among three")
    print(f"written to {RESULT.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
