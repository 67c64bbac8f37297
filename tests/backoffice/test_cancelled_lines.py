"""What is charged for an order of which lines were cancelled: their cost stays out of it unless somebody says so."""

from dataclasses import replace

import pytest
from tests.support.orders import DAY, LIMIT, NOW, SITUATIONS, charge, charge_id, order

from azpay_tui.backoffice.act import check_amount, find_offer, suggest
from azpay_tui.domain import matrix
from azpay_tui.domain.cancelling import Wanted, plan
from azpay_tui.domain.closing import unclosed
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order, ShopFacts
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.remaining import rest_to_charge
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sale import Cancelled, Goal, Pieces
from azpay_tui.domain.slips import Booked, draw, left_to_capture, slip_of
from azpay_tui.domain.status import Ship, ship, status_of

OPEN = Policy()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


LINES = (
    OrderLine("Lamp", "3", usd(90_00), "LAMP"),
    OrderLine("Cable", "1", usd(20_00), "CABLE"),
    OrderLine("Shipping", "1", usd(10_00), None, "shipping"),
)


def with_lines(made: Order) -> Order:
    return replace(made, shop=ShopFacts(number="1001", amount=usd(LIMIT), complete=True, lines=LINES))


def without_lamps(made: Order, lamps: int = 1) -> Order:
    """Return an order of which lamps, 30.00 each, were cancelled."""
    made = with_lines(made)
    return replace(made, cancelled=plan(made, Wanted(lines={"LAMP": lamps}), OPEN, NOW, "ops").cancelled)


def warned(made: Order, verb: Verb, amount: int) -> tuple[str, ...]:
    target = charge_id() if verb is Verb.CAPTURE else made.id
    wish = Wish(verb, made.id, target, usd(amount))
    offer = check_amount(made, wish, find_offer(matrix.offers(made, OPEN, NOW), wish), NOW, ())
    assert (offer.verdict == "warn") == bool(offer.warnings)
    return offer.warnings


def test_a_capture_leaves_cancelled_lines_out_or_asks() -> None:
    """S2.8: what was cancelled of an authorized order is not charged by a plain capture."""
    made = without_lamps(SITUATIONS["4 authorized"]())
    assert suggest(made, Verb.CAPTURE, charge_id(), NOW, ()) == usd(90_00)
    assert warned(made, Verb.CAPTURE, 90_00) == ()
    assert warned(made, Verb.CAPTURE, 90_01) == ("lines-cancelled",)
    slip = slip_of(made, Wish(Verb.CAPTURE, made.id, charge_id(), usd(90_00)), ())
    assert slip is not None
    assert [(line.key, line.quantity) for line in slip.goods.lines] == [("LAMP", 2), ("CABLE", 1)]


def test_an_authorization_leaves_cancelled_lines_out_or_asks() -> None:
    made = without_lamps(SITUATIONS["2 open"]())
    assert suggest(made, Verb.AUTHORIZE, made.id, NOW, ()) == usd(90_00)
    assert warned(made, Verb.AUTHORIZE, 90_00) == ()
    assert warned(made, Verb.AUTHORIZE, 120_00) == ("lines-cancelled",)


def test_what_was_taken_counts_into_what_the_rest_costs() -> None:
    held = without_lamps(SITUATIONS["4 authorized"]())
    shipped = order(charge("Captured", number=2, amount=60_00), charge("Authorized", amount=60_00))
    made = replace(held, charges=shipped.charges, permission=shipped.permission)
    assert suggest(made, Verb.CAPTURE, charge_id(), NOW, ()) == usd(30_00)
    assert warned(made, Verb.CAPTURE, 30_00) == ()
    assert warned(made, Verb.CAPTURE, 30_01) == ("lines-cancelled",)


def held_without_cable(*charges: Charge) -> Order:
    """Return an order of which the cable, 20.00, was cancelled after these charges were made."""
    made = with_lines(order(*charges))
    return replace(made, cancelled=plan(made, Wanted(lines={"CABLE": 1}), OPEN, NOW, "ops").cancelled)


def test_what_is_held_already_is_not_authorized_again_for_cancelled_lines() -> None:
    """S2.8: lamps and shipping are held, the cable is cancelled: what is left of the total is the cable's 20.00."""
    made = held_without_cable(charge("Authorized", amount=100_00))
    assert suggest(made, Verb.AUTHORIZE, made.id, NOW, ()) is None
    assert warned(made, Verb.AUTHORIZE, 20_00) == ("second-hold", "lines-cancelled")
    assert suggest(made, Verb.CAPTURE, charge_id(), NOW, ()) == usd(100_00)
    less = held_without_cable(charge("Authorized", amount=70_00))
    assert suggest(less, Verb.AUTHORIZE, less.id, NOW, ()) == usd(30_00)
    assert ["lines-cancelled" in warned(less, Verb.AUTHORIZE, amount) for amount in (30_00, 30_01)] == [False, True]


def test_an_authorization_that_lapsed_holds_nothing() -> None:
    made = held_without_cable(charge("Authorized", amount=100_00, age=31 * DAY))
    assert suggest(made, Verb.AUTHORIZE, made.id, NOW, ()) == usd(100_00)
    assert warned(made, Verb.AUTHORIZE, 100_00) == ()


def test_a_capture_under_way_is_not_counted_twice() -> None:
    """Its slip took two lamps and its charge is held still: a lamp and the shipping are left."""
    made = held_without_cable(charge("Authorized", amount=60_00))
    made = replace(made, charges=(charge("CaptureInitiated", amount=60_00),))
    lamps = draw(left_to_capture(made, ()), {"LAMP": 2}, None, None)
    booked = (Booked("I1", Verb.CAPTURE, charge_id(), "accepted", lamps),)
    assert suggest(made, Verb.AUTHORIZE, made.id, NOW, booked) == usd(40_00)


@pytest.mark.parametrize("lamps", [1, 3])
def test_nothing_more_is_charged_of_a_captured_order(lamps: int) -> None:
    assert rest_to_charge(without_lamps(SITUATIONS["9 captured"](), lamps), ()) == usd(0)


def test_what_is_left_of_an_order_is_paid_and_leaves() -> None:
    """S2.8: what was cancelled is not waited for; then the order is closed like any other that is paid."""
    held = without_lamps(SITUATIONS["4 authorized"]())
    paid = replace(held, charges=(charge("Captured", captured=90_00),))
    assert (status_of(paid, NOW), ship(paid, NOW)) == ("CAPTURED", Ship("SHIP", "90.00 USD captured."))
    assert unclosed(paid, NOW)
    for less in (
        replace(held, charges=(charge("Captured", captured=89_99),)),
        replace(paid, shop=replace(paid.shop, lines=())),
        replace(paid, cancelled=None),
    ):
        assert (status_of(less, NOW), ship(less, NOW).word) == ("PART-CAPTURED", "HOLD")


def test_pieces_that_go_back_pay_for_nothing_else() -> None:
    shipped = with_lines(order(charge("Captured", amount=60_00)))
    act = Cancelled(
        NOW, "ops", False, "automatic", (Goal(charge_id(), usd(30_00)),), (Pieces((("LAMP", 1),), taken=True),)
    )
    made = replace(shipped, cancelled=act)
    assert rest_to_charge(made, ()) == usd(60_00)
    assert (status_of(made, NOW), ship(made, NOW).word) == ("PART-CAPTURED", "HOLD")


def test_an_order_without_cancelled_lines_is_charged_as_ever() -> None:
    made = with_lines(SITUATIONS["4 authorized"]())
    assert rest_to_charge(made, ()) is None
    assert suggest(made, Verb.CAPTURE, charge_id(), NOW, ()) == usd(LIMIT)
    assert warned(made, Verb.CAPTURE, LIMIT) == ()


def test_lines_that_changed_since_charge_nothing_without_a_word() -> None:
    made = without_lamps(SITUATIONS["4 authorized"]())
    changed = replace(made, shop=replace(made.shop, lines=()))
    assert rest_to_charge(changed, ()) == usd(0)
    assert warned(changed, Verb.CAPTURE, 1) == ("lines-cancelled",)
    assert suggest(changed, Verb.CAPTURE, charge_id(), NOW, ()) == usd(LIMIT)
