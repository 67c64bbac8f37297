"""Where requests may go: Amazon's three hosts for live and sandbox, this machine alone for the simulator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from azpay_tui.address import Scheme, origin
from azpay_tui.paths import ConfigError

Region = Literal["na", "eu", "jp"]
Environment = Literal["simulator", "sandbox", "live"]

AMAZON_HOSTS: Final[dict[str, str]] = {
    "na": "pay-api.amazon.com",
    "eu": "pay-api.amazon.eu",
    "jp": "pay-api.amazon.jp",
}
"""Host by region (API guide, hosts); the same for sandbox and live."""

# Spelled out, never resolved or normalised: whatever is not literally one of these is refused.
_LOOPBACK: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>127\.0\.0\.1|\[::1\]|localhost)(?::(?P<port>[1-9][0-9]{0,4}))?/?", re.ASCII
)
# A name, never a number: Amazon's store of files is no address in anybody's own network.
_FILE_HOST: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.){1,20}[a-z]{2,63}", re.ASCII)


class HostRefusedError(ConfigError):
    """A request would go to a host that is not allowed; nothing was sent."""


class Place(Protocol):
    """The one place that requests of a client may go to."""

    @property
    def scheme(self) -> str:
        """`https`, or `http` on this machine."""
        ...

    @property
    def host(self) -> str:
        """Name or address, in ASCII and without brackets."""
        ...

    @property
    def port(self) -> int:
        """Always given."""
        ...

    @property
    def origin(self) -> str:
        """Scheme, host and port as the beginning of a URL."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The one place requests of a profile go to."""

    environment: Environment
    region: Region
    scheme: Scheme
    host: str
    """Exactly as in the URL, without brackets."""
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port as the beginning of a URL."""
        return origin(self.scheme, self.host, self.port)


def endpoint(environment: Environment, region: Region, url: str | None = None) -> Endpoint:
    """Return where a profile's requests go; `url` is for the simulator only, and must name this machine literally.

    Raises `HostRefusedError` for anything else.
    """
    host = AMAZON_HOSTS.get(region)
    if host is None:
        raise HostRefusedError(f"There is no Amazon Pay region {region!r}: choose na, eu or jp.")
    if environment in ("sandbox", "live"):
        if url is not None:
            raise HostRefusedError(f"url is for the simulator only, but environment is {environment}: remove it.")
        return Endpoint(environment, region, "https", host, 443)
    if environment != "simulator":
        raise HostRefusedError(f"There is no environment {environment!r}: choose simulator, sandbox or live.")
    match = _LOOPBACK.fullmatch(url or "")
    port = int(match["port"]) if match and match["port"] else 0
    if match is None or port > 65535:
        # Not repeated: an address can hold a password.
        raise HostRefusedError("The simulator's url must be an address of this machine such as http://127.0.0.1:8080.")
    scheme: Scheme = "https" if match["scheme"] == "https" else "http"
    return Endpoint("simulator", region, scheme, match["host"].strip("[]"), port or {"http": 80, "https": 443}[scheme])


def file_place(site: Endpoint, url: str) -> Endpoint:
    """Return where a file lies whose address Amazon gave: HTTPS at a host with a name; of a simulator, this machine.

    Nothing of the profile goes there, neither key nor signature. Raises `HostRefusedError` for every other address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise HostRefusedError("Amazon named no readable address for the file.") from None
    if site.environment == "simulator":
        return endpoint("simulator", site.region, f"{parts.scheme}://{parts.netloc}")
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or parts.netloc.lower() not in (host, f"{host}:443") or not _FILE_HOST.fullmatch(host):
        raise HostRefusedError("The address that Amazon named for the file is no https address of a host by its name.")
    return Endpoint(site.environment, site.region, "https", host, port or 443)
