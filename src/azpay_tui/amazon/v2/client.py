"""The gateway to API v2: one request each, judged only by what provably happened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import stamina

from azpay_tui.amazon.calls import CallLog
from azpay_tui.amazon.errors import (
    AmazonError,
    ApiError,
    ConnectionLostError,
    HeldBackError,
    LostError,
    NotSentError,
    OddAnswerError,
    refusal_type,
)
from azpay_tui.amazon.exchange import Received, exchange
from azpay_tui.amazon.hosts import Endpoint
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.amazon.transport import Patience
from azpay_tui.amazon.v2 import requests
from azpay_tui.amazon.v2.requests import Route, object_in
from azpay_tui.amazon.v2.translate import READERS
from azpay_tui.amazon.v2.wire import MAX_WORD, UnreadableError, parse_problem
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.intent import Answer, Prepared, Wish
from azpay_tui.domain.order import Fact

MAX_RAW: Final = 64 * 1024
"""Bytes of a body that are kept as evidence."""
READ_TRIES: Final = 3
"""Tries of a read whose connection breaks; a write is sent once."""
_ENVIRONMENT_KEY: Final = re.compile(r"SANDBOX|LIVE", re.ASCII | re.IGNORECASE)


def base_path(public_key_id: str, environment: str) -> str:
    """Return the beginning of every path: newer keys carry their environment, older ones have it in the path."""
    if _ENVIRONMENT_KEY.match(public_key_id):
        return "/v2"
    return "/live/v2" if environment == "live" else "/sandbox/v2"


class V2Gateway:
    """Reads and sends through API v2; safe from any thread. Implements `azpay_tui.amazon.gateway.Gateway`.

    `client` comes from `transport.open_client`, `base` from `base_path`; `wall` is the machine's own time, UTC,
    uncorrected.
    """

    def __init__(
        self,
        *,
        client: httpx.Client,
        endpoint: Endpoint,
        base: str,
        signature: httpx.Auth,
        throttle: Throttle,
        wall: Callable[[], datetime],
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._origin = endpoint.origin + base
        self._signature = signature
        self._throttle = throttle
        self._wall = wall
        self._patience = patience or Patience()
        self._log = CallLog()

    def prepare(self, wish: Wish) -> Prepared:
        """Build the request of a wish; raises ValueError for a wish that no request can express."""
        return requests.prepare(wish)

    def read(self, object_id: str, *, urgent: bool = False) -> Answer:
        """Read one object; a connection that breaks is tried again, at most twice, within the total deadline."""
        found = requests.read_route(object_id)
        if found is None:
            return _unsent(f"{object_id[:40]!r} is no Amazon Pay id; nothing was asked.", self._wall())
        path, route = found
        try:
            self._throttle.acquire(route.operation, urgent=urgent)
            until = time.monotonic() + self._patience.total
            for attempt in stamina.retry_context(
                on=ConnectionLostError,
                attempts=READ_TRIES,
                timeout=self._patience.total,
                wait_initial=0.2,
                wait_max=1.0,
                wait_jitter=0.3,
            ):
                with attempt:
                    if attempt.num > 1:
                        self._throttle.acquire(route.operation, urgent=urgent)
                    received = self._exchange(self._client.build_request("GET", self._origin + path), route, until)
        except AmazonError as error:
            return self._failed(error)
        return self._answer(received, route, object_id)

    def send(self, prepared: Prepared, key: str | None) -> Answer:
        """Send a prepared request once, whatever happens; never raises."""
        route = requests.write_route(prepared)
        if route is None:
            return _unsent("This request is none of Amazon Pay's; nothing was sent.", self._wall())
        if (key is not None) != (prepared.method == "POST") or not requests.is_key(key):
            return _unsent("The idempotency key does not fit the request; nothing was sent.", self._wall())
        headers = {} if key is None else {"x-amz-pay-idempotency-key": key}
        request = self._client.build_request(
            prepared.method, self._origin + prepared.path, content=prepared.body, headers=headers
        )
        try:
            self._throttle.acquire(route.operation, urgent=True)
            received = self._exchange(request, route, time.monotonic() + self._patience.total)
        except AmazonError as error:
            return self._failed(error)
        return self._answer(received, route, None)

    def close(self) -> None:
        """Give back what waits for its turn, unsent, and release the connections."""
        self._throttle.stop()
        self._client.close()

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process, oldest first."""
        return self._log.all()

    def budget(self) -> tuple[Budget, ...]:
        """Return what the pace allows now, per operation; empty when no pace is kept."""
        return self._throttle.budget()

    def _exchange(self, request: httpx.Request, route: Route, until: float) -> Received:
        at, begun = self._wall(), time.monotonic()
        target = object_in(request.url.path)

        def ended(status: int | None, request_id: str | None, problem: str) -> None:
            seconds = time.monotonic() - begun
            self._log.add(Call(at, str(route.operation), target, seconds, status, request_id, problem))

        try:
            received = exchange(self._client, request, self._signature, until)
        except AmazonError as error:
            ended(None, None, error.sentence)
            raise
        code = parse_problem(received.body).reason_code if received.status >= 400 else None
        ended(received.status, _request_id(received.headers), code or received.flaw or "")
        if received.status == 429:
            pause = _retry_after(received.headers, _date(received.headers) or self._wall())
            self._throttle.throttled(None if pause is None else pause.total_seconds())
        else:
            self._throttle.answered()
        return received

    def _failed(self, error: AmazonError) -> Answer:
        now = self._wall()
        match error:
            case HeldBackError():
                pause = None if error.seconds is None else timedelta(seconds=error.seconds)
                return _unsent(error.sentence, now, error.reason_code, pause)
            case NotSentError():
                return _unsent(error.sentence, now, error.reason_code)
            case LostError():
                return Answer("lost", error.sentence, received_at=now, raw=error.partial[:MAX_RAW])
            case _:
                return Answer("lost", error.sentence, received_at=now)

    def _answer(self, received: Received, route: Route, wanted: str | None) -> Answer:
        """Make the domain's answer of a whole HTTP answer; `wanted` is the id that was read."""
        now, headers = self._wall(), received.headers
        request_id = _request_id(headers)
        fact: Fact | None = None
        reason_code: str | None = None
        message = f"Amazon answered {received.status}."
        try:
            fact = _fact(received, route, wanted, request_id)
        except ApiError as error:
            message, reason_code = error.sentence, error.reason_code
        date = _date(headers)
        return Answer(
            "answered",
            message,
            status=received.status,
            reason_code=reason_code,
            request_id=request_id,
            fact=fact,
            retry_after=_retry_after(headers, date or now),
            server_date=date,
            received_at=now,
            raw=received.body[:MAX_RAW],
        )


def _fact(received: Received, route: Route, wanted: str | None, request_id: str | None) -> Fact:
    """Return the object in an answer; raises the `ApiError` that fits when there is none."""
    status = received.status
    if 200 <= status < 300:
        if received.flaw:
            raise OddAnswerError(received.flaw, status, None, request_id)
        try:
            fact = READERS[route.kind](received.body)
        except UnreadableError as error:
            raise OddAnswerError(
                f"Amazon answered {status}, but the answer cannot be read: {error}.", status, None, request_id
            ) from error
        if wanted is not None and fact.id != wanted:
            raise OddAnswerError(f"Amazon answered with another object than {wanted}.", status, None, request_id)
        return fact
    problem = parse_problem(received.body)
    if 300 <= status < 400:
        sentence = f"Amazon answered {status}, a way to another address, which is never followed."
    else:
        said = f": {problem.message[:500]}" if problem.message else "."
        code = f" {problem.reason_code}" if problem.reason_code else ""
        sentence = f"Amazon answered {status}{code}{said}"
    raise refusal_type(status)(sentence, status, problem.reason_code, request_id)


def _unsent(
    sentence: str, now: datetime, reason_code: str | None = None, retry_after: timedelta | None = None
) -> Answer:
    return Answer("unsent", sentence, reason_code=reason_code, retry_after=retry_after, received_at=now)


def _request_id(headers: httpx.Headers) -> str | None:
    return headers.get("x-amz-pay-request-id", "")[:MAX_WORD] or None


def _date(headers: httpx.Headers) -> datetime | None:
    """Read the Date header, UTC; None when there is none that can be read."""
    return _http_date(headers.get("date", ""))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """Read Retry-After in either form, seconds or a date; None when there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    moment = _http_date(text)
    return None if moment is None else max(moment - now, timedelta())
