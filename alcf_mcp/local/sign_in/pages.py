"""The pages that people see; they work without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

from alcf_mcp.local.sign_in.authorization import AuthorizationRequest
from alcf_mcp.local.sign_in.identities import LocalIdentity

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}"
    "button{display:block;width:100%;margin:.5rem 0;padding:.75rem;font:inherit}"
    "code{overflow-wrap:anywhere}"
)


def choice(asked: AuthorizationRequest, people: Iterable[LocalIdentity], key: str) -> HTMLResponse:
    """The page on which people say who they are."""
    buttons = "".join(
        f'<button name="person" value="{escape(person.username)}">{escape(person.username)}</button>'
        for person in people
    )
    scopes = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in asked.scopes.split())
    return _page(
        "Who are you?",
        f"<p>{escape(asked.client.name)} asks for:</p><ul>{scopes}</ul>"
        f'<form method="post" action="/v2/oauth2/authorize">'
        f'<input type="hidden" name="request" value="{escape(key)}">{buttons}</form>'
        "<p>This page stands for Globus on this computer: nobody is asked for a password.</p>",
    )


def code(text: str) -> HTMLResponse:
    """The page that shows a code to copy."""
    return _page(
        "Your code", f"<p>Copy it to where you were asked for it:</p><p><code>{escape(text)}</code></p>"
    )


def refusal(reason: str) -> HTMLResponse:
    """The page that says why nobody can sign in."""
    return _page("You can't sign in here", f"<p>{escape(reason)}</p>", 400)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    content = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{body}</html>"
    )
    return HTMLResponse(content, status, _HEADERS)
