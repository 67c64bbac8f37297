"""The way to Amazon that several parts share: signed, paced, remembered, judged only by what provably happened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
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
from azpay_tui.amazon.throttle import Operation, Throttle
from azpay_tui.amazon.transport import Patience
from azpay_tui.amazon.v2.wire import MAX_WORD, parse_problem
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.calls import Call
from azpay_tui.domain.moments import believable
from azpay_tui.domain.order import Fact

MAX_RAW: Final = 64 * 1024
"""Bytes of a body that are kept as evidence."""
READ_TRIES: Final = 3
"""Tries of a read whose connection breaks; a write is sent once."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One request as Amazon counts it and as people look back at it."""

    operation: Operation
    name: str
    target: str = ""
    """The id in its path; empty for what has none."""


class Line:
    """Sends requests of one profile; safe from any thread.

    `client` comes from `transport.open_client`, `origin` ends in the API's version, `wall` is the machine's own time,
    UTC, uncorrected.
    """

    def __init__(
        self,
        *,
        client: httpx.Client,
        origin: str,
        signature: httpx.Auth,
        throttle: Throttle,
        wall: Callable[[], datetime],
        patience: Patience,
    ) -> None:
        self.client = client
        self.origin = origin
        self.signature = signature
        self.throttle = throttle
        self.wall = wall
        self.patience = patience
        self.log = CallLog()

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Request:
        """Build a request; `path` is what stands behind the API's version."""
        return self.client.build_request(method, self.origin + path, content=body, headers=headers)

    def read(self, path: str, counted: Counted, *, urgent: bool) -> Received:
        """Read a path; a connection that breaks is tried again, at most twice, within the total deadline.

        Raises `AmazonError` when there is no whole answer.
        """
        self.throttle.acquire(counted.operation, urgent=urgent)
        until = time.monotonic() + self.patience.total
        for attempt in stamina.retry_context(
            on=ConnectionLostError,
            attempts=READ_TRIES,
            timeout=self.patience.total,
            wait_initial=0.2,
            wait_max=1.0,
            wait_jitter=0.3,
        ):
            with attempt:
                if attempt.num > 1:
                    self.throttle.acquire(counted.operation, urgent=urgent)
                received = self._exchange(self.request("GET", path), counted, until)
        return received

    def send(self, request: httpx.Request, counted: Counted, *, urgent: bool) -> Received:
        """Send a request once, when its turn has come. Raises `AmazonError` when there is no whole answer."""
        self.throttle.acquire(counted.operation, urgent=urgent)
        return self._exchange(request, counted, time.monotonic() + self.patience.total)

    def _exchange(self, request: httpx.Request, counted: Counted, until: float) -> Received:
        at, begun = self.wall(), time.monotonic()
        try:
            received = exchange(self.client, request, self.signature, until)
        except AmazonError as error:
            self.remember(at, begun, counted, None, None, error.sentence)
            raise
        code = parse_problem(received.body).reason_code if received.status >= 400 else None
        self.remember(at, begun, counted, received.status, request_id(received.headers), code or received.flaw or "")
        if received.status == 429:
            pause = _retry_after(received.headers, _date(received.headers) or self.wall())
            self.throttle.throttled(None if pause is None else pause.total_seconds())
        else:
            self.throttle.answered()
        return received

    def remember(
        self, at: datetime, begun: float, counted: Counted, status: int | None, request_id: str | None, problem: str
    ) -> None:
        """Keep a request that ended now for whoever looks back; `begun` is monotonic seconds."""
        seconds = time.monotonic() - begun
        self.log.add(Call(at, counted.name, counted.target, seconds, status, request_id, problem))

    # Judging

    def unsent(self, sentence: str, reason_code: str | None = None, retry_after: timedelta | None = None) -> Answer:
        """Return the answer of a request that never left."""
        return Answer("unsent", sentence, reason_code=reason_code, retry_after=retry_after, received_at=self.wall())

    def failed(self, error: AmazonError) -> Answer:
        """Return the answer of a request that got none."""
        match error:
            case HeldBackError():
                pause = None if error.seconds is None else timedelta(seconds=error.seconds)
                return self.unsent(error.sentence, error.reason_code, pause)
            case NotSentError():
                return self.unsent(error.sentence, error.reason_code)
            case LostError():
                return Answer("lost", error.sentence, received_at=self.wall(), raw=error.partial[:MAX_RAW])
            case _:
                return Answer("lost", error.sentence, received_at=self.wall())

    def answered(self, received: Received, fact: Fact | None, problem: ApiError | None = None) -> Answer:
        """Return a whole answer in domain words, with what it brought or why it brought nothing."""
        now, headers = self.wall(), received.headers
        date = _date(headers)
        return Answer(
            "answered",
            f"Amazon answered {received.status}." if problem is None else problem.sentence,
            status=received.status,
            reason_code=None if problem is None else problem.reason_code,
            request_id=request_id(headers),
            fact=fact,
            retry_after=_retry_after(headers, date or now),
            server_date=date,
            received_at=now,
            raw=received.body[:MAX_RAW],
        )


def body_of(received: Received) -> bytes:
    """Return the body of a 2xx answer; raises the `ApiError` that fits every other one."""
    status, ident = received.status, request_id(received.headers)
    if 200 <= status < 300:
        if received.flaw:
            raise OddAnswerError(received.flaw, status, None, ident)
        return received.body
    problem = parse_problem(received.body)
    if 300 <= status < 400:
        sentence = f"Amazon answered {status}, a way to another address, which is never followed."
    else:
        said = f": {problem.message[:500]}" if problem.message else "."
        code = f" {problem.reason_code}" if problem.reason_code else ""
        sentence = f"Amazon answered {status}{code}{said}"
    raise refusal_type(status)(sentence, status, problem.reason_code, ident)


def unreadable(received: Received, why: object) -> OddAnswerError:
    """Return the error of a 2xx answer whose body is not what was asked for."""
    status = received.status
    sentence = f"Amazon answered {status}, but the answer cannot be read: {why}."
    return OddAnswerError(sentence, status, None, request_id(received.headers))


def request_id(headers: httpx.Headers) -> str | None:
    """Return what Amazon calls the request."""
    return headers.get("x-amz-pay-request-id", "")[:MAX_WORD] or None


def _date(headers: httpx.Headers) -> datetime | None:
    """Read the Date header, UTC; None when there is none that can be read."""
    return _http_date(headers.get("date", ""))


def _http_date(text: str) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        # A clock that was set by the others would stand where no day can be added to it.
        return moment if believable(moment) else None
    return None


def _retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """Read Retry-After in either form, seconds or a date; None when there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    moment = _http_date(text)
    return None if moment is None else max(moment - now, timedelta())
