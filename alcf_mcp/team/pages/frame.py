"""What all pages have in common: who is signed in, the way to the others, looks, and headers."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response

from alcf_mcp.reports.text import visible
from alcf_mcp.team.globus_client import globus_url
from alcf_mcp.team.pages.browser import SIGN_OUT_PATH, Visitor

PLACES = (
    ("/views/list_jobs", "Jobs"),
    ("/views/get_job", "A job"),
    ("/views/list_projects", "Allocations"),
    ("/views/list_resources", "Machines"),
    ("/views/list_directory", "Files"),
    ("/approvals", "Approvals"),
)
"""The pages, and what they are called where each leads to the others."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {globus}; base-uri 'none'; \
frame-ancestors 'none'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with "no-referrer", browsers send forms with "Origin: null"
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} – alcf-mcp</title><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --go: #1f6f43;
  --line: color-mix(in srgb, currentColor 25%, transparent); }}
body {{ max-width: 62rem; margin: 0 auto; padding: 0 1rem 2rem; }}
nav {{ display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .75rem 0;
  border-bottom: 1px solid var(--line); }}
nav a {{ color: inherit; text-decoration: none; }}
nav a:hover, nav a[aria-current] {{ text-decoration: underline; text-underline-offset: .3em; }}
footer {{ margin-top: 2rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .875rem; }}
h1 {{ font-size: 1.35rem; }}
h2 {{ font-size: 1rem; margin: 0 0 .5rem; }}
article, dialog {{ border: 1px solid var(--line); border-radius: 8px; padding: 1rem; }}
article {{ margin: 1rem 0; }}
dialog {{ max-width: min(46rem, 90vw); background: Canvas; color: CanvasText; }}
dialog::backdrop {{ background: rgb(0 0 0 / 40%); }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.45 ui-monospace, monospace; }}
button, input {{ font: inherit; padding: .4rem 1rem; border-radius: 6px; border: 1px solid currentColor;
  background: transparent; color: inherit; }}
button {{ cursor: pointer; }}
button.yes {{ background: var(--go); border-color: var(--go); color: #fff; }}
footer button {{ padding: .1rem .6rem; border-color: var(--line); }}
label {{ display: block; margin: .5rem 0; }}
iframe {{ display: block; width: 100%; height: 12rem; border: 0; border-radius: 8px; margin-top: 1rem; }}
main[data-drawing] h1 {{ position: absolute; clip-path: inset(50%); }}
.answers {{ display: flex; gap: .5rem; }}
</style>{head}</head><body>
<nav aria-label="Pages">{places}</nav>
<main{attributes}><h1>{title}</h1>
{body}</main>
<footer><form method="post" action="{sign_out}"><input type="hidden" name="token" value="{token}">
Signed in as {who} <button>Sign out</button></form></footer></body></html>
"""


def framed(
    visitor: Visitor,
    path: str,
    title: str,
    body: str,
    *,
    head: str = "",
    policy: str = "",
    data: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return a page.

    Args:
        visitor: who looks at it.
        path: where it is.
        title: what it is called.
        body: its content, as HTML.
        head: more for its head, as HTML.
        policy: what it may load and do beyond nothing, as directives of a content security policy.
        data: what its script is told.
        status: the status of the answer.
    """
    html = _PAGE.format(
        title=safe(title),
        head=head,
        places="".join(_place(path, *place) for place in PLACES),
        sign_out=SIGN_OUT_PATH,
        token=visitor.token,
        who=safe(str(visitor.person)),
        attributes="".join(f' data-{name}="{escape(value)}"' for name, value in (data or {}).items()),
        body=body,
    )
    # A browser holds a form to its policy through all redirects: without a visit, it ends at Globus.
    whole = "; ".join(filter(None, (_POLICY.format(globus=globus_url()), policy)))
    return HTMLResponse(html, status, headers=_HEADERS | {"Content-Security-Policy": whole})


def safe(text: str) -> str:
    """Others' text: its control characters visible, and no markup."""
    return escape(visible(text))


def _place(here: str, path: str, name: str) -> str:
    current = ' aria-current="page"' if path == here else ""
    return f'<a href="{path}"{current}>{name}</a>'
