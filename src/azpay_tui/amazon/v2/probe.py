"""Questions that settle what Amazon's documents leave open, for a sandbox or a simulator only.

Why each is harmless. A read (GET) changes nothing, whatever its date, its signature or a simulation code beside it. The
one write is a charge on a permission that the same run was told does not exist (404), without the idempotency key that
every charge needs: there is nothing it could act on, it is sent once, and no money exists in a sandbox. None of them
is made from a confirmed intent, so none of them may ever have an effect: a new question that could is not to be added
here. Live accounts are refused before anything is built.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import httpx

from azpay_tui.amazon.errors import AmazonError
from azpay_tui.amazon.exchange import exchange
from azpay_tui.amazon.hosts import Endpoint
from azpay_tui.amazon.throttle import Operation, Throttle
from azpay_tui.amazon.transport import Patience
from azpay_tui.amazon.v2 import requests
from azpay_tui.amazon.v2.client import V2Gateway
from azpay_tui.amazon.v2.requests import Route
from azpay_tui.domain.attempt import Answer

_CODE_HEADER: Final = "x-amz-pay-simulation-code"
_READ: Final = Route(Operation.GET_PERMISSION, "permission")
Signer = Callable[[timedelta, tuple[str, ...]], httpx.Auth]
"""Makes what signs a request: dated so far off Amazon's time, with these headers signed as well."""


class Probe(V2Gateway):
    """Asks unusual questions and reports the plain answers; made by `factory.build_probe`."""

    def __init__(
        self,
        *,
        client: httpx.Client,
        endpoint: Endpoint,
        base: str,
        signer: Signer,
        throttle: Throttle,
        wall: Callable[[], datetime],
        patience: Patience | None = None,
    ) -> None:
        super().__init__(
            client=client,
            endpoint=endpoint,
            base=base,
            signature=signer(timedelta(), ()),
            throttle=throttle,
            wall=wall,
            patience=patience,
        )
        self._signer = signer

    def read_dated(self, object_id: str, off: timedelta) -> Answer:
        """Read an object with a request that is dated `off` from Amazon's time."""
        return self._ask(self._get(object_id), self._signer(off, ()))

    def read_simulating(self, object_id: str, code: str, *, signed: bool) -> Answer:
        """Read an object with a simulation code beside it, signed like the other headers or not."""
        request = self._get(object_id)
        request.headers[_CODE_HEADER] = code
        return self._ask(request, self._signer(timedelta(), (_CODE_HEADER,) if signed else ()))

    def read_at_once(self, object_id: str) -> Answer:
        """Read an object without waiting for its turn, to see how Amazon refuses too many requests."""
        return self._ask(self._get(object_id), self._signer(timedelta(), ()), paced=False)

    def charge_without_key(self, permission_id: str, currency: str) -> Answer:
        """Ask for a charge without an idempotency key, on a permission that was found not to exist."""
        body = {
            "chargePermissionId": permission_id,
            "chargeAmount": {"amount": "1" if currency == "JPY" else "1.00", "currencyCode": currency},
            "captureNow": False,
            "canHandlePendingAuthorization": False,
        }
        content = json.dumps(body, separators=(",", ":")).encode()
        request = self._line.request("POST", "/charges", content)
        return self._ask(request, self._signer(timedelta(), ()), Route(Operation.CREATE_CHARGE, "charge"))

    def _get(self, object_id: str) -> httpx.Request:
        found = requests.read_route(object_id)
        if found is None:
            raise ValueError("This is no id of Amazon Pay.")
        return self._line.request("GET", found[0])

    def _ask(
        self,
        request: httpx.Request,
        auth: httpx.Auth,
        route: Route = _READ,
        *,
        paced: bool = True,
    ) -> Answer:
        """Send a request once; whatever comes back is the answer, and a 429 pauses nothing but this very question."""
        try:
            if paced:
                self._line.throttle.acquire(route.operation, urgent=True)
            received = exchange(self._line.client, request, auth, time.monotonic() + self._line.patience.total)
        except AmazonError as error:
            return self._line.failed(error)
        return self._answer(received, route, None)
