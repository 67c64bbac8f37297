"""One question to a shop and its whole answer: bounded in time and size, patient with a busy server, gone when asked.

Every question only reads, so whatever went wrong on the way may be asked again.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final

import httpx

from azpay_tui.address import Address
from azpay_tui.amazon.transport import Patience, Transport, deadline, open_client
from azpay_tui.shops.address import shop_address
from azpay_tui.shops.body import TooLargeError, UnreadableError, whole_body
from azpay_tui.shops.errors import ShopError, ShopHeavyError, ShopStoppedError, ShopUnreachableError

PATIENCE: Final = Patience(connect=5.0, write=10.0, read=60.0, pool=5.0, total=90.0)
"""Seconds. Shops put a hundred orders together slowly, and nobody waits at a dialog for it."""
MAX_ANSWER: Final = 16 * 1024 * 1024
"""Bytes of one answer; a hundred orders have one or two million."""
WAITS: Final = (1.0, 2.2, 7.0)
"""Seconds before each further try, give or take a half."""
LONGEST_WAIT: Final = 120.0
"""Seconds a server may ask to be left alone within one run; asked for more, the run ends."""
_AGAIN: Final = frozenset((408, 425, 429, *range(500, 600)))
_GLANCE: Final = 0.1
"""Seconds between two looks at the wish to stop while a server is silent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may cost."""

    seconds: float
    max_bytes: int
    """Of all answers together."""


class Wire:
    """The line to one shop for one run; one thread uses it.

    `pause` waits so many seconds and tells whether to stop; tests give their own, and a `transport`.
    """

    def __init__(
        self,
        address: Address,
        limits: Limits,
        stop: threading.Event,
        *,
        transport: Transport | None = None,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self.address = address
        self._limits = limits
        self._until = time.monotonic() + limits.seconds
        self._stop = stop
        self._pause = pause or stop.wait
        self._taken = 0
        self._reached = False
        """Whether there was any answer: a shop that was never there in this run is not waited for."""
        self._client = open_client(address, patience=PATIENCE, transport=transport)

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Reply:
        """Ask once, and again while the server is busy or the line breaks; return the first answer of another kind.

        `path` begins behind the shop's address. Raises `ShopError` when it stays so, for a redirect, and when the
        run has had its time or its bytes; `ShopStoppedError` as soon as it is to stop.
        """
        request = self._client.build_request(
            method,
            self.address.url + path,
            params=query,
            headers=dict(headers),
            content=None if body is None else json.dumps(body).encode(),
        )
        waits = iter(WAITS)
        while True:
            self._check()
            asked = None
            try:
                reply = self._exchange(request)
            except (ShopUnreachableError, ShopHeavyError) as lost:
                self._check()
                if not lost.passing or (isinstance(lost, ShopUnreachableError) and not self._reached):
                    raise
                error: ShopError = lost
            else:
                self._reached = True
                if reply.status not in _AGAIN:
                    return self._arrived(reply)
                error, asked = self._trouble(reply), _retry_after(reply)
            wait = next(waits, None)
            if wait is None:
                raise error
            if asked is not None:
                self._rest(asked)
            elif time.monotonic() + wait > self._until:
                raise error
            else:
                self._sleep(wait * random.uniform(0.5, 1.5))

    def decoded(self, reply: Reply) -> object:
        """Return an answer's JSON; numbers with a point stay text. Raises `ShopError` for anything else."""
        where = self.address.origin
        text = reply.body.removeprefix(b"\xef\xbb\xbf").strip()
        if text.startswith(b"<"):
            raise ShopError(
                f"{where} answers with a web page in the place of data: check url, and whether the shop is in "
                "maintenance, asks for a login or shows warnings of PHP."
            )
        try:
            found: object = json.loads(text, parse_float=str, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise ShopError(f"{where} answers with something that is no JSON: check url and the shop's log.") from error
        return found

    def _rest(self, seconds: float) -> None:
        """Leave the shop alone as long as it asks for; raises `ShopError` when that is too long for this run."""
        if seconds > LONGEST_WAIT or time.monotonic() + seconds > self._until:
            raise ShopError(
                f"{self.address.origin} asks to be left alone for {seconds:.0f} seconds; "
                "what is missing comes with a later run."
            )
        self._sleep(seconds)

    def _sleep(self, seconds: float) -> None:
        if self._pause(seconds):
            raise ShopStoppedError("the run was stopped.")

    def _check(self) -> None:
        if self._stop.is_set():
            raise ShopStoppedError("the run was stopped.")
        if time.monotonic() >= self._until:
            raise ShopError(
                f"the time of a run, {self._limits.seconds:.0f} seconds, was over before everything was read: "
                "give the source a longer timeout."
            )

    def _exchange(self, request: httpx.Request) -> Reply:
        """Send once and wait for the whole answer, or leave it behind when the run is to stop."""
        until = min(self._until, time.monotonic() + PATIENCE.total)
        cap = min(MAX_ANSWER, self._limits.max_bytes - self._taken)
        outcome: list[Reply | Exception] = []
        done = threading.Event()

        def work() -> None:
            try:
                outcome.append(self._receive(request, until, cap))
            except Exception as error:
                outcome.append(error)
            finally:
                done.set()

        # A thread of its own, because nothing wakes a read: at the end of the program nobody waits for it.
        threading.Thread(target=work, name="shop", daemon=True).start()
        while not done.wait(_GLANCE):
            if self._stop.is_set():
                raise ShopStoppedError("the run was stopped.")
        found = outcome[0]
        if isinstance(found, Exception):
            raise found
        self._taken += len(found.body)
        return found

    def _receive(self, request: httpx.Request, until: float, cap: int) -> Reply:
        where = self.address.origin
        try:
            with deadline(until):
                answer = self._client.send(request, stream=True)
                try:
                    body = whole_body(answer, cap)
                finally:
                    answer.close()
        except TooLargeError as error:
            if cap < MAX_ANSWER:
                raise ShopError(
                    f"{where} sent more than {self._limits.max_bytes} bytes in one run: give the source a larger "
                    "max_bytes, or a shorter first."
                ) from error
            raise ShopHeavyError(f"an answer of {where} is larger than any page of orders.", passing=False) from error
        except UnreadableError as error:
            raise ShopError(f"{where} compresses its answers in a way that cannot be read.") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise self._unreachable(error) from error
        except httpx.TimeoutException as error:
            raise ShopHeavyError(f"{where} did not answer in time.") from error
        except (httpx.HTTPError, RuntimeError, OSError, ValueError) as error:
            raise ShopHeavyError(f"the connection to {where} was lost before the answer was whole.") from error
        return Reply(answer.status_code, answer.headers, body)

    def _unreachable(self, error: httpx.TransportError) -> ShopUnreachableError:
        where, text = self.address.origin, str(error)
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return ShopUnreachableError(
                f"{where} shows a certificate that cannot be verified, so no key was sent: have the certificate put "
                "right, or write the name it is made for in url.",
                passing=False,
            )
        if isinstance(error, httpx.ConnectTimeout):
            return ShopUnreachableError(f"{where} cannot be reached: there was no connection in time.")
        return ShopUnreachableError(f"{where} cannot be reached: check url, and the network of this machine.")

    def _arrived(self, reply: Reply) -> Reply:
        if not 300 <= reply.status < 400:
            return reply
        there = _origin_of(reply.headers.get("location", ""))
        known = f" to {there}" if there and there != self.address.origin else ""
        raise ShopError(
            f"{self.address.origin} sends on{known}, and a key does not follow: write the shop's final address in url."
        )

    def _trouble(self, reply: Reply) -> ShopError:
        where = self.address.origin
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            return ShopError(f"{where} gets too many requests: give the source a longer every.")
        return ShopHeavyError(f"{where} answers with an error of its own ({reply.status}): look into the shop's log.")


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no JSON.")


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds a server asks to be left alone; None when it does not say so readably."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None
    except (ValueError, IndexError, TypeError):
        return None


def _origin_of(location: str) -> str | None:
    """Return scheme and host of a redirect's target when it is an ordinary https address; nothing else is shown."""
    scheme, separator, rest = location.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    try:
        return shop_address(f"{scheme}{separator}{host}").origin
    except Exception:
        return None
