"""The action matrix: one verdict for each verb, kind of permission and kind of charge, and how to find the row.

Each charge of an order falls into one row. Row numbers are those of the documented matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import limits, reasons, states, words
from azpay_tui.domain.offer import Verdict
from azpay_tui.domain.order import Charge, Order

PermissionClass = Literal["usable", "suspended", "blocked", "closed"]
ChargeClass = Literal[
    "none",
    "pending",
    "fresh",
    "aged",
    "lapsed",
    "capturing",
    "captured",
    "soft",
    "hard",
    "rejected",
    "voided",
    "canceled",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One verdict of the table; the sentence may name `{end}`, `{since}`, `{reasons}` and `{tries}`."""

    verdict: Verdict
    sentence: str | None = None
    warning: str | None = None


def _no(sentence: str) -> Cell:
    return Cell("no", sentence)


def _warn(name: str) -> Cell:
    return Cell("warn", reasons.warning_sentence(name), name)


YES: Final = Cell("yes")
BY_REFUNDS: Final = Cell("yes")
"""Placeholder of the refund column: rows 18 to 22 decide by amounts."""

_DECIDING: Final = _no("Amazon is still deciding about this authorization; it takes up to 24 hours.")
_ONE_CAPTURE: Final = _no("This charge was captured already; Amazon allows one capture per charge.")
_NOT_VOIDABLE: Final = _no("This charge was captured, so its authorization cannot be released; refund it instead.")
_RUNNING: Final = _no("A capture is running; wait until Amazon has decided.")
_SETTLES: Final = _no("A capture is running: not before it settles.")
_TAKEN: Final = _no("Money was taken, so the order cannot be cancelled; refund it, or close the order.")
_CLOSED: Final = _no("The order is closed at Amazon ({reasons}).")
_ALREADY_CLOSED: Final = _no("The order is already closed ({reasons}).")
_NOT_CAPTURED: Final = _no("Nothing was captured of this charge, so there is nothing to refund.")
_NO_CHARGE: Final = _no("There is no authorization; authorize first.")
_DECLINED: Final = _no("This authorization was declined ({since}), so it holds nothing.")
_ENDED: Final = _no("This authorization was ended ({since}), so it holds nothing.")
_LAPSED: Final = _no("The authorization lapsed on {end}; only a new one can be captured.")
_BUYER: Final = _no("The buyer must repair the payment method first ({reasons}).")
_UNKNOWN_REASON: Final = _no("Amazon does not let the order be charged: {reasons}.")
_AMAZON_ENDED: Final = _no("Amazon ended the order ({reasons}).")
_REJECTED_BY_AMAZON: Final = _no("Amazon rejected the payment: do not ship, and ask the buyer to order again.")
_CALLED_OFF: Final = _no("The order was cancelled ({since}); ask the buyer to order again.")
_AGED: Final = Cell("yes", "More than 7 days old: the capture may go pending and be declined.")
_TRIES: Final = Cell("yes", "Declined so far: {tries}.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the verdicts for one kind of charge on one kind of permission."""

    number: str
    """Number of the row; a letter marks the same row on a permission that is suspended (s) or closed (c)."""
    capture: Cell
    void: Cell
    cancel: Cell
    close: Cell
    authorize: Cell
    refund: Cell = _NOT_CAPTURED


def _suspended(row: Row, number: str, **cells: Cell) -> Row:
    authorize = _BUYER if row.authorize.verdict != "no" else row.authorize
    return replace(row, number=number, **{"authorize": authorize, "close": YES, **cells})


def _closed(row: Row, number: str) -> Row:
    return replace(row, number=number, cancel=_CLOSED, close=_ALREADY_CLOSED, authorize=_CLOSED)


_NOTHING: Final = Row("2", _NO_CHARGE, _NO_CHARGE, YES, _warn("nothing-charged"), YES, _no("Nothing was captured."))
_PENDING: Final = Row("3", _DECIDING, YES, YES, _warn("leaves-pending"), _warn("decision-under-way"))
_FRESH: Final = Row("4", YES, YES, YES, _warn("leaves-authorization"), _warn("second-hold"))
_AGED_ROW: Final = replace(_FRESH, number="5", capture=_AGED)
_LAPSED_ROW: Final = Row("6", _LAPSED, _LAPSED, YES, _warn("nothing-charged"), YES)
_CAPTURING: Final = Row("7", _RUNNING, _RUNNING, _RUNNING, _warn("leaves-pending"), _SETTLES, _SETTLES)
_CAPTURED: Final = Row("8", _ONE_CAPTURE, _NOT_VOIDABLE, _TAKEN, YES, YES, BY_REFUNDS)
_SOFT: Final = Row("13", _DECLINED, _DECLINED, YES, _warn("nothing-charged"), _TRIES)
_HARD: Final = Row("14", _DECLINED, _DECLINED, YES, YES, _warn("same-card"))
_REJECTED: Final = Row("15", _DECLINED, _DECLINED, _AMAZON_ENDED, _AMAZON_ENDED, _REJECTED_BY_AMAZON)
_VOIDED: Final = Row("16", _ENDED, _ENDED, YES, _warn("nothing-charged"), YES)
_CANCELED: Final = replace(_VOIDED, number="17", authorize=_CALLED_OFF)

ROWS: Final[dict[tuple[PermissionClass, ChargeClass], Row]] = {
    ("usable", "none"): _NOTHING,
    ("usable", "pending"): _PENDING,
    ("usable", "fresh"): _FRESH,
    ("usable", "aged"): _AGED_ROW,
    ("usable", "lapsed"): _LAPSED_ROW,
    ("usable", "capturing"): _CAPTURING,
    ("usable", "captured"): _CAPTURED,
    ("usable", "soft"): _SOFT,
    ("usable", "hard"): _HARD,
    ("usable", "rejected"): replace(_REJECTED, cancel=YES, close=YES),
    ("usable", "voided"): _VOIDED,
    ("usable", "canceled"): _CANCELED,
    ("suspended", "none"): _suspended(_NOTHING, "12"),
    ("suspended", "pending"): _suspended(_PENDING, "3s", close=_warn("leaves-pending")),
    ("suspended", "fresh"): _suspended(_FRESH, "11"),
    ("suspended", "aged"): _suspended(_AGED_ROW, "11"),
    ("suspended", "lapsed"): _suspended(_LAPSED_ROW, "12"),
    ("suspended", "capturing"): replace(_CAPTURING, number="7s"),
    ("suspended", "captured"): _suspended(_CAPTURED, "8s"),
    ("suspended", "soft"): _suspended(_SOFT, "12"),
    ("suspended", "hard"): _suspended(_HARD, "14"),
    ("suspended", "rejected"): _suspended(_REJECTED, "15s", cancel=YES),
    ("suspended", "voided"): _suspended(_VOIDED, "12"),
    ("suspended", "canceled"): _suspended(_CANCELED, "17"),
    ("closed", "none"): _closed(_NOTHING, "17"),
    ("closed", "pending"): _closed(_PENDING, "10"),
    ("closed", "fresh"): _closed(_FRESH, "10"),
    ("closed", "aged"): _closed(_AGED_ROW, "10"),
    ("closed", "lapsed"): _closed(_LAPSED_ROW, "17"),
    ("closed", "capturing"): replace(_CAPTURING, number="7c", close=_ALREADY_CLOSED),
    ("closed", "captured"): replace(_closed(_CAPTURED, "9"), cancel=_TAKEN),
    ("closed", "soft"): _closed(_SOFT, "17"),
    ("closed", "hard"): _closed(_HARD, "17"),
    ("closed", "rejected"): _REJECTED,
    ("closed", "voided"): _closed(_VOIDED, "17"),
    ("closed", "canceled"): _closed(_VOIDED, "17"),
}
"""The table, for states this version knows; row 23 is everything else, rows 18 to 22 are decided by amounts.

`blocked` (a reason of NonChargeable this version does not know) takes the usable rows without authorize. An order that
Amazon or a cancelled permission ended, but that still reads as usable, may be cleaned up and not charged.
"""

_LIVE: Final = frozenset({"pending", "fresh", "aged", "capturing"})


def permission_class(order: Order) -> PermissionClass:
    """Classify a permission in a known state by its state and reasons."""
    permission = order.permission
    if permission is None or permission.state == states.CLOSED:
        return "closed"
    if not words.payment_blocked(order):
        return "usable"
    known = states.PAYMENT_METHOD_REASONS | {states.CHARGE_IN_PROGRESS}
    codes = {reason.code for reason in permission.reasons}
    return "suspended" if codes and codes <= known else "blocked"


def charge_class(charge: Charge, now: datetime) -> ChargeClass:
    """Classify a charge in a known state by its state, its reason and its age; without a known age it is `aged`."""
    match charge.state:
        case states.AUTHORIZATION_INITIATED:
            return "pending"
        case states.CAPTURE_INITIATED:
            return "capturing"
        case states.CAPTURED:
            return "captured"
        case states.DECLINED:
            return _decline_class(charge.reason)
    if limits.lapsed(charge, now):
        return "lapsed"
    if charge.state == states.CANCELED:
        return "canceled" if charge.reason in states.ORDER_CANCELED else "voided"
    end = limits.guarantee_end(charge)
    return "fresh" if end is not None and now < end else "aged"


def _decline_class(reason: str | None) -> ChargeClass:
    """Classify a decline; one for a reason this version does not know is not taken for one that may pass next time."""
    if reason == states.AMAZON_REJECTED:
        return "rejected"
    return "soft" if reason in states.SOFT_DECLINES else "hard"


def row_of(order: Order, charge: Charge | None, now: datetime) -> Row:
    """Return the row of one charge of an order, or of an order without charges."""
    kind: ChargeClass = "none" if charge is None else charge_class(charge, now)
    return _row(permission_class(order), kind)


def _row(permission: PermissionClass, kind: ChargeClass) -> Row:
    if permission != "blocked":
        return ROWS[(permission, kind)]
    row = ROWS[("usable", kind)]
    return row if row.authorize.verdict == "no" else replace(row, authorize=_UNKNOWN_REASON)


def rows_of(order: Order, now: datetime) -> tuple[Row, ...]:
    """Return the rows that decide what belongs to the whole order.

    Live and captured charges always count; an ended one only while it is the last, since a later charge supersedes it.
    A synchronous decline, which leaves no charge at Amazon, counts like a declined last charge.
    """
    counting = [c for c in order.charges if charge_class(c, now) in _LIVE | {"captured"}]
    last = words.last_charge(order)
    decline = _later_decline(order, last)
    rows = [row_of(order, charge, now) for charge in counting]
    if decline is not None:
        rows.append(_row(permission_class(order), _decline_class(decline)))
    elif last is not None and last not in counting:
        rows.append(row_of(order, last, now))
    return tuple(rows) or (row_of(order, None, now),)


def _later_decline(order: Order, last: Charge | None) -> str | None:
    if not order.declines:
        return None
    decline = order.declines[-1]
    return decline.reason if last is None or last.created is None or decline.at > last.created else None
