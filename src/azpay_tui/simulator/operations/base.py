"""What the operations of every resource share: what they are asked, what they answer, where they look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from azpay_tui.simulator import rules
from azpay_tui.simulator.amounts import refund_cap, single_maximum
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.model import Charge, Order, Refund
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import ApiError, Plain


@dataclass(frozen=True, slots=True)
class Ask:
    """One recognised request: the id in its path, body, raw query, sandbox simulation code."""

    target: str
    body: bytes
    query: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A success: HTTP status, object, its id, whether a charge was captured in the same call, and the order's id."""

    status: int
    payload: dict[str, Plain]
    object_id: str
    captured_too: bool = False
    permission_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a request is worked on: one book, under the switches, at one moment (``now`` in UTC).

    ``live`` is whether the caller's key is one for the live environment, ``url`` where the simulator answers.
    """

    book: Book
    settings: Settings
    now: datetime
    live: bool = False
    url: str = "http://127.0.0.1"

    @property
    def soon(self) -> datetime:
        """When something that starts being decided now is decided."""
        return self.now + timedelta(seconds=self.settings.delay_seconds)

    def keep(self, order: Order) -> None:
        """Remember that the order changed."""
        self.book.dirty.add(order.permission_id)

    def _found(self, order: Order) -> Order:
        if rules.settle_due(order, self.now, self.settings):
            self.keep(order)
        return order

    def permission(self, permission_id: str) -> Order:
        """The order with this permission id, as of now. Raises ApiError."""
        order = self.book.permission(permission_id)
        if order is None:
            raise ApiError(404, "ResourceNotFound", f"The charge permission [{permission_id}] was not found.")
        return self._found(order)

    def charge(self, charge_id: str) -> tuple[Order, Charge]:
        """A charge with its order, as of now. Raises ApiError."""
        found = self.book.charge(charge_id)
        if found is None:
            raise ApiError(404, "ResourceNotFound", f"The charge [{charge_id}] was not found.")
        return self._found(found[0]), found[1]

    def refund(self, refund_id: str) -> tuple[Order, Refund]:
        """A refund with its order, as of now. Raises ApiError."""
        found = self.book.refund(refund_id)
        if found is None:
            raise ApiError(404, "ResourceNotFound", f"The refund [{refund_id}] was not found.")
        return self._found(found[0]), found[2]

    def refusal(self, order: Order, charge: Charge) -> str | None:
        """Why Amazon refuses this capture or refund, when an act arranged that; it holds for one request."""
        reason, charge.next_refusal = charge.next_refusal, None
        if reason is not None:
            self.keep(order)
        return reason

    def refundable(self, order: Order, charge: Charge) -> int:
        """Most that can be refunded of a captured charge now, in minor units."""
        freed = ("Declined",) if self.settings.declined_refunds_free_amount else ()
        spent = sum(refund.amount for refund in charge.refunds if refund.state not in freed)
        return min(refund_cap(charge.captured or 0, order.currency) - spent, single_maximum(order.currency))


Handler: TypeAlias = Callable[[Desk, Ask], Result]


def check_currency(order: Order, currency: str) -> None:
    """Refuse an amount in another currency than the order's."""
    if currency != order.currency:
        raise ApiError(400, "CurrencyMismatch", f"The currency of this order is [{order.currency}].")


def declined(reason: str) -> ApiError:
    """The refusal that tells a decline: an error of Amazon's own is 500, everything else 422."""
    return ApiError(500 if reason == "ProcessingFailure" else 422, reason, f"The payment was declined with [{reason}].")


def wrong_code(code: str) -> ApiError:
    """The refusal of a simulation code that the operation does not know."""
    return ApiError(
        400, "InvalidSandboxSimulationSpecified", f"The simulation code [{code}] is not valid for this operation."
    )
