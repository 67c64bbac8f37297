"""Where a shop is: one https address, spelled out; http on this machine alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from azpay_tui.paths import ConfigError

_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*)/?",
    re.ASCII,
)
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class ShopAddress:
    """The one place that a shop's requests go to."""

    scheme: Literal["http", "https"]
    host: str
    """In ASCII, without brackets."""
    port: int
    path: str
    """The directory of the shop, without a slash at its end; empty for the whole host."""

    @property
    def origin(self) -> str:
        """Scheme, host and port as the beginning of a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" if self.port == default else f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path


def shop_address(url: str) -> ShopAddress:
    """Read the address of a shop, such as https://shop.example or https://example.com/shop.

    Raises ConfigError for anything else; its text never repeats the address, which can hold a password.
    """
    start, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    match = _ADDRESS.fullmatch(f"{start.lower()}{separator}{host.lower()}{slash}{path}")
    port = int(match["port"] or 0) if match else 0
    if match is None or port > 65535 or any(part in (".", "..") for part in match["path"].split("/")):
        raise ConfigError(
            "url must be the shop's address and nothing more, such as https://shop.example or "
            "https://example.com/shop, and a name with letters beyond ASCII in its form xn--: correct it."
        )
    name = match["host"].strip("[]")
    if match["scheme"] == "http":
        if name not in _LOOPBACK:
            raise ConfigError("url must begin with https://: a key travels encrypted only.")
        return ShopAddress("http", name, port or 80, match["path"])
    return ShopAddress("https", name, port or 443, match["path"])
