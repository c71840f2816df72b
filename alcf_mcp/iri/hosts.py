"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress


def is_host_name(name: str) -> bool:
    """Whether a name can be a host name; a name in another script must be IDNA-encoded."""
    return bool(name) and name.isascii() and name.isprintable() and not set(name) & set(' "<>\\^`{|}%')


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nothing sent to it leaves the machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
