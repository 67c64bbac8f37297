"""What the objects of an order prove, and what they do not."""

from __future__ import annotations

import pytest

from azpay_tui.backoffice import lessons
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Permission, Reason, Refund
from azpay_tui.learned import Value

ORDER = "S01-1234567-7654321"


def usd(minor: int) -> Money:
    return Money(minor, "USD", 2)


def permission(state: str, *reasons: str, balance: int = 12000) -> Permission:
    found = tuple(Reason(code) for code in reasons)
    return Permission(ORDER, state, "OneTime", reasons=found, limit=usd(12000), balance=usd(balance))


def charge(state: str, amount: int, captured: int | None = None, refunded: int | None = None) -> Charge:
    return Charge(
        f"{ORDER}-C000001",
        state,
        usd(amount),
        captured=None if captured is None else usd(captured),
        refunded=None if refunded is None else usd(refunded),
    )


BLOCKED = ("NonChargeable", "ChargeInProgress")


@pytest.mark.parametrize(
    ("found", "charges", "value"),
    [
        (permission("Chargeable"), [charge("Authorized", 5000)], False),
        (permission(*BLOCKED), [charge("Authorized", 5000)], True),
        (permission(*BLOCKED, balance=7000), [charge("AuthorizationInitiated", 5000)], True),
        (permission(*BLOCKED), [charge("Authorized", 12000)], None),
        (permission(*BLOCKED, balance=9000), [charge("Authorized", 5000)], None),
        (permission("NonChargeable", "PaymentMethodInvalid"), [charge("Authorized", 5000)], None),
        (permission("Closed", "MerchantClosed"), [charge("Authorized", 5000)], None),
        (permission("Puzzling"), [charge("Authorized", 5000)], None),
    ],
)
def test_what_an_open_charge_does_to_the_next(found: Permission, charges: list[Charge], value: Value | None) -> None:
    proved, evidence = lessons.blocks(found, charges)
    assert proved is value
    assert ORDER not in evidence
    assert evidence.endswith(".")


@pytest.mark.parametrize(
    ("balance", "charges", "value"),
    [
        (12000, [charge("Authorized", 5000)], False),
        (7000, [charge("Authorized", 5000)], True),
        (9000, [charge("Authorized", 5000), charge("Captured", 4000, captured=3000)], False),
        (4000, [charge("Authorized", 5000), charge("Captured", 4000, captured=3000)], True),
        (6000, [charge("Authorized", 5000)], None),
    ],
)
def test_what_an_open_charge_does_to_the_balance(balance: int, charges: list[Charge], value: Value | None) -> None:
    assert lessons.reduces(permission("Chargeable", balance=balance), charges)[0] is value


def test_a_closed_order_shows_nothing_of_the_balance() -> None:
    closed = permission("Closed", balance=12000)
    assert lessons.reduces(closed, [charge("Authorized", 5000)])[0] is None


@pytest.mark.parametrize(
    ("total", "value"), [(None, False), (0, False), (1000, False), (1500, True), (500, None), (2000, None)]
)
def test_whether_a_refund_under_way_counts(total: int | None, value: Value | None) -> None:
    done = 1000 if total is not None and total >= 500 else 0
    refunds = [Refund(f"{ORDER}-R000001", f"{ORDER}-C000001", "RefundInitiated", usd(500))]
    if done:
        refunds.append(Refund(f"{ORDER}-R000002", f"{ORDER}-C000001", "Refunded", usd(done)))
    assert lessons.counted(charge("Captured", 5000, 5000, total), refunds, 500)[0] is value


def test_proofs_have_to_agree() -> None:
    assert lessons.agreed([(None, "a."), (True, "b."), (True, "c.")], "none") == (True, "b.")
    assert lessons.agreed([(True, "a."), (False, "b.")], "none") == (None, "The answers differ: a. b.")
    assert lessons.agreed([(None, "a.")], "none") == (None, "a.")
    assert lessons.agreed([], "none") == (None, "none")
