"""The way to Globus Auth, by the same proxies and certificates as the way to the facility.

Importing this module loads globus_sdk, so the rest of the package imports it only where it is used.
"""

from __future__ import annotations

import ssl
from functools import cached_property
from typing import Any

from globus_sdk.transport import RequestsTransport
from requests import ConnectionError, PreparedRequest, Response
from requests.adapters import HTTPAdapter

from alcf_mcp.auth.errors import GlobusUnavailable
from alcf_mcp.iri.certificates import tls_context, why_distrusted
from alcf_mcp.iri.proxies import proxy_for

ANSWER_SECONDS = 15.0


def transport() -> RequestsTransport:
    """A transport for one of the SDK's clients.

    Raises:
        GlobusUnavailable: the SDK's own variable about certificates has an invalid value.
    """
    try:
        made = RequestsTransport(http_timeout=ANSWER_SECONDS)
    except ValueError:
        raise GlobusUnavailable(
            "GLOBUS_SDK_VERIFY_SSL names no file with certificates", hint="Correct it, or unset it."
        ) from None
    made.session.trust_env = False  # the adapter reads the environment
    for scheme in ("http://", "https://"):
        made.session.mount(scheme, _Adapter())
    return made


class _Adapter(HTTPAdapter):
    """Sends requests through the proxy for their URL, and trusts what the facility's client does."""

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send a request; the SDK sets no proxies of its own.

        Raises:
            GlobusUnavailable: there is no way through the proxy.
        """
        proxy = proxy_for(str(request.url))
        if proxy is None:
            return super().send(request, *args, **options | {"proxies": {}})
        try:
            return super().send(request, *args, **options | {"proxies": {"all": proxy.url}})
        except ConnectionError as error:
            if why_distrusted(error):
                raise
            raise GlobusUnavailable(
                f"Globus can't be reached through the proxy that {proxy.named_by} names"
            ) from None

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Choose a connection; ``GLOBUS_SDK_VERIFY_SSL`` may still name other certificates."""
        host, options = super().build_connection_pool_key_attributes(request, verify, cert)
        if verify is True and host["scheme"] == "https":
            options["ssl_context"] = self._trusted
        return host, options

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the certificates to the context, where there is one."""
        if verify is not True:
            super().cert_verify(conn, url, verify, cert)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The connections through a proxy, which may itself be reached by TLS."""
        if proxy.startswith("https:"):
            options["proxy_ssl_context"] = self._trusted
        return super().proxy_manager_for(proxy, **options)

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return tls_context()
