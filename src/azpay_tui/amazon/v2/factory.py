"""Puts the gateway of a profile together; called by bootstrap."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

import httpx
import stamina.instrumentation
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from azpay_tui.amazon.download import Downloads
from azpay_tui.amazon.hosts import Endpoint, Environment, HostRefusedError, Region, endpoint
from azpay_tui.amazon.throttle import Throttle, quotas
from azpay_tui.amazon.transport import Patience, open_client
from azpay_tui.amazon.v2.client import V2Gateway, base_path
from azpay_tui.amazon.v2.probe import Probe
from azpay_tui.amazon.v2.signing import Signature
from azpay_tui.keyfile import load_private_key


class Settings(Protocol):
    """The part of a profile the gateway needs; `azpay_tui.profiles.Profile` has it."""

    @property
    def region(self) -> Region: ...  # noqa: D102
    @property
    def environment(self) -> Environment: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def ca_file(self) -> Path | None: ...  # noqa: D102
    @property
    def public_key_id(self) -> str: ...  # noqa: D102
    @property
    def private_key_file(self) -> Path: ...  # noqa: D102
    @property
    def pace(self) -> Literal["quota", "off"]: ...  # noqa: D102


class _LazyKey:
    """Loads the key when it is first needed, once; a failure is tried again at the next need."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: RSAPrivateKey | None = None
        self._lock = threading.Lock()

    def __call__(self) -> RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key = load_private_key(self._path)
            return self._key


def utc_now() -> datetime:
    """Return the machine's own time, uncorrected."""
    return datetime.now(UTC)


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    wall: Callable[[], datetime] = utc_now,
    transport: httpx.BaseTransport | None = None,
    patience: Patience | None = None,
) -> V2Gateway:
    """Return the gateway of a profile; nothing is read or sent yet, the key file is opened at the first request.

    `now` is Amazon's time (corrected, UTC), `wall` the machine's own. `transport` replaces the network in tests.
    Raises `ConfigError` (exit code 7) for a host, certificate file or key that does not belong to the environment.
    """
    site = _site(settings)
    patience = patience or Patience()
    key = _LazyKey(settings.private_key_file)
    # A retried read is no news; the library's default hook would write to the terminal the console draws on.
    stamina.instrumentation.set_on_retry_hooks(())
    return V2Gateway(
        client=open_client(site, patience=patience, ca_file=settings.ca_file, transport=transport),
        endpoint=site,
        base=base_path(settings.public_key_id, settings.environment),
        signature=Signature(key_id=settings.public_key_id, key=key, host=site.host, region=settings.region, now=now),
        throttle=Throttle(quotas(settings.environment, settings.pace)),
        wall=wall,
        patience=patience,
        downloads=Downloads(site, ca_file=settings.ca_file, transport=transport),
    )


def build_probe(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    wall: Callable[[], datetime] = utc_now,
    transport: httpx.BaseTransport | None = None,
    patience: Patience | None = None,
) -> Probe:
    """Return what asks unusual questions of a sandbox or a simulator; arguments and errors as those of `build`.

    Raises `HostRefusedError` for a live profile.
    """
    if settings.environment == "live":
        raise HostRefusedError("Nothing is tried out on a live account: use a sandbox profile.")
    site = _site(settings)
    patience = patience or Patience()
    key = _LazyKey(settings.private_key_file)
    stamina.instrumentation.set_on_retry_hooks(())

    def signer(off: timedelta, also: tuple[str, ...]) -> Signature:
        return Signature(
            key_id=settings.public_key_id,
            key=key,
            host=site.host,
            region=settings.region,
            now=lambda: now() + off,
            also=also,
        )

    return Probe(
        client=open_client(site, patience=patience, ca_file=settings.ca_file, transport=transport),
        endpoint=site,
        base=base_path(settings.public_key_id, settings.environment),
        signer=signer,
        throttle=Throttle(quotas(settings.environment, settings.pace)),
        wall=wall,
        patience=patience,
    )


def _site(settings: Settings) -> Endpoint:
    """Return where the requests of a profile go; raises `HostRefusedError` for a key of the other environment."""
    prefix = settings.public_key_id.upper()
    if prefix.startswith("SANDBOX" if settings.environment == "live" else "LIVE"):
        raise HostRefusedError(
            f"public_key_id does not belong to {settings.environment}: use the key of that environment."
        )
    return endpoint(settings.environment, settings.region, settings.url)
