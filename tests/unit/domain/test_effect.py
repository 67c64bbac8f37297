"""What a read of an order proves: what is so already, what merely confirms an own action, what became of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.orders import NOW, ORDER, charge, charge_id, order, permission, refund, refund_id

from azpay_tui.domain.attempt import Judgement
from azpay_tui.domain.effect import against, already_so, differences, read_back
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, Unnamed

FIFTY = Money(50_00, "USD")
AUTHORIZE = Wish(Verb.AUTHORIZE, ORDER, ORDER, FIFTY)
CAPTURE = Wish(Verb.CAPTURE, ORDER, charge_id(), FIFTY)
VOID = Wish(Verb.VOID, ORDER, charge_id())
REFUND = Wish(Verb.REFUND, ORDER, charge_id(), FIFTY)
CANCEL = Wish(Verb.CANCEL, ORDER, ORDER)
CLOSE = Wish(Verb.CLOSE, ORDER, ORDER)


def sent(wish: Wish, seen: Order | None = None, result: str | None = None, state: State = "unknown") -> Intent:
    """Return an intent that was sent after `seen` was on screen."""
    draft = IntentDraft(
        wish=wish,
        place=Place("v2", "na", "simulator", "M1"),
        prepared=Prepared("POST", "/", b""),
        key_base="b",
        counter=0,
        key="k",
        seen=Seen.of(seen or order()),
        person="ops",
        session="s",
        at=NOW,
    )
    return Intent("I-000001", draft, state, None, 1, None, result, None, None, False)


# What is so already


@pytest.mark.parametrize(
    ("wish", "made", "so"),
    [
        (CAPTURE, order(charge("Captured", amount=60_00, captured=50_00)), True),
        (CAPTURE, order(charge("Captured", amount=50_00, captured=49_00)), False),
        (CAPTURE, order(charge("CaptureInitiated", amount=50_00, captured=50_00)), False),
        (CAPTURE, order(charge("Captured", amount=50_00, number=2)), False),
        (VOID, order(charge("Canceled")), True),
        (VOID, order(charge("Captured")), False),
        (VOID, order(charge("Canceled", number=2)), False),
        (CLOSE, order(charge("Captured"), state="Closed"), True),
        (CLOSE, order(charge("Captured")), False),
        (CANCEL, order(charge("Canceled"), state="Closed"), True),
        (CANCEL, order(state="Closed"), True),
        (CANCEL, order(charge("Authorized"), state="Closed"), False),
        (CANCEL, order(charge("Captured"), state="Closed"), False),
        (CANCEL, order(charge("Canceled"), charge("AuthorizationInitiated", number=2), state="Closed"), False),
        (CANCEL, order(charge("Canceled")), False),
        (CLOSE, Order(ORDER), False),
        (CANCEL, Order(ORDER), False),
        (REFUND, order(charge("Captured", refunded=50_00)), False),
        (AUTHORIZE, order(charge("Authorized", amount=50_00)), False),
    ],
)
def test_only_a_wished_end_that_is_there_is_so_already(wish: Wish, made: Order, so: bool) -> None:
    assert already_so(made, wish) is so


# What merely confirms


def names(before: Order, fresh: Order, *own: str) -> list[str]:
    return [name for name, _, _ in differences(Seen.of(before), fresh, frozenset(own))]


def capturing(state: str, **more: Any) -> Order:
    return order(charge(state, amount=50_00, **more), charge("Authorized", amount=10_00, number=2))


def test_nothing_is_different_in_what_stayed() -> None:
    assert names(capturing("CaptureInitiated"), capturing("CaptureInitiated"), charge_id()) == []


def test_the_end_of_an_own_capture_is_no_difference() -> None:
    before, after = capturing("CaptureInitiated"), capturing("Captured")
    assert names(before, after, charge_id()) == []
    assert set(names(before, after)) == {
        f"{ORDER} balance",
        f"{charge_id()} state",
        f"{charge_id()} captured",
    }


def test_the_end_of_a_capture_says_nothing_of_another_charge() -> None:
    before, after = capturing("CaptureInitiated"), capturing("Captured")
    voided = replace(after, charges=(after.charges[0], charge("Canceled", amount=10_00, number=2)))
    assert names(before, voided, charge_id()) == [f"{charge_id(2)} state"]
    assert names(before, voided, charge_id(2)) == names(before, voided)


def test_the_end_of_an_own_capture_may_change_the_order_too() -> None:
    before = order(charge("CaptureInitiated"), state="NonChargeable", codes=("ChargeInProgress",))
    after = order(charge("Captured"), state="Closed", codes=("AmazonClosed",))
    assert names(before, after, charge_id()) == []


@pytest.mark.parametrize(
    ("before", "after", "follows"),
    [
        (120_00, 80_00, True),  # Amazon counts what was captured
        (60_00, 70_00, True),  # it counts open charges too, and 10 of 50 were not captured
        (120_00, 70_00, False),
        (60_00, 80_00, False),
        (120_00, 110_00, False),
        (None, 80_00, False),
        (120_00, None, False),
    ],
)
def test_a_balance_that_moved_otherwise_than_an_own_capture_moves_it_is_a_difference(
    before: int | None, after: int | None, follows: bool
) -> None:
    asked = replace(order(charge("CaptureInitiated", amount=50_00)), permission=permission(balance=before))
    done = replace(order(charge("Captured", amount=50_00, captured=40_00)), permission=permission(balance=after))
    assert names(asked, done, charge_id()) == ([] if follows else [f"{ORDER} balance"])


def test_a_balance_moves_by_what_the_own_capture_took_and_not_by_an_older_one() -> None:
    older = charge("Captured", amount=10_00, number=2)
    asked = replace(order(charge("CaptureInitiated", amount=50_00), older), permission=permission(balance=110_00))
    done = order(charge("Captured", amount=50_00, captured=40_00), older)
    assert names(asked, replace(done, permission=permission(balance=70_00)), charge_id()) == []
    assert names(asked, replace(done, permission=permission(balance=60_00)), charge_id()) == [f"{ORDER} balance"]


def test_a_balance_in_another_currency_than_the_own_capture_is_a_difference() -> None:
    asked = replace(order(charge("CaptureInitiated", amount=50_00)), permission=permission())
    done = replace(order(charge("Captured", amount=50_00)), permission=permission(balance=70_00, currency="EUR"))
    assert names(asked, done, charge_id()) == [f"{ORDER} balance"]


def test_the_end_of_an_own_authorization_is_no_difference_and_another_charge_of_it_is() -> None:
    before = order(charge("AuthorizationInitiated"), state="NonChargeable", codes=("ChargeInProgress",))
    after = order(charge("Authorized"), charge("Authorized", number=2))
    assert names(before, after, charge_id()) == [f"{charge_id(2)} state"]


def test_the_end_of_an_own_refund_changes_totals_and_nothing_else() -> None:
    before = order(charge("Captured", refunded=0), refunds=[refund(5_00, "RefundInitiated")], state="Closed")
    after = order(charge("Captured", refunded=5_00), refunds=[refund(5_00, "Refunded")], state="Closed")
    assert names(before, after, refund_id()) == []
    assert set(names(before, after)) == {f"{charge_id()} refunded", f"{refund_id()} state"}
    opened = replace(after, permission=permission("Chargeable"))
    assert f"{ORDER} state" in names(before, opened, refund_id())


def test_a_total_that_rose_by_more_than_an_own_refund_is_a_difference() -> None:
    asked = [refund(5_00, "RefundInitiated"), refund(3_00, "RefundInitiated", number=2, of=2)]
    before = order(charge("Captured", refunded=0), charge("Captured", refunded=1_00, number=2), refunds=asked)
    done = [refund(5_00), refund(3_00, number=2, of=2)]

    def totals(first: int | None, second: int) -> list[str]:
        charges = charge("Captured", refunded=first), charge("Captured", refunded=second, number=2)
        return names(before, order(*charges, refunds=done), refund_id(), refund_id(2))

    assert totals(5_00, 4_00) == []
    assert totals(15_00, 4_00) == [f"{charge_id()} refunded"]
    assert totals(5_00, 3_00) == [f"{charge_id(2)} refunded"]
    assert totals(4_00, 5_00) == [f"{charge_id()} refunded", f"{charge_id(2)} refunded"]


def test_a_total_that_no_own_refund_explains_is_a_difference() -> None:
    before = order(charge("Captured", refunded=5_00), refunds=[refund(5_00, "RefundInitiated", of=2)])
    after = order(charge("Captured", refunded=7_00), refunds=[refund(5_00, of=2)])
    assert names(before, after, refund_id()) == [f"{charge_id()} refunded"]
    gone = order(charge("Captured", refunded=None), refunds=[refund(5_00, of=1)])
    assert names(before, gone, refund_id()) == [f"{charge_id()} refunded"]
    assert f"{charge_id()} refunded" in names(
        before, order(charge("Captured", number=2), refunds=[refund(5_00, of=2)]), refund_id()
    )
    yen = order(charge("Captured", refunded=10_00), refunds=[refund(5, currency="JPY")])
    assert names(before, yen, refund_id()) == [f"{charge_id()} refunded"]


def test_the_end_of_an_own_capture_explains_no_refund_of_it() -> None:
    before, after = capturing("CaptureInitiated"), capturing("Captured", refunded=10_00)
    assert names(before, after, charge_id()) == [f"{charge_id()} refunded"]


def test_a_step_that_confirms_nothing_is_a_difference_of_own_objects_too() -> None:
    before, after = capturing("Authorized"), capturing("Canceled", reason="AmazonCanceled")
    assert set(names(before, after, charge_id())) == {f"{charge_id()} state", f"{charge_id()} reason"}
    declined = order(charge("Captured"), refunds=[refund(5_00, "Declined", "ProcessingFailure")])
    asked = order(charge("Captured"), refunds=[refund(5_00, "RefundInitiated")])
    assert set(names(asked, declined, refund_id())) == {f"{refund_id()} state", f"{refund_id()} reason"}


# What became of an intent


def refused(text: str) -> Judgement:
    return Judgement("refused", text)


@pytest.mark.parametrize(
    ("intent", "made", "judged"),
    [
        (sent(CAPTURE), order(charge("Captured", amount=50_00)), Judgement("succeeded", None, charge_id())),
        (sent(CAPTURE), order(charge("CaptureInitiated")), Judgement("accepted", None, charge_id())),
        (sent(CAPTURE), order(charge("Declined", "HardDeclined")), Judgement("declined", "HardDeclined", charge_id())),
        (sent(CAPTURE), order(charge("Authorized")), None),
        (sent(CAPTURE), order(charge("Captured", captured=49_00)), None),
        (sent(CAPTURE), order(), None),
        (
            sent(CAPTURE),
            order(charge("Canceled", "ExpiredUnused")),
            refused("The charge is Canceled at Amazon (ExpiredUnused)."),
        ),
        (sent(VOID), order(charge("Canceled")), Judgement("succeeded", None, charge_id())),
        (sent(VOID), order(charge("Authorized")), None),
        (sent(VOID), order(charge("Captured")), refused("The charge is Captured at Amazon (no reason given).")),
        (
            sent(VOID),
            order(charge("CaptureInitiated")),
            refused("The charge is CaptureInitiated at Amazon (no reason given)."),
        ),
        (
            sent(VOID),
            order(charge("Declined", "HardDeclined")),
            refused("The charge is Declined at Amazon (HardDeclined)."),
        ),
        (sent(VOID), order(), None),
        (sent(CANCEL), order(state="Closed"), Judgement("succeeded", None)),
        (sent(CLOSE), order(state="Closed"), Judgement("succeeded", None)),
        (sent(CLOSE), order(), None),
        (sent(CLOSE), Order(ORDER), None),
        (sent(AUTHORIZE), order(charge("Authorized", amount=50_00)), None),
        (
            sent(AUTHORIZE, result=charge_id(2)),
            order(charge("Declined", "SoftDeclined", amount=50_00, number=2)),
            Judgement("declined", "SoftDeclined", charge_id(2)),
        ),
        (sent(AUTHORIZE, result=charge_id(2)), order(charge("Authorized", amount=49_00, number=2)), None),
        (sent(AUTHORIZE, result=charge_id(2)), order(charge("Authorized", amount=50_00)), None),
        (sent(REFUND), order(), None),
        (
            sent(REFUND, result=refund_id(3)),
            order(charge("Captured"), refunds=[refund(50_00, "Refunded", number=3)]),
            Judgement("succeeded", None, refund_id(3)),
        ),
    ],
)
def test_a_read_proves_what_it_shows_of_the_very_object(intent: Intent, made: Order, judged: Judgement | None) -> None:
    assert read_back(intent, made) == judged


TOTAL = Judgement("succeeded", "seen in Amazon's totals")


@pytest.mark.parametrize(
    ("before", "after", "judged"),
    [
        (charge("Captured", refunded=5_00), charge("Captured", refunded=55_00), TOTAL),
        (charge("Captured"), charge("Captured", refunded=50_00), TOTAL),
        (charge("Captured", refunded=0), charge("Captured", refunded=50_00), TOTAL),
        (charge("Captured", refunded=5_00), charge("Captured", refunded=54_99), None),
        (charge("Captured", refunded=5_00), charge("Captured", refunded=5_00), None),
        (charge("Captured", refunded=5_00), charge("Captured"), None),
        (charge("Captured", number=2), charge("Captured", refunded=50_00), None),
    ],
)
def test_a_refund_is_proved_by_a_total_that_rose_by_just_its_amount(
    before: Any, after: Any, judged: Judgement | None
) -> None:
    assert read_back(sent(REFUND, order(before)), order(after)) == judged


def test_a_total_that_another_refund_explains_proves_nothing() -> None:
    before = order(charge("Captured"))
    elsewhere = order(charge("Captured", refunded=50_00), refunds=[refund(50_00)])
    assert read_back(sent(REFUND, before), elsewhere) is None
    other = order(charge("Captured", refunded=50_00), refunds=[refund(50_00, of=2)])
    assert read_back(sent(REFUND, before), other) == TOTAL
    known = order(charge("Captured"), refunds=[refund(50_00)])
    assert read_back(sent(REFUND, known), elsewhere) == TOTAL


def test_a_total_proves_nothing_while_one_that_a_person_vouched_for_may_just_come_into_it() -> None:
    before, after = order(charge("Captured")), order(charge("Captured", refunded=50_00))
    vouched = Unnamed("refund", charge_id(), Money(50_00, "USD"), NOW)
    assert read_back(sent(REFUND, before), replace(after, unnamed=(vouched,))) is None
    elsewhere = (replace(vouched, target=charge_id(2)), replace(vouched, verb="authorize"))
    assert read_back(sent(REFUND, before), replace(after, unnamed=elsewhere)) == TOTAL
    shown, both = order(charge("Captured", refunded=50_00)), order(charge("Captured", refunded=100_00))
    assert read_back(sent(REFUND, shown), replace(both, unnamed=(vouched,))) == TOTAL
    named = order(charge("Captured", refunded=50_00), refunds=[refund(50_00)])
    also = replace(order(charge("Captured", refunded=100_00), refunds=[refund(50_00)]), unnamed=(vouched,))
    assert read_back(sent(REFUND, named), also) is None


def test_a_total_proves_nothing_while_a_refund_could_not_be_read() -> None:
    before, after = order(charge("Captured")), order(charge("Captured", refunded=50_00))
    assert read_back(sent(REFUND, before), replace(after, unread=frozenset({refund_id()}))) is None
    assert read_back(sent(REFUND, before), replace(after, unread=frozenset({charge_id(2)}))) == TOTAL


def test_a_total_proves_nothing_of_a_wish_without_an_amount() -> None:
    wish = replace(REFUND, amount=None)
    assert read_back(sent(wish, order(charge("Captured"))), order(charge("Captured", refunded=50_00))) is None


# What speaks against a person's decision


@pytest.mark.parametrize(
    ("wish", "outcome", "made", "said"),
    [
        (CAPTURE, "succeeded", order(charge("Captured", amount=50_00)), None),
        (CAPTURE, "succeeded", order(charge("CaptureInitiated")), None),
        (CAPTURE, "succeeded", order(charge("Authorized")), "charge C000001 is Authorized"),
        (CAPTURE, "refused", order(charge("Authorized")), None),
        (CAPTURE, "refused", order(charge("Canceled", "ExpiredUnused")), None),
        (CAPTURE, "abandoned", order(charge("Captured", amount=50_00)), "C000001 is Captured, captured 50.00 USD"),
        (CAPTURE, "refused", order(charge("CaptureInitiated")), "charge C000001 is CaptureInitiated"),
        (CAPTURE, "succeeded", order(), "the order is Chargeable"),
        (CLOSE, "succeeded", Order(ORDER), "the order is not known"),
        (CLOSE, "refused", order(state="Closed"), "the order is Closed"),
        (REFUND, "succeeded", order(charge("Captured")), None),
        (REFUND, "refused", order(charge("Captured")), None),
        (REFUND, "refused", order(charge("Captured", refunded=50_00)), "captured 120.00 USD, refunded 50.00 USD"),
        (AUTHORIZE, "succeeded", order(), None),
        (
            VOID,
            "succeeded",
            order(charge("Captured", refunded=5_00)),
            "charge C000001 is Captured, captured 120.00 USD",
        ),
    ],
)
def test_only_what_a_read_shows_speaks_against_a_decision(wish: Wish, outcome: State, made: Order, said: Any) -> None:
    found = against(sent(wish, order(charge("Captured"))), outcome, made)
    assert (found is None) if said is None else (found is not None and found.endswith(said))
