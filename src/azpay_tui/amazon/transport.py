"""The one place that makes HTTP clients: allowed hosts only, TLS verified, nothing from the environment, bounded time.

An httpx timeout limits each single wait, so a peer that sends one byte now and then never trips it. Here every wait on
the network, from the look-up of the name to the last byte, is also cut at the deadline of the whole exchange.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import certifi
import httpcore
import httpx

from azpay_tui.amazon.hosts import Endpoint, HostRefusedError, Place
from azpay_tui.paths import ConfigError, shown

Transport = httpx.BaseTransport
"""What carries a request away; another one is put in where no network is wanted."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each part of one exchange may take, in seconds (safety contract: 3, 5, 15, 25 in all)."""

    connect: float = 3.0
    write: float = 5.0
    read: float = 15.0
    pool: float = 5.0
    total: float = 25.0

    def timeout(self) -> httpx.Timeout:
        """Return the part httpx looks after: each single wait."""
        return httpx.Timeout(connect=self.connect, write=self.write, read=self.read, pool=self.pool)


# The deadline belongs to the thread's current exchange; the connection it uses outlives it.
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def deadline(until: float) -> Iterator[None]:
    """Cut every wait on the network inside at `until` (monotonic seconds)."""
    token = _deadline.set(until)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    until = _deadline.get()
    if until is None:
        return timeout
    left = until - time.monotonic()
    if left <= 0:
        raise late("The deadline of the whole exchange has passed.")
    return left if timeout is None else min(timeout, left)


class _Live:
    """The connections there are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: weakref.WeakSet[_Stream] = weakref.WeakSet()

    def add(self, stream: _Stream) -> None:
        with self._lock:
            self._streams.add(stream)

    def hang_up(self) -> None:
        with self._lock:
            for stream in self._streams:
                stream.hang_up()


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, live: _Live) -> None:
        self._inner, self._live = inner, live
        live.add(self)

    def hang_up(self) -> None:
        """End every wait on it, in whichever thread; closing it would not wake them."""
        end = self._inner.get_extra_info("socket")
        if end is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(end, socket.SHUT_RDWR)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._live)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects within one budget of time, the look-up of the name included."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()
        self.live = _Live()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        budget = _left(timeout, httpcore.ConnectTimeout)
        until = time.monotonic() + (Patience().connect if budget is None else budget)
        addresses = resolve(host, port, until - time.monotonic())
        failure: Exception = httpcore.ConnectError(f"No address is known for {host}.")
        for number, address in enumerate(addresses, start=1):
            left = until - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout(f"{host} could not be reached in time.")
            # A dead first address (often IPv6) must leave time for the next one.
            share = left if number == len(addresses) else left / 2
            try:
                found = self._inner.connect_tcp(address, port, share, local_address, socket_options)
                return _Stream(found, self.live)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Look a name up in at most `seconds`; the system's own limit can be minutes.

    Raises httpcore's `ConnectError` or `ConnectTimeout`.
    """
    found: list[str] = []
    failure: list[OSError] = []

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            failure.append(error)
        else:
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))

    thread = threading.Thread(target=look_up, name="look-up", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if failure:
        raise httpcore.ConnectError(f"The name {host} cannot be found: {failure[0].strerror}.") from failure[0]
    if thread.is_alive() or not found:
        raise httpcore.ConnectTimeout(f"The name {host} could not be found in time.")
    return found


_HTTPX: Final[tuple[tuple[type[Exception], type[httpx.TransportError]], ...]] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
)


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        mapped = next((mine for theirs, mine in _HTTPX if isinstance(error, theirs)), httpx.TransportError)
        raise mapped(str(error)) from error


class _Body(httpx.SyncByteStream):
    """The body of an answer as it arrives."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _as_httpx():
            self._answer.close()


class _Wire(httpx.BaseTransport):
    """HTTP/1.1 without retries of its own.

    Reads keep their connections; everything else gets a new one, because only a connection that could not be made
    proves that nothing was sent.
    """

    def __init__(self, context: ssl.SSLContext | None) -> None:
        backend = _Backend()
        self._live = backend.live

        def pool(most: int, keep: int) -> httpcore.ConnectionPool:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=most,
                max_keepalive_connections=keep,
                keepalive_expiry=5.0,
                http1=True,
                http2=False,
                retries=0,
                network_backend=backend,
            )

        # As many reads as a refresh and a person's action ask for side by side: neither waits for the other's lines.
        self._reads, self._writes = pool(8, 4), pool(4, 0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        outgoing = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = (self._reads if request.method == "GET" else self._writes).handle_request(outgoing)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection; what still waits for an answer gets none."""
        self._live.hang_up()
        self._reads.close()
        self._writes.close()


class Guard(httpx.BaseTransport):
    """Lets through what goes to the place and refuses everything else before a byte leaves."""

    def __init__(self, place: Place, inner: httpx.BaseTransport) -> None:
        self._place = place
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on; raises `HostRefusedError` when it would go elsewhere."""
        url, allowed = request.url, self._place
        port = url.port or {"http": 80, "https": 443}.get(url.scheme)
        if (url.scheme, url.raw_host, port, url.userinfo) != (allowed.scheme, allowed.host.encode(), allowed.port, b""):
            raise HostRefusedError(f"Requests of this profile go to {allowed.origin} only; another host was refused.")
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what is behind."""
        self._inner.close()


def bare_context() -> ssl.SSLContext:
    """Return what verifies chain and host name of a server, and trusts nobody yet."""
    # Made by hand: the usual helper obeys SSLKEYLOGFILE, the system's default obeys SSL_CERT_FILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An authority vouches for the names in the extension alone; the common name is no host's (RFC 9525).
    context.hostname_checks_common_name = False
    return context


def tls_context(place: Place, ca_file: Path | None) -> ssl.SSLContext | None:
    """Return what verifies a place's certificate, None where there is no TLS. Raises `ConfigError`."""
    if ca_file is not None and not (isinstance(place, Endpoint) and place.environment == "simulator"):
        raise HostRefusedError("ca_file is for the simulator only: remove it.")
    if place.scheme != "https":
        return None
    context = bare_context()
    try:
        context.load_verify_locations(ca_file or certifi.where())
    except (OSError, ssl.SSLError) as error:
        where = shown(ca_file) if ca_file else "the certificates of certifi"
        raise ConfigError(f"{where} cannot be used as a list of trusted certificates: check ca_file.") from error
    return context


def open_client(
    place: Place,
    *,
    patience: Patience | None = None,
    ca_file: Path | None = None,
    transport: httpx.BaseTransport | None = None,
    files: bool = False,
) -> httpx.Client:
    """Return the HTTP client of an endpoint or of a shop; no other code makes one.

    `ca_file` (simulator only) replaces the trusted certificates. `transport` replaces the network, behind the same
    guard, for tests. `files`: it gets plain files, not JSON. Raises `ConfigError` for a `ca_file` that cannot be used
    or is not allowed.
    """
    speaks = {"accept": "*/*"} if files else {"accept": "application/json", "content-type": "application/json"}
    wire = transport or _Wire(tls_context(place, ca_file))
    nothing = http.cookiejar.CookieJar(policy=http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(
        transport=Guard(place, wire),
        trust_env=False,
        follow_redirects=False,
        timeout=(patience or Patience()).timeout(),
        cookies=nothing,
        headers={**speaks, "accept-encoding": "identity", "user-agent": "azpay-tui"},
    )
