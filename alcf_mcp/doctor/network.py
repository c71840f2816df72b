"""Checks what the environment says about the way to the facility and to Globus."""

from __future__ import annotations

from alcf_mcp.config import Settings
from alcf_mcp.doctor.check import Check, Health
from alcf_mcp.iri.certificates import named_certificates, tls_context
from alcf_mcp.iri.errors import WrongEnvironment
from alcf_mcp.iri.proxies import proxy_for

_GLOBUS = "https://auth.globus.org"


def check_network(settings: Settings) -> Check:
    """Check the variables about proxies and certificates; a proxy's URL is not shown, for its password."""
    if settings.facility == "local":
        seen = "The local facility is on this machine: no proxy and no certificates are needed"
        return Check(name="network", verdict=Health.GOOD, seen=seen)
    try:
        seen = f"To the facility {_way(settings.api_url)}, to Globus {_way(_GLOBUS)}; {_trusted()}"
    except WrongEnvironment as error:
        return Check(name="network", verdict=Health.BAD, seen=str(error), cure=error.hint)
    return Check(name="network", verdict=Health.GOOD, seen=seen)


def _way(url: str) -> str:
    proxy = proxy_for(url)
    return f"through the proxy that {proxy.named_by} names" if proxy else "without a proxy"


def _trusted() -> str:
    tls_context()
    named = named_certificates()
    return f"{named[0]} names the trusted certificates" if named else "this system's certificates are trusted"
