"""The ways in which a notice reaches the user: a command, a URL, or the desktop."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio

from alcf_mcp.iri.connection import Connection
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.hosts import is_loopback
from alcf_mcp.iri.wait import Wait
from alcf_mcp.notify.notice import Notice

SECONDS = 20.0
"""The time that sending a notice may take."""

LONGEST_ANSWER = 65_536

DESKTOP = "desktop"
NTFY = "ntfy.sh"
NTFY_PREFIX = "ntfy+"

HARMLESS = ("PATH", "HOME", "USER", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "TMPDIR")
"""The variables that a command gets to see, besides those of the notice: no token is among them."""


class NotSent(Exception):
    """A notice did not reach the user; the message says why, without the address."""


class Way(ABC):
    """A way to reach the user."""

    @abstractmethod
    async def send(self, notice: Notice) -> None:
        """Send a notice.

        Raises:
            NotSent: it was not sent, or not accepted.
        """


@dataclass(frozen=True)
class Command(Way):
    """A command of the user's: it gets the notice as JSON on stdin, and in variables."""

    arguments: tuple[str, ...] = field(repr=False)

    async def send(self, notice: Notice) -> None:
        """Run the command without a shell."""
        facts = notice.facts()
        variables = {name: os.environ[name] for name in HARMLESS if name in os.environ}
        variables |= {_variable(name): str(value) for name, value in facts.items()}
        try:
            with anyio.fail_after(SECONDS):
                done = await anyio.run_process(
                    self.arguments,
                    input=json.dumps(facts).encode(),
                    env=variables,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )
        except TimeoutError:
            raise NotSent(f"the command took more than {SECONDS:.0f} s") from None
        except OSError as error:
            raise NotSent(f"the command can't be run ({error.strerror})") from None
        if done.returncode:
            raise NotSent(f"the command ended with status {done.returncode}")


def _variable(fact: str) -> str:
    return "ALCF_JOB_ID" if fact == "job" else f"ALCF_JOB_{fact.upper()}"


@dataclass(frozen=True)
class Post(Way):
    """A URL: an ntfy topic, which gets a text, or a webhook, which gets JSON."""

    url: str = field(repr=False)
    is_ntfy: bool

    async def send(self, notice: Notice) -> None:
        """Post the notice; no redirect is followed."""
        parts = urlsplit(self.url)
        connection = Connection(
            f"{parts.scheme}://{parts.netloc}",
            timeout=SECONDS,
            max_bytes=LONGEST_ANSWER,
            max_requests=1,
            http=None,
        )
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            request = connection.request("POST", path, **self._content(notice))
            answer = await connection.exchange(request, Wait(SECONDS))
        except IRIError:
            raise NotSent(f"{parts.hostname} can't be reached") from None
        finally:
            await connection.aclose()
        if answer.status >= 300:
            raise NotSent(f"{parts.hostname} answered with HTTP {answer.status}")

    def _content(self, notice: Notice) -> dict[str, Any]:
        if not self.is_ntfy:
            return {"json": notice.facts()}
        title = notice.title.encode("ascii", "replace").decode()
        headers = {"Title": title, "Content-Type": "text/plain"}
        return {"content": notice.sentence.encode(), "headers": headers}


class Desktop(Way):
    """The desktop's own notifications."""

    async def send(self, notice: Notice) -> None:
        """Show the notice."""
        from desktop_notifier import DesktopNotifier  # noqa: PLC0415 - an extra, loaded where it is used

        try:
            with anyio.fail_after(SECONDS):
                await DesktopNotifier(app_name="alcf-mcp").send(title=notice.title, message=notice.sentence)
        except Exception as error:  # each desktop fails in a way of its own
            raise NotSent(f"the desktop shows no notifications ({type(error).__name__})") from None


def way_of(setting: str) -> Way:
    """Return the way that a setting names.

    Raises:
        ValueError: it names none that works here; the message never contains the setting.
    """
    if setting.casefold() == DESKTOP:
        return _desktop()
    if "://" in setting.partition(" ")[0]:
        return _post(setting)
    try:
        arguments = tuple(shlex.split(setting))
    except ValueError as error:
        raise ValueError(f"the command can't be read ({error})") from None
    if not arguments or shutil.which(arguments[0]) is None:
        raise ValueError("there is no such command: write its full path, a URL, or `desktop`")
    return Command(arguments)


def _post(setting: str) -> Post:
    url = setting.removeprefix(NTFY_PREFIX)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # the port is not a number
        usable = False
    if not usable or parts.username or parts.password or parts.fragment:
        raise ValueError("write a URL such as https://ntfy.sh/my-topic, without a user name")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("use https: others could read what your jobs are called")
    return Post(url, setting.startswith(NTFY_PREFIX) or parts.hostname == NTFY)


def _desktop() -> Desktop:
    from importlib.util import find_spec  # noqa: PLC0415 - needed for this way only

    if find_spec("desktop_notifier") is None:
        raise ValueError("desktop notifications need `pip install alcf-mcp[desktop]`")
    return Desktop()
