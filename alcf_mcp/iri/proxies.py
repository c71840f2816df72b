"""Which proxy leads to a server, by the variables that curl and other programs read too.

httpx and requests each read them in their own way: one fails on an IPv6 address in ``NO_PROXY``, the other
ignores it. Here they are read once, for both.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from alcf_mcp.iri.errors import WrongEnvironment
from alcf_mcp.iri.hosts import is_loopback

_KINDS = {
    "http": "http",
    "https": "https",
    # SOCKS proxies look names up themselves: a machine that needs one may have no name server for them.
    **dict.fromkeys(("socks", "socks5", "socks5h"), "socks5h"),
}
_FORMS = (
    "Write a URL such as http://proxy.example.org:3128 or socks5://proxy.example.org:1080, with special "
    "characters in a password percent-encoded, or unset it."
)
_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(  # RFC 3986, section 3.2
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?"
    r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])"
    r"(?::[0-9]{1,5})?"
)
_BRACKETS = re.compile(r"\[([^\]]*)\](?::([0-9]+))?")


@dataclass(frozen=True)
class Proxy:
    """A proxy.

    Attributes:
        url: its URL, which may contain a password.
        named_by: the variable that names it.
    """

    url: str = field(repr=False)
    named_by: str


def proxy_for(url: str) -> Proxy | None:
    """The proxy that leads to a URL; ``None`` if the way is direct, as it is within this machine.

    Raises:
        WrongEnvironment: the variable that applies does not name a proxy.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    named = getproxies()
    if is_loopback(host) or is_exempt(host, parts.port or _PORTS[parts.scheme], named.get("no", "")):
        return None
    if sys.platform == "darwin" and not getproxies_environment() and proxy_bypass(host):
        return None
    kind = parts.scheme if named.get(parts.scheme) else "all"
    return _checked(named[kind], _variable(kind)) if named.get(kind) else None


def is_exempt(host: str, port: int, entries: str) -> bool:
    """Whether a server is among the entries of ``NO_PROXY``.

    An entry is ``*``, a domain with everything in it (``example.org``, ``.example.org``, ``*.example.org``),
    an address or a network (``10.0.0.0/8``, ``::1``, ``[::1]``, ``fe80::/10``). A port may follow.
    """
    return any(_covers(entry, host, port) for entry in re.split(r"[,\s]+", entries.lower()) if entry)


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    name, its_port = _parted(entry.rpartition("://")[2])
    if its_port and its_port != str(port):
        return False
    try:
        address = ip_address(host)
    except ValueError:
        name = name.lstrip("*.")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return address in ip_network(name, strict=False)
    except ValueError:
        return False


def _parted(entry: str) -> tuple[str, str]:
    """The name and the port of an entry; the port is empty if it has none."""
    if found := _BRACKETS.fullmatch(entry):
        return found[1], found[2] or ""
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""


def _variable(kind: str) -> str:
    """The variable that names the proxies of a kind; Python's own rule prefers the one in lower case."""
    names = (f"{kind}_proxy", f"{kind}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the system's network settings")


def _checked(value: str, variable: str) -> Proxy:
    """The proxy that a variable names.

    The value may contain a password, so no message shows it.
    """
    value = value.strip()
    scheme, _, rest = value.rpartition("://")
    place, _, path = rest.partition("/")
    if "@" in path or not _is_authority(place):  # a slash in a password, perhaps
        raise WrongEnvironment(f"The proxy that {variable} names has no valid URL", hint=_FORMS)
    kind = _KINDS.get(scheme.lower() or "http")
    if kind is None:
        raise WrongEnvironment(
            f"{variable} names a proxy of a kind that can't be used here (only http, https and SOCKS 5 can)",
            hint=_FORMS,
        )
    return Proxy(f"{kind}://{place}", variable)


def _is_authority(place: str) -> bool:
    """Whether a text is a host, with a port and a user where there are any."""
    try:
        parts = urlsplit(f"//{place}")
        if parts.netloc.endswith("]") or "]:" in parts.netloc:
            ip_address(parts.hostname or "")
        return bool(_AUTHORITY.fullmatch(place)) and parts.port != 0
    except ValueError:
        return False
