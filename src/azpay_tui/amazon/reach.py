"""Whether Amazon can be reached, step by step: name, connection, certificate. Sends no request."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpcore

from azpay_tui.amazon.hosts import Endpoint
from azpay_tui.amazon.transport import Patience, resolve, tls_context

Step = Literal["name", "connection", "certificate"]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the way to an endpoint goes."""

    addresses: tuple[str, ...] = ()
    """What its name means."""
    tls: str | None = None
    """Protocol agreed on, such as `TLSv1.3`; None without TLS."""
    failed: Step | None = None
    """The step that did not succeed; None: all did."""
    why: str = ""
    """What the system says of the failure, without a point at its end."""


def reach(endpoint: Endpoint, ca_file: Path | None = None, *, seconds: float = Patience().connect) -> Reached:
    """Look the name up, connect and check the certificate, each within `seconds`; nothing is asked of Amazon.

    Raises `ConfigError` for a `ca_file` that cannot be used.
    """
    context = tls_context(endpoint, ca_file)
    try:
        addresses = tuple(resolve(endpoint.host, endpoint.port, seconds))
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        return Reached(failed="name", why=str(error).rstrip("."))
    failure = "no address answered"
    for address in addresses:
        try:
            with socket.create_connection((address, endpoint.port), seconds) as plain:
                if context is None:
                    return Reached(addresses)
                return _secured(context, plain, endpoint, addresses)
        except OSError as error:
            failure = error.strerror or str(error)
    return Reached(addresses, failed="connection", why=failure)


def _secured(context: ssl.SSLContext, plain: socket.socket, endpoint: Endpoint, addresses: tuple[str, ...]) -> Reached:
    try:
        with context.wrap_socket(plain, server_hostname=endpoint.host) as secured:
            return Reached(addresses, secured.version())
    except ssl.SSLCertVerificationError as error:
        return Reached(addresses, failed="certificate", why=error.verify_message)
    except (ssl.SSLError, OSError) as error:
        return Reached(addresses, failed="certificate", why=str(error.strerror or error))
