"""A person at a browser without scripts: follows redirects, keeps cookies, fills in forms."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

MOST_STEPS = 15


class Form(HTMLParser):
    """The first form of a page, with the values of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action, self._open = given.get("action", ""), True
        elif tag == "input" and self._open and given.get("name"):
            self.fields.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


class Browser:
    """Somebody's browser, in which they are signed in at Globus as ``login``."""

    def __init__(self, login: str) -> None:
        self.http = httpx.AsyncClient(timeout=30, trust_env=False)
        self.http.cookies.set("person", login, domain="127.0.0.1")
        self.seen: list[str] = []

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def open(self, url: str, *, until: str = "\0") -> httpx.Response:
        """Open an address, follow redirects, and agree to a server's consent page.

        Args:
            url: the address.
            until: stop at a redirect to an address that begins so: nothing listens there.
        """
        answer = await self.http.get(url)
        for _ in range(MOST_STEPS):
            self.seen.append(str(answer.request.url))
            if answer.is_redirect:
                target = urljoin(str(answer.request.url), answer.headers["Location"])
                if target.startswith(until):
                    return answer
                answer = await self.http.get(target)
            elif answer.request.url.path == "/consent" and "<form" in answer.text:
                answer = await self.submit(answer, {"action": "approve"})
            else:
                return answer
        raise AssertionError(f"redirected in circles: {self.seen}")

    async def submit(self, page: httpx.Response, values: Mapping[str, str]) -> httpx.Response:
        """Send the first form of a page."""
        form = Form(page.text)
        url = urljoin(str(page.request.url), form.action or str(page.request.url))
        parts = urlsplit(url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        return await self.http.post(url, data=dict(form.fields) | dict(values), headers=headers)
