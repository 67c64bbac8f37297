"""The operations on charge permissions, charges and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.simulator import bodies, rules
from azpay_tui.simulator.amounts import MAX_CHARGES, MAX_REFUNDS, refund_cap, single_maximum
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.model import GUARANTEE, Charge, Order, Refund
from azpay_tui.simulator.render import charge_json, permission_json, refund_json
from azpay_tui.simulator.routes import Call
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import ApiError, Plain

_SYNC_DECLINES: Final = ("SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut")


@dataclass(frozen=True, slots=True)
class Result:
    """A success: HTTP status, object, its id, and whether a charge was captured in the same call."""

    status: int
    payload: dict[str, Plain]
    object_id: str
    captured_too: bool = False


def _wrong_code(code: str) -> ApiError:
    return ApiError(
        400, "InvalidSandboxSimulationSpecified", f"The simulation code [{code}] is not valid for this operation."
    )


class Operations:
    """Everything a signed request can do, on one book at one moment (``now`` in UTC).

    Every method raises ApiError for a refusal and then has changed nothing but what a decline itself changes.
    """

    def __init__(self, book: Book, settings: Settings, now: datetime) -> None:
        self._book = book
        self._settings = settings
        self._now = now
        self._soon = now + timedelta(seconds=settings.delay_seconds)

    def run(self, call: Call, body: bytes, code: str | None) -> Result:
        """Carry out a recognised call; ``code`` is the sandbox simulation code."""
        target = call.target or ""
        if code is not None and call.operation not in ("authorize", "capture", "cancel", "close"):
            raise _wrong_code(code)
        match call.operation:
            case "get-permission":
                order = self._permission(target)
                return Result(200, permission_json(order, self._settings, self._now), target)
            case "get-charge":
                order, charge = self._charge(target)
                return Result(200, charge_json(order, charge, self._settings), target)
            case "get-refund":
                order, refund = self._refund(target)
                return Result(200, refund_json(order, refund), target)
            case "authorize":
                return self._create_charge(bodies.read_create_charge(body), code)
            case "capture":
                return self._capture(target, bodies.read_capture(body), code)
            case "void":
                bodies.read_cancellation(body)
                return self._void(target)
            case "cancel" | "close":
                return self._close(target, bodies.read_closure(body), code)
            case "refund":
                return self._create_refund(bodies.read_refund(body))
            case "other":
                raise ApiError(404, "ResourceNotFound", "There is nothing at this path.")

    def _found(self, order: Order) -> Order:
        if rules.settle_due(order, self._now, self._settings):
            self._book.dirty.add(order.permission_id)
        return order

    def _permission(self, permission_id: str) -> Order:
        order = self._book.permission(permission_id)
        if order is None:
            raise ApiError(404, "ResourceNotFound", f"The charge permission [{permission_id}] was not found.")
        return self._found(order)

    def _charge(self, charge_id: str) -> tuple[Order, Charge]:
        found = self._book.charge(charge_id)
        if found is None:
            raise ApiError(404, "ResourceNotFound", f"The charge [{charge_id}] was not found.")
        return self._found(found[0]), found[1]

    def _refund(self, refund_id: str) -> tuple[Order, Refund]:
        found = self._book.refund(refund_id)
        if found is None:
            raise ApiError(404, "ResourceNotFound", f"The refund [{refund_id}] was not found.")
        return self._found(found[0]), found[2]

    def _create_charge(self, wish: bodies.CreateCharge, code: str | None) -> Result:
        order = self._permission(wish.permission_id)
        self._check_new_charge(order, wish)
        verdict = order.next_decline
        if code is not None:
            if code not in _SYNC_DECLINES and not (code == "CaptureInitiated" and wish.capture_now):
                raise _wrong_code(code)
            verdict = code if code in _SYNC_DECLINES else None
        elif order.next_decline is not None:
            order.next_decline = None
            self._book.dirty.add(order.permission_id)
        if verdict is not None and (code is not None or not wish.may_pend):
            self._book.dirty.add(order.permission_id)
            rules.apply_decline(order, verdict, self._now)
            status = 500 if verdict == "ProcessingFailure" else 422
            raise ApiError(status, verdict, f"The charge was declined with [{verdict}].")
        charge = Charge(
            charge_id=self._book.new_charge_id(order),
            amount=wish.amount,
            created=self._now,
            updated=self._now,
            state="AuthorizationInitiated" if wish.may_pend else "Authorized",
            capture_now=wish.capture_now,
            soft_descriptor=wish.soft_descriptor,
            channel=wish.channel,
            initiator=wish.initiator,
            metadata=wish.metadata,
            provider_reference=wish.provider_reference,
        )
        order.charges.append(charge)
        if code == "CaptureInitiated":
            self._start_capture(charge, wish.amount, None)
        elif wish.may_pend:
            charge.decides_at, charge.verdict = self._soon, verdict
        elif wish.capture_now:
            rules.finish_capture(order, charge, wish.amount, self._now)
        self._book.dirty.add(order.permission_id)
        return Result(201, charge_json(order, charge, self._settings), charge.charge_id, wish.capture_now)

    def _check_new_charge(self, order: Order, wish: bodies.CreateCharge) -> None:
        if wish.currency != order.currency:
            raise ApiError(400, "CurrencyMismatch", f"The currency of this order is [{order.currency}].")
        state, reasons = rules.reported_state(order, self._settings)
        if state != "Chargeable":
            raise ApiError(
                422, "InvalidChargePermissionStatus", f"The charge permission is [{state}] ({', '.join(reasons)})."
            )
        counted = [
            charge
            for charge in order.charges
            if self._settings.ended_charges_counted or charge.state not in ("Canceled", "Declined")
        ]
        if len(counted) >= MAX_CHARGES:
            raise ApiError(422, "TransactionCountExceeded", f"A charge permission takes {MAX_CHARGES} charges.")
        if wish.amount > min(rules.balance(order, self._settings), single_maximum(order.currency)):
            raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be charged.")
        if wish.capture_now and order.captured() + order.capturing() + wish.amount > order.limit:
            raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be captured.")

    def _start_capture(self, charge: Charge, amount: int, verdict: str | None) -> None:
        charge.state, charge.capturing, charge.verdict = "CaptureInitiated", amount, verdict
        charge.updated, charge.decides_at, charge.held = self._now, self._soon, False

    def _capture(self, charge_id: str, wish: bodies.Capture, code: str | None) -> Result:
        order, charge = self._charge(charge_id)
        if wish.currency != order.currency:
            raise ApiError(400, "CurrencyMismatch", f"The currency of this order is [{order.currency}].")
        if order.state == "Closed" and not self._settings.capture_after_close and charge.state == "Authorized":
            raise ApiError(422, "InvalidChargePermissionStatus", "The charge permission is [Closed].")
        if charge.state != "Authorized":
            raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be captured.")
        if wish.amount > charge.amount:
            raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what was authorized.")
        if order.captured() + order.capturing() + wish.amount > order.limit:
            raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be captured.")
        if code is not None and code not in ("CaptureInitiated", "AmazonRejected"):
            raise _wrong_code(code)
        charge.soft_descriptor = wish.soft_descriptor or charge.soft_descriptor
        charge.verdict = None
        if code is not None or self._now - charge.created > GUARANTEE:
            self._start_capture(charge, wish.amount, "AmazonRejected" if code == "AmazonRejected" else None)
        else:
            rules.finish_capture(order, charge, wish.amount, self._now)
        self._book.dirty.add(order.permission_id)
        return Result(200, charge_json(order, charge, self._settings), charge_id)

    def _void(self, charge_id: str) -> Result:
        order, charge = self._charge(charge_id)
        if charge.state not in ("AuthorizationInitiated", "Authorized"):
            raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be canceled.")
        rules.cancel_charge(charge, "MerchantCanceled", self._now)
        self._book.dirty.add(order.permission_id)
        return Result(200, charge_json(order, charge, self._settings), charge_id)

    def _close(self, permission_id: str, cancel_open: bool, code: str | None) -> Result:
        if code not in (None, "AmazonClosed"):
            raise _wrong_code(code or "")
        order = self._permission(permission_id)
        if order.state not in ("Chargeable", "NonChargeable"):
            raise ApiError(422, "InvalidChargePermissionStatus", f"The charge permission is [{order.state}].")
        rules.close(order, code or "MerchantClosed", self._now)
        if cancel_open:
            rules.cancel_open_charges(order, "ChargePermissionCanceled", self._now)
        self._book.dirty.add(order.permission_id)
        return Result(200, permission_json(order, self._settings, self._now), permission_id)

    def _create_refund(self, wish: bodies.CreateRefund) -> Result:
        order, charge = self._charge(wish.charge_id)
        if wish.currency != order.currency:
            raise ApiError(400, "CurrencyMismatch", f"The currency of this order is [{order.currency}].")
        if charge.state != "Captured" or charge.captured is None:
            raise ApiError(422, "InvalidChargeStatus", f"The charge is [{charge.state}] and cannot be refunded.")
        counted = [
            refund for refund in charge.refunds if self._settings.declined_refunds_counted or refund.state != "Declined"
        ]
        if len(counted) >= MAX_REFUNDS:
            raise ApiError(422, "TransactionCountExceeded", f"A charge takes {MAX_REFUNDS} refunds.")
        spent = sum(refund.amount for refund in charge.refunds if refund.state != "Declined")
        if spent + wish.amount > refund_cap(charge.captured, order.currency) or wish.amount > single_maximum(
            order.currency
        ):
            raise ApiError(400, "TransactionAmountExceeded", "The amount is more than what can be refunded.")
        refund = Refund(
            refund_id=self._book.new_refund_id(order),
            charge_id=charge.charge_id,
            amount=wish.amount,
            created=self._now,
            updated=self._now,
            soft_descriptor=wish.soft_descriptor,
            decides_at=self._soon,
        )
        charge.refunds.append(refund)
        self._book.dirty.add(order.permission_id)
        return Result(201, refund_json(order, refund), refund.refund_id)
