"""Orders in every row of the action matrix under which a shop's policy is tried, and every policy there can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, product
from typing import Final

from tests.support.orders import LIMIT, SITUATIONS, captured, refund

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import IMPLIED, PRESETS, Settings, chosen

ABOVE: Final = 18_00
"""How much more than the order's total its permission allows."""


def raised(made: Order, above: int = ABOVE) -> Order:
    """Return an order of 120.00 whose permission's limit is higher than that."""
    shown = made.permission
    if shown is None or shown.limit is None or shown.balance is None:
        return made
    more = Money(above, shown.limit.currency)
    total = replace(made.shop, amount=Money(LIMIT, shown.limit.currency))
    if shown.state == "Closed":
        return replace(made, shop=total)
    return replace(made, shop=total, permission=replace(shown, limit=shown.limit + more, balance=shown.balance + more))


EVERY_ROW: Final[dict[str, Order]] = {
    **{name: raised(make()) for name, make in SITUATIONS.items() if not name.startswith("23")},
    "18 nothing refunded": captured(),
    "18 part refunded": captured("Closed", refund(36_00)),
    "19 all refunded": captured("Closed", refund(LIMIT)),
    "20 cap reached": captured("Closed", refund(LIMIT), refund(18_00, number=2)),
    "20 ten refunds": captured("Closed", *(refund(1_00, number=number) for number in range(1, 11))),
    "21 refund under way": captured("Closed", refund(36_00, "RefundInitiated")),
    "22 last refund declined": captured("Closed", refund(36_00, "Declined", "AmazonRejected")),
    **{name: raised(make()) for name, make in SITUATIONS.items() if name.startswith("23")},
}
"""An order in every row: its total is 120.00 USD, while it is open its permission's limit is 138.00."""

TRIES: Final = ("3", "1", "limit", "1/24h", "2/4320h")
ALLOWANCES: Final = ("limit", "none", "15%/75", "10%/5")


def every_policy() -> Iterator[Settings]:
    """Yield every preset with every combination of the settings that narrow, and each number of tries in turn."""
    tries = cycle(TRIES)
    switches = ("whole_amounts", "partial_capture", "partial_refund", "reason_required")
    for preset in PRESETS:
        for whole, *others in product((False, True), repeat=len(switches)):
            for over, above in product(ALLOWANCES, repeat=2):
                own = dict(zip(switches, (whole, *others), strict=True)) | {"overcharge": over, "refund_above": above}
                own |= {"soft_declines": next(tries)}
                yield chosen(preset, {k: v for k, v in own.items() if not (whole and k in IMPLIED)})
