"""Acts of Amazon, of the buyer, or of somebody in Seller Central."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from azpay_tui.simulator import buyer, rules
from azpay_tui.simulator.amounts import format_amount, refund_cap
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.checkout import METHODS
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.model import (
    BLOCK_REASONS,
    DECLINE_REASONS,
    REFUND_DECLINE_REASONS,
    REFUSAL_REASONS,
    Charge,
    Order,
    Refund,
)
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import JsonValue, Plain


@dataclass(frozen=True, slots=True)
class Act:
    """An act: the parameters it takes besides ``act`` and ``id``, and what happens."""

    takes: tuple[str, ...]
    says: str


ACTS: Final[dict[str, Act]] = {
    "approve": Act((), "Amazon approves the pending authorization, capture or refund."),
    "decline": Act(
        ("reason",), "Amazon declines the pending charge or refund, or the next charge when a permission is named."
    ),
    "refuse": Act(("reason",), "Amazon refuses the next capture or refund of the charge."),
    "settle": Act((), "Amazon decides in favour, as `approve`; for captures and refunds the better word."),
    "suspend": Act(("reason",), "The payment method breaks: the permission becomes NonChargeable."),
    "repair": Act((), "The buyer repairs the payment method: the permission is Chargeable again."),
    "expire": Act((), "The authorization lapses, or the permission when its id is named."),
    "charge-elsewhere": Act(("amount",), "Somebody authorizes in Seller Central."),
    "capture-elsewhere": Act(("amount",), "Somebody captures in Seller Central."),
    "refund-elsewhere": Act(("amount",), "Somebody refunds in Seller Central."),
    "void-elsewhere": Act((), "Somebody cancels the authorization in Seller Central."),
    "close-elsewhere": Act((), "Somebody closes the permission in Seller Central."),
    "sign-in-session": Act((), "The buyer signs in to a checkout session and chooses address and payment method."),
    "approve-session": Act(
        ("method",), "The buyer signs in if need be and confirms, with a payment method that ends in `method`."
    ),
    "cancel-session": Act((), "The buyer leaves the checkout session."),
    "unknown-state": Act(("word",), "The object takes a state that nobody documents."),
}


class ActError(ValueError):
    """The act does not fit the object; the message is one sentence for the person who posted it."""


def perform(value: JsonValue, book: Book, settings: Settings, now: datetime) -> dict[str, Plain]:
    """Carry out one posted act and answer what the object is now. Raises FieldError and ActError."""
    act = Fields({"act": value.get("act")} if isinstance(value, dict) else value, ("act",)).need_text(
        "act", limit=40, choices=tuple(ACTS)
    )
    fields = Fields(value, ("act", "id", *ACTS[act].takes))
    if act.endswith("-session"):
        return _on_session(act, book, now, fields)
    return _Stage(book, settings, now, fields, fields.need_text("id", limit=64)).perform(act)


def _on_session(act: str, book: Book, now: datetime, fields: Fields) -> dict[str, Plain]:
    try:
        session = buyer.session_of(book, fields.need_text("id", limit=64), now)
        if act == "sign-in-session":
            buyer.sign_in(book, session, now)
        elif act == "approve-session":
            method = fields.text("method", limit=4, choices=tuple(METHODS)) or session.method
            buyer.approve(book, session, method, now)
        else:
            session.cancel("BuyerCanceled", now)
    except buyer.BuyerError as error:
        raise ActError(str(error)) from error
    return {"act": act, **buyer.shown(session)}


class _Stage:
    """One act on one object."""

    def __init__(self, book: Book, settings: Settings, now: datetime, fields: Fields, target: str) -> None:
        order = book.order_of(target)
        if order is None:
            raise ActError(f"There is no object with the id {target}.")
        rules.settle_due(order, now, settings)
        book.dirty.add(order.permission_id)
        self._book, self._settings, self._now = book, settings, now
        self._fields, self._target, self._order = fields, target, order
        found = book.charge(target)
        self._charge: Charge | None = found[1] if found else None
        found_refund = book.refund(target)
        self._refund: Refund | None = found_refund[2] if found_refund else None
        if target != order.permission_id and self._charge is None and self._refund is None:
            raise ActError(f"There is no object with the id {target}.")

    def perform(self, act: str) -> dict[str, Plain]:
        match act:
            case "approve" | "settle":
                self._decide(None)
            case "decline":
                self._decline()
            case "refuse":
                self._refuse()
            case "suspend":
                reason = self._fields.text("reason", limit=40, choices=BLOCK_REASONS) or "PaymentMethodInvalid"
                self._usable()
                rules.suspend(self._order, reason, self._now)
            case "repair":
                self._usable()
                self._order.state, self._order.reasons, self._order.updated = "Chargeable", [], self._now
            case "expire":
                self._expire()
            case "charge-elsewhere":
                self._charge_elsewhere()
            case "capture-elsewhere":
                self._capture_elsewhere()
            case "refund-elsewhere":
                self._refund_elsewhere()
            case "void-elsewhere":
                charge = self._one_charge(("AuthorizationInitiated", "Authorized"))
                rules.cancel_charge(charge, "MerchantCanceled", self._now)
            case "close-elsewhere":
                self._usable()
                rules.close(self._order, self._settings.closure_reason, self._now)
            case _:
                self._set_word(self._fields.text("word", limit=60) or "Hibernating")
        return self._shown(act)

    def _shown(self, act: str) -> dict[str, Plain]:
        thing: Charge | Refund | Order = self._refund or self._charge or self._order
        state: dict[str, Plain] = {"state": thing.state}
        if isinstance(thing, Order):
            object_id, state["reasons"] = thing.permission_id, thing.reasons
        else:
            object_id, state["reason"] = thing.refund_id if isinstance(thing, Refund) else thing.charge_id, thing.reason
        return {"act": act, "id": object_id, "permission_id": self._order.permission_id, **state}

    def _usable(self) -> None:
        if self._order.state not in ("Chargeable", "NonChargeable"):
            raise ActError(f"The charge permission is {self._order.state}; nothing more can be done to it.")

    def _one_charge(self, states: tuple[str, ...]) -> Charge:
        """The charge meant: the one named, or the only one of the order in one of the states."""
        if self._charge is None:
            fitting = [charge for charge in self._order.charges if charge.state in states]
            if len(fitting) != 1 or self._refund is not None:
                raise ActError(f"Name one charge that is {' or '.join(states)}; {self._target} does not say which.")
            self._charge = fitting[0]
        if self._charge.state not in states:
            raise ActError(f"The charge is {self._charge.state}, not {' or '.join(states)}.")
        return self._charge

    def _one_refund(self) -> Refund | None:
        """The refund meant, when it is a refund that is being decided."""
        if self._refund is None and self._charge is None:
            fitting = [r for c in self._order.charges for r in c.refunds if r.state == "RefundInitiated"]
            in_flight = [c for c in self._order.charges if c.state in ("AuthorizationInitiated", "CaptureInitiated")]
            if len(fitting) == 1 and not in_flight:
                self._refund = fitting[0]
        if self._refund is not None and self._refund.state != "RefundInitiated":
            raise ActError(f"The refund is {self._refund.state}; it was decided already.")
        return self._refund

    def _decide(self, reason: str | None) -> None:
        refund = self._one_refund()
        if refund is not None:
            refund.state, refund.reason = ("Refunded", None) if reason is None else ("Declined", reason)
            refund.updated, refund.decides_at = self._now, None
            return
        charge = self._one_charge(("AuthorizationInitiated", "CaptureInitiated"))
        if reason is None:
            rules.approve_charge(self._order, charge, self._now)
        else:
            rules.decline_charge(self._order, charge, reason, self._now)

    def _refuse(self) -> None:
        charge = self._one_charge(("Authorized", "Captured"))
        reason = self._fields.text("reason", limit=40, choices=REFUND_DECLINE_REASONS)
        charge.next_refusal = reason or "AmazonRejected"

    def _decline(self) -> None:
        reasons: tuple[str, ...] = DECLINE_REASONS if self._refund is None else REFUND_DECLINE_REASONS
        if self._charge is None and self._refund is None:
            reasons = (*DECLINE_REASONS, *REFUSAL_REASONS)
        default = "AmazonRejected" if self._refund is not None else "SoftDeclined"
        reason = self._fields.text("reason", limit=40, choices=reasons) or default
        if self._charge is None and self._refund is None:
            self._usable()
            self._order.next_decline = reason
            return
        self._decide(reason)

    def _expire(self) -> None:
        if self._charge is None and self._refund is None:
            self._usable()
            rules.close(self._order, "Expired", self._now)
            return
        rules.cancel_charge(self._one_charge(("Authorized",)), "ExpiredUnused", self._now)

    def _amount(self, default: int, most: int) -> int:
        currency = self._order.currency
        amount = self._fields.amount("amount", currency) or default
        if not 0 < amount <= most:
            raise FieldError("invalid", "amount", f"more than zero and at most {format_amount(most, currency)}")
        return amount

    def _charge_elsewhere(self) -> None:
        if self._order.state != "Chargeable":
            raise ActError(f"The charge permission is {self._order.state}; it cannot be charged.")
        left = self._order.limit - rules.taken(self._order, self._now)
        amount = self._amount(left, left)
        charge_id = self._book.new_charge_id(self._order)
        self._charge = Charge(charge_id, amount, self._now, self._now, "Authorized")
        self._refund = None
        self._order.charges.append(self._charge)

    def _capture_elsewhere(self) -> None:
        charge = self._one_charge(("Authorized",))
        left = rules.room(self._order, self._now)
        amount = self._amount(min(charge.amount, left), min(charge.amount, left))
        rules.finish_capture(self._order, charge, amount, self._now)

    def _refund_elsewhere(self) -> None:
        charge = self._one_charge(("Captured",))
        taken = charge.captured or 0
        spent = charge.refunded(pending=True)
        amount = self._amount(taken - spent, refund_cap(taken, self._order.currency) - spent)
        refund_id = self._book.new_refund_id(self._order)
        self._refund = Refund(refund_id, charge.charge_id, amount, self._now, self._now, "Refunded")
        charge.refunds.append(self._refund)

    def _set_word(self, word: str) -> None:
        thing: Charge | Refund | Order = self._refund or self._charge or self._order
        thing.state, thing.updated = word, self._now
        if not isinstance(thing, Order):
            thing.reason = thing.decides_at = None


__all__ = ["ACTS", "Act", "ActError", "perform"]
