"""An address that requests go to, spelled out: what is not literally of its form is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Scheme = Literal["http", "https"]

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""What this machine is called: hosts to which something may go in the clear."""
_PORTS: Final[dict[Scheme, int]] = {"http": 80, "https": 443}
_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>(?:/[A-Za-z0-9._~%-]*)*)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One http or https address: no name, no password, no query."""

    scheme: Scheme
    host: str
    """In ASCII, without brackets."""
    port: int
    path: str
    """From its first slash on; empty for the whole host."""

    @property
    def origin(self) -> str:
        """Scheme, host and port as the beginning of a URL; what may be shown."""
        return origin(self.scheme, self.host, self.port)

    @property
    def url(self) -> str:
        """The whole address; its path may be a secret."""
        return self.origin + self.path

    @property
    def in_the_clear(self) -> bool:
        """Whether others could read what goes there: http to another machine."""
        return self.scheme == "http" and self.host not in LOOPBACK


def parse(text: str) -> Address | None:
    """Read an address such as https://shop.example:8443/azpay; None for everything else, also for a user in it."""
    start, separator, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    match = _ADDRESS.fullmatch(f"{start.lower()}{separator}{host.lower()}{slash}{path}")
    port = int(match["port"] or 0) if match else 0
    if match is None or port > 65535:
        return None
    scheme: Scheme = "https" if match["scheme"] == "https" else "http"
    return Address(scheme, match["host"].strip("[]"), port or _PORTS[scheme], match["path"])


def origin(scheme: Scheme, host: str, port: int) -> str:
    """Return scheme, host (without brackets) and port as the beginning of a URL."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == _PORTS[scheme] else f"{scheme}://{name}:{port}"
