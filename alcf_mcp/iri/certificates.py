"""Which certificates are trusted: those that a variable names, or else those that the system trusts."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from alcf_mcp.iri.errors import WrongEnvironment

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables that name certificates to trust. The first that is set counts, for every connection."""

WHERE_INSPECTED = (
    "Where a network inspects its traffic, SSL_CERT_FILE has to name the file with the network's own "
    "certificates. Otherwise, do not trust this connection."
)
_CURE = "Correct it, or unset it to trust what this system trusts."
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def named_certificates() -> tuple[str, str] | None:
    """The variable that names the certificates to trust, and its value; ``None`` if no variable does."""
    return next(((name, value) for name in VARIABLES if (value := os.environ.get(name))), None)


def tls_context() -> ssl.SSLContext:
    """A context that trusts the certificates that a variable names, or else the system's and certifi's.

    An organization adds its certificates to the system's: on macOS, only the keychain has them. Some
    containers have no certificates except certifi's.

    Raises:
        WrongEnvironment: a variable names something other than certificates.
    """
    return _context(named_certificates())


def shared_tls_context() -> ssl.SSLContext:
    """The context of all connections to facilities: making one takes 80 ms and 0.8 MB.

    Raises:
        WrongEnvironment: a variable names something other than certificates.
    """
    return kept_context(named_certificates())


def _context(named: tuple[str, str] | None) -> ssl.SSLContext:
    if named:
        return _trusting(*named)
    import certifi  # noqa: PLC0415 - loaded where they are used
    import truststore  # noqa: PLC0415

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    return context


kept_context = cache(_context)


def _trusting(variable: str, value: str) -> ssl.SSLContext:
    """A context that trusts what a variable names: a file, or directories as OpenSSL reads them."""
    several = variable == "SSL_CERT_DIR"
    places = [Path(place) for place in (value.split(os.pathsep) if several else [value])]
    names = f"{variable} names {value}"
    try:
        if not any(place.exists() for place in places):
            raise WrongEnvironment(f"{names}, which does not exist", hint=_CURE)
        if directories := [place for place in places if place.is_dir()]:
            if not any(_HASHED.fullmatch(file.name) for place in directories for file in place.iterdir()):
                raise WrongEnvironment(
                    f"{names}, which has no certificates under the names that `openssl rehash` gives them",
                    hint=_CURE,
                )
            return ssl.create_default_context(capath=os.pathsep.join(map(str, directories)))
        return ssl.create_default_context(cafile=value)
    except ssl.SSLError:
        raise WrongEnvironment(f"{names}, which contains no certificates", hint=_CURE) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise WrongEnvironment(f"{names}, which can't be read ({reason})", hint=_CURE) from None


def why_distrusted(error: BaseException) -> str | None:
    """Why a certificate was not trusted, if that is what an error is about; ``None`` if it is not."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message or "the certificate is not trusted"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from; libraries also keep that in ``reason`` or among the arguments."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, BaseException) and found not in seen:
            seen.append(found)
            yield found
            waiting += [found.__cause__, found.__context__, getattr(found, "reason", None), *found.args]
