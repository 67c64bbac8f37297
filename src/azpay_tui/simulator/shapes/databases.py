"""The tables of four shops: what their databases hold of an order paid by Amazon Pay, and their words for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.shapes.batch import Table, moment

_Cell = Callable[[Order, str], str | None]


def _first(ids: list[str]) -> str | None:
    return ids[0] if ids else None


def _last(ids: list[str]) -> str | None:
    return ids[-1] if ids else None


def _joined(ids: list[str]) -> str | None:
    return " ".join(ids) or None


def _amount(order: Order, _: str) -> str:
    """As the questions have it: no zeros at the end."""
    text = format_amount(order.amount, order.currency)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(order: Order, _: str) -> str:
    return order.number


def _word(_: Order, word: str) -> str:
    return word


def _permission(order: Order, _: str) -> str:
    return order.permission_id


def _nothing(_: Order, __: str) -> None:
    return None


_ENDING: Final[dict[str, _Cell]] = {
    "amount": _amount,
    "currency": lambda order, _: order.currency,
    "created": lambda order, _: moment(order.created),
    "buyer_name": lambda order, _: order.buyer.name,
    "buyer_email": lambda order, _: order.buyer.email,
}

#: Meta data keep the newest charge only, and this shop has deleted its order notes.
WOOCOMMERCE: Final = Table(
    words={
        "open": "on-hold",
        "pending": "on-hold",
        "authorized": "on-hold",
        "capturing": "on-hold",
        "part-captured": "processing",
        "captured": "processing",
        "shipped": "completed",
        "part-refunded": "completed",
        "refunded": "refunded",
        "declined": "failed",
        "voided": "pending",
        "lapsed": "pending",
        "canceled": "cancelled",
        "unknown": "on-hold",
    },
    columns={
        "number": _number,
        "status": _word,
        "permission": _permission,
        "charge": lambda order, _: _last(order.charge_ids()),
        "refunds": lambda order, _: _joined(order.refund_ids()),
        "older": _nothing,
        **_ENDING,
        "notes": _nothing,
    },
)


def _magento_transactions(order: Order, _: str) -> str | None:
    """A row for each step: the authorization, the capture under the same id with an ending, the refund."""
    rows: list[str] = []
    for charge in order.charges:
        rows.append(charge.charge_id)
        if charge.captured:
            rows.append(f"{charge.charge_id}-capture")
        rows += [refund.refund_id for refund in charge.refunds]
        if charge.state == "Canceled":
            rows.append(f"{order.permission_id}-void")
    return _joined(rows)


MAGENTO2: Final = Table(
    words={
        "open": "pending_payment",
        "pending": "payment_review",
        "authorized": "processing",
        "capturing": "payment_review",
        "part-captured": "processing, part paid",
        "captured": "processing, paid",
        "shipped": "complete, paid",
        "part-refunded": "complete, part refunded",
        "refunded": "closed, paid",
        "declined": "holded",
        "voided": "canceled",
        "lapsed": "holded",
        "canceled": "canceled",
        "unknown": "payment_review",
    },
    columns={
        "number": _number,
        "status": _word,
        "permission": _permission,
        "transactions": _magento_transactions,
        "last_transaction": lambda order, _: _last(order.refund_ids()) or _last(order.charge_ids()),
        **_ENDING,
    },
)


def _oxid_log(order: Order, _: str) -> str:
    """One entry for each answer: identifier, charge and object, the word null where there is none."""
    rows = [f"{order.permission_id} null null"]
    rows += [f"{order.permission_id} {charge_id} null" for charge_id in order.charge_ids()]
    rows += [f"{refund.refund_id} {refund.charge_id} null" for charge in order.charges for refund in charge.refunds]
    return " ".join(rows)


OXID: Final = Table(
    words={
        "open": "NOT_FINISHED",
        "pending": "NOT_FINISHED",
        "authorized": "OK",
        "capturing": "OK",
        "part-captured": "OK, paid",
        "captured": "OK, paid",
        "shipped": "OK, paid, sent",
        "part-refunded": "REFUNDED, paid, sent",
        "refunded": "REFUNDED, whole",
        "declined": "ERROR",
        "voided": "MerchantCanceled",
        "lapsed": "ExpiredUnused",
        "canceled": "STORNO",
        "unknown": "NOT_FINISHED",
    },
    columns={
        "number": _number,
        "status": _word,
        "permission": _permission,
        "log": _oxid_log,
        "transaction": lambda order, _: _first(order.charge_ids()),
        **_ENDING,
    },
)

#: modified eCommerce and its relatives: a row for everything that was ever made.
TRANSACTIONS: Final = Table(
    words={
        "open": "Pending",
        "pending": "Pending",
        "authorized": "Processing",
        "capturing": "Processing",
        "part-captured": "Processing",
        "captured": "Processing",
        "shipped": "Shipped",
        "part-refunded": "Shipped",
        "refunded": "Refunded",
        "declined": "Pending",
        "voided": "Canceled",
        "lapsed": "Canceled",
        "canceled": "Canceled",
        "unknown": "Pending",
    },
    columns={
        "number": _number,
        "status": _word,
        "permission": _permission,
        "transactions": lambda order, _: _joined([order.permission_id, *order.charge_ids(), *order.refund_ids()]),
        **_ENDING,
    },
)
