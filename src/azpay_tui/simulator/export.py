"""The shop's export of the sample orders: orders.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.wire import rfc3339

COLUMNS = (
    "order_number",
    "permission_id",
    "charge_ids",
    "refund_ids",
    "currency",
    "amount",
    "created",
    "buyer_name",
    "buyer_email",
)


def orders_csv(orders: Iterable[Order]) -> str:
    """The export as RFC 4180 text; ids are separated by spaces, an empty cell means that there are none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for order in orders:
        writer.writerow(
            (
                order.number,
                order.permission_id,
                " ".join(order.charge_ids()),
                " ".join(order.refund_ids()),
                order.currency,
                format_amount(order.amount, order.currency),
                rfc3339(order.created),
                order.buyer.name,
                order.buyer.email,
            )
        )
    return text.getvalue()
