"""Which orders may leave the lists for good: those of which Amazon shows that nobody is owed anything."""

from dataclasses import replace

import pytest
from tests.support.orders import LIMIT, NOW, ORDER, SITUATIONS, captured, charge, charge_id, order, refund, refund_id

from azpay_tui.domain.deleting import why_not
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order

UNKNOWN = Order(ORDER, missing=frozenset({ORDER}))
REFUNDED = captured("Closed", refund(LIMIT), refunded=LIMIT)


@pytest.mark.parametrize(
    "made",
    [UNKNOWN, replace(UNKNOWN, missing=frozenset({ORDER, charge_id()})), REFUNDED, SITUATIONS["17 canceled"]()],
    ids=["never known", "never known, with a charge that was named", "refunded", "canceled"],
)
def test_what_owes_nobody_anything_may_go(made: Order) -> None:
    assert why_not(made, NOW) is None


@pytest.mark.parametrize(
    ("made", "told_of"),
    [
        (UNKNOWN, (ORDER,)),
        (replace(UNKNOWN, missing=frozenset({ORDER, charge_id()})), (charge_id(),)),
        (replace(UNKNOWN, charges=(charge("Captured"),)), ()),
        (replace(UNKNOWN, refunds=(refund(LIMIT),)), ()),
    ],
    ids=["the order", "its charge", "a charge is found", "a refund is found"],
)
def test_what_amazon_knew_once_is_not_taken_for_unknown(made: Order, told_of: tuple[str, ...]) -> None:
    assert "Amazon knew this order before" in (why_not(made, NOW, told_of) or "")


def test_a_charge_that_is_not_found_may_have_taken_money() -> None:
    lost = replace(SITUATIONS["17 canceled"](), missing=frozenset({charge_id(2)}))
    said = f"Amazon does not find {charge_id(2)}"
    assert said in (why_not(lost, NOW, {charge_id(2)}) or "")
    assert lost.permission is not None
    untold = replace(lost, permission=replace(lost.permission, balance=None))
    assert said in (why_not(untold, NOW) or "")
    spent = replace(lost, permission=replace(lost.permission, balance=Money(50_00, "USD")))
    assert said in (why_not(spent, NOW) or "")
    assert why_not(lost, NOW) is None, "a mistyped id, for nothing was taken"
    assert why_not(replace(REFUNDED, missing=frozenset({refund_id(2)})), NOW) is None, "the total tells what went back"


def test_a_charge_made_elsewhere_may_have_taken_money() -> None:
    made = order(charge("Captured", amount=50_00), state="Closed", codes=["AmazonClosed"])
    elsewhere = replace(made, charges=())
    assert "a charge that is not known here" in (why_not(elsewhere, NOW) or "")
