"""The gateway to API v2: one request each, judged only by what provably happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx

from azpay_tui.amazon.download import Downloads
from azpay_tui.amazon.errors import ODD_ANSWER, AmazonError, ApiError, OddAnswerError
from azpay_tui.amazon.exchange import Received
from azpay_tui.amazon.hosts import Endpoint
from azpay_tui.amazon.reports import Reports
from azpay_tui.amazon.throttle import Operation, Throttle
from azpay_tui.amazon.transport import Patience
from azpay_tui.amazon.v2 import deliveries, requests
from azpay_tui.amazon.v2.line import Counted, Line, body_of, request_id, unreadable
from azpay_tui.amazon.v2.reports import V2Reports
from azpay_tui.amazon.v2.requests import Route
from azpay_tui.amazon.v2.translate import READERS
from azpay_tui.amazon.v2.wire import UnreadableError
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.deliveries import Parcel
from azpay_tui.domain.intent import Prepared, Wish
from azpay_tui.domain.order import Fact

_ENVIRONMENT_KEY: Final = re.compile(r"SANDBOX|LIVE", re.ASCII | re.IGNORECASE)


def base_path(public_key_id: str, environment: str) -> str:
    """Return the beginning of every path: newer keys carry their environment, older ones have it in the path."""
    if _ENVIRONMENT_KEY.match(public_key_id):
        return "/v2"
    return "/live/v2" if environment == "live" else "/sandbox/v2"


class V2Gateway:
    """Reads and sends through API v2; safe from any thread. Implements `azpay_tui.amazon.gateway.Gateway`.

    `client` comes from `transport.open_client`, `base` from `base_path`; `wall` is the machine's own time, UTC,
    uncorrected. `downloads` opens the way to a report's file; without it reports cannot be had.
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
        downloads: Downloads | None = None,
    ) -> None:
        self._line = Line(
            client=client,
            origin=endpoint.origin + base,
            signature=signature,
            throttle=throttle,
            wall=wall,
            patience=patience or Patience(),
        )
        self._reports = None if downloads is None else V2Reports(self._line, downloads)

    def prepare(self, wish: Wish) -> Prepared:
        """Build the request of a wish; raises ValueError for a wish that no request can express."""
        return requests.prepare(wish)

    def read(self, object_id: str, *, urgent: bool = False) -> Answer:
        """Read one object; a connection that breaks is tried again, at most twice, within the total deadline."""
        found = requests.read_route(object_id)
        if found is None:
            return self._line.unsent(f"{object_id[:40]!r} is no Amazon Pay id; nothing was asked.")
        path, route = found
        try:
            received = self._line.read(path, _counted(route, path), urgent=urgent)
        except AmazonError as error:
            return self._line.failed(error)
        return self._answer(received, route, object_id)

    def send(self, prepared: Prepared, key: str | None) -> Answer:
        """Send a prepared request once, whatever happens; never raises."""
        route = requests.write_route(prepared)
        if route is None:
            return self._line.unsent("This request is none of Amazon Pay's; nothing was sent.")
        if (key is not None) != (prepared.method == "POST") or not requests.is_key(key):
            return self._line.unsent("The idempotency key does not fit the request; nothing was sent.")
        headers = {} if key is None else {"x-amz-pay-idempotency-key": key}
        request = self._line.request(prepared.method, prepared.path, prepared.body, headers)
        try:
            received = self._line.send(request, _counted(route, prepared.path), urgent=True)
        except AmazonError as error:
            return self._line.failed(error)
        return self._answer(received, route, None)

    def prepare_delivery(self, parcel: Parcel) -> Prepared:
        """Build the request that tells Amazon of a parcel."""
        return deliveries.prepare(parcel)

    def deliver(self, parcel: Parcel, key: str) -> Answer:
        """Tell Amazon of a parcel once, whatever happens; never raises."""
        prepared = deliveries.prepare(parcel)
        headers = {"x-amz-pay-idempotency-key": key}
        request = self._line.request(prepared.method, prepared.path, prepared.body, headers)
        counted = Counted(Operation.DELIVERY, str(Operation.DELIVERY), parcel.order_id)
        try:
            received = self._line.send(request, counted, urgent=True)
        except AmazonError as error:
            return self._line.failed(error)
        try:
            deliveries.must_echo(body_of(received), parcel)
        except UnreadableError as error:
            odd = unreadable(received, error)
            odd.reason_code = ODD_ANSWER
            return self._line.answered(received, None, odd)
        except ApiError as error:
            if error.status is not None and 200 <= error.status < 300:
                error.reason_code = ODD_ANSWER  # of a body that could not be taken in nothing was compared
            return self._line.answered(received, None, error)
        return self._line.answered(received, None)

    def reports(self) -> Reports | None:
        """Return the way to reports, None where there is none."""
        return self._reports

    def close(self) -> None:
        """Give back what waits for its turn, unsent, and release the connections."""
        self._line.throttle.stop()
        self._line.client.close()

    def calls(self) -> tuple[Call, ...]:
        """Return the newest requests of this process, oldest first."""
        return self._line.log.all()

    def budget(self) -> tuple[Budget, ...]:
        """Return what the pace allows now, per operation; empty when no pace is kept."""
        return self._line.throttle.budget()

    def _answer(self, received: Received, route: Route, wanted: str | None) -> Answer:
        try:
            return self._line.answered(received, _fact(received, route, wanted))
        except ApiError as error:
            return self._line.answered(received, None, error)


def _counted(route: Route, path: str) -> Counted:
    return Counted(route.operation, str(route.operation), requests.object_in(path))


def _fact(received: Received, route: Route, wanted: str | None) -> Fact:
    """Return the object in an answer; raises the `ApiError` that fits when there is none."""
    try:
        fact = READERS[route.kind](body_of(received))
    except UnreadableError as error:
        raise unreadable(received, error) from error
    if wanted is not None and fact.id != wanted:
        sentence = f"Amazon answered with another object than {wanted}."
        raise OddAnswerError(sentence, received.status, None, request_id(received.headers))
    return fact
