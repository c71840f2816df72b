"""MkDocs' hook: a link out of docs/ leads to the file in the repository, if there is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_OUTWARD = re.compile(r"\]\(\.\./(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Rewrite the links of a page.

    A link to a file that does not exist stays as it is, and MkDocs' own check reports it.
    """

    def rewritten(link: re.Match[str]) -> str:
        if not (ROOT / link["path"]).exists():
            return link[0]
        kind = "tree" if (ROOT / link["path"]).is_dir() else "blob"
        return f"]({config.repo_url.rstrip('/')}/{kind}/main/{link['path']}{link['anchor'] or ''})"

    return _OUTWARD.sub(rewritten, markdown)
