"""What is charged for an order of which lines were cancelled: their cost stays out of it unless somebody says so."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.office import Office
from tests.support.orders import DAY, LIMIT, NOW, SITUATIONS, charge, charge_id, order

from azpay_tui.backoffice.act import check_amount, find_offer, suggest
from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.domain import matrix
from azpay_tui.domain.cancelling import PlanError, Wanted, plan
from azpay_tui.domain.charging import ChargeMoreError, above_total, buyer_text, room
from azpay_tui.domain.charging import plan as raised
from azpay_tui.domain.closing import unclosed
from azpay_tui.domain.divergence import differences
from azpay_tui.domain.goods import LinesUnknown, SlipLimit
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order, ShopFacts
from azpay_tui.domain.picking import Picked, pick
from azpay_tui.domain.policies import PRESETS, chosen
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.remaining import rest_to_charge
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.sale import Cancelled, Goal, Pieces
from azpay_tui.domain.slips import Booked, draw, goods_of, left_for, left_to_capture, left_to_refund, slip_of
from azpay_tui.domain.status import Ship, attention, ship, status_of

OPEN = Policy()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


LINES = (
    OrderLine("Lamp", "3", usd(90_00), "LAMP"),
    OrderLine("Cable", "1", usd(20_00), "CABLE"),
    OrderLine("Shipping", "1", usd(10_00), None, "shipping"),
)


PARCEL = OrderLine("Parcel", "1", usd(30_00), None, kind="shipping")
TEA = (OrderLine("Tea", "3", usd(90_00), "TEA"), PARCEL)


def tell(office: Office, order_id: str, lines: tuple[OrderLine, ...] = TEA, **more: Any) -> None:
    """Let the shop tell the lines of an order of 120.00."""
    office.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=lines, **more)])


def cancel(office: Office, order_id: str, *accepted: str, **wanted: Any) -> None:
    ready = office.desk.plan_sale(order_id, Wanted(**wanted))
    assert office.desk.cancel_sale(ready, accepted, "", lambda intent: None).problem is None


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
    lamp = Pieces((("LAMP", 1),), None, True, goods_of(shipped).fingerprint)
    act = Cancelled(NOW, "ops", False, "automatic", (Goal(charge_id(), usd(30_00)),), (lamp,))
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


def test_charging_more_leaves_cancelled_lines_out(office: Office) -> None:
    """S4.8: the buyer agreed to just that much more, and is told the total without what was cancelled."""
    order_id = office.make("authorized", limit="200.00")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 1})
    assert office.act(order_id, Verb.CAPTURE).draft.wish.amount == usd(90_00)
    made, now = office.order(order_id), office.desk.now()
    found = room(made, PRESETS["amazon"], now)
    assert found is not None
    planned = raised(made, PRESETS["amazon"], found.base + usd(10_00), now)
    assert planned.amount == usd(10_00)
    assert "100.00 USD instead of 90.00 USD, 10.00 USD more" in buyer_text(made, planned)


def test_how_much_more_may_be_charged_is_counted_from_what_is_left_of_the_order() -> None:
    made = without_lamps(order(charge("Authorized", amount=LIMIT), limit=200_00))
    found = room(made, chosen("amazon", {"overcharge": "15%/75"}), NOW)
    assert found is not None
    assert (found.total, found.most) == (usd(90_00), usd(103_50)), "15 % of 90.00"
    shipped = with_lines(order(charge("Captured", amount=LIMIT, captured=LIMIT), limit=200_00))
    back = replace(shipped, cancelled=plan(shipped, Wanted(lines={"LAMP": 1}), OPEN, NOW, "ops").cancelled)
    changed = replace(back, shop=replace(back.shop, lines=()))
    for one in (shipped, back, changed):
        found = room(one, PRESETS["amazon"], NOW)
        assert found is not None
        assert (found.total, found.left) == (usd(LIMIT), usd(80_00)), "what goes back again was charged"


def test_nothing_more_is_charged_where_lines_do_not_tell_what_is_left_of_the_order() -> None:
    made = without_lamps(order(charge("Authorized", amount=LIMIT), limit=200_00))
    changed = replace(made, shop=replace(made.shop, lines=LINES[:2], amount=usd(110_00)))
    assert room(changed, PRESETS["amazon"], NOW) is None
    assert above_total(made, PRESETS["amazon"], NOW)
    assert above_total(changed, PRESETS["amazon"], NOW) == ""
    with pytest.raises(ChargeMoreError, match=r"^Lines of this order were cancelled here, and what the others cost"):
        raised(changed, PRESETS["amazon"], usd(130_00), NOW)


def test_a_later_equal_refund_is_not_taken_for_the_cancelled_piece(office: Office) -> None:
    order_id = office.make("captured")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 1})
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    office.act(order_id, Verb.REFUND, "30.00")  # goodwill
    (slip,) = office.desk.reader.slips(order_id)
    assert [(line.key, line.quantity) for line in slip.slip.goods.lines] == [("TEA", 1)]


def test_a_piece_that_was_cancelled_and_paid_back_is_not_given_back_again(office: Office) -> None:
    """By hand, in one sum for two acts: no slip says which pieces these were."""
    order_id = office.make("captured")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 2}, refunds="manual")
    cancel(office, order_id, "cancelled-before", shipping=usd(10_00), refunds="manual")
    office.act(order_id, Verb.REFUND, "70.00")
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    made, slips = office.order(order_id), office.desk.reader.slips(order_id)
    left = left_for(made, Verb.REFUND, made.charges[0].id, slips)
    assert slips == ()
    with pytest.raises(SlipLimit, match=r"^Line TEA: 2 are wanted, 1 are left\.$"):
        pick(left, Picked(lines=("TEA=2",)))
    assert left.total == usd(50_00), "a tea and the rest of the shipping"
    two = pick(left_to_refund(made, made.charges[0], slips), Picked(lines=("TEA=2",)))
    with pytest.raises(NotValidError, match=r"^More of TEA was taken"):
        office.ready(order_id, Verb.REFUND, "60.00", slip=two)


def test_lines_that_were_cancelled_are_no_disagreement_with_the_shop(office: Office) -> None:
    """S2.8: what is left of the order is paid, so nobody is told to charge the rest of it."""
    order_id = office.make("authorized")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 1})
    office.act(order_id, Verb.CAPTURE)
    tell(office, order_id, shop_status="shipped", claim="shipped")
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    assert differences(office.order(order_id), office.desk.now()) == ()


@pytest.mark.parametrize(("refunded", "left"), [("130.00", "0.00"), ("119.00", "1.00")])
def test_what_is_left_of_a_capture_is_never_below_nothing(office: Office, refunded: str, left: str) -> None:
    """S2.10: with goodwill more went back than was captured."""
    order_id = office.make("captured")
    tell(office, order_id)
    ready = office.ready(order_id, Verb.REFUND, refunded)
    office.act(order_id, Verb.REFUND, refunded, accept=ready.offer.warnings)
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    with pytest.raises(NotValidError) as told:
        cancel(office, order_id, lines={"TEA": 1})
    assert told.value.message == f"30.00 USD are wanted, of 120.00 USD captured {left} USD are left."


# Lines that came anew since


@pytest.mark.parametrize(
    "lines",
    [
        (OrderLine("Lamp", "2", usd(60_00), "LAMP"), *LINES[1:]),
        (OrderLine("Lamp", "3", usd(90_00), "LAMP-2"), *LINES[1:]),
        (OrderLine("Lamp", "3", usd(80_00), "LAMP"), OrderLine("Cable", "1", usd(30_00), "CABLE"), LINES[2]),
        (OrderLine("Lamp", "4", usd(90_00), "LAMP"), *LINES[1:]),
        (LINES[0], OrderLine("Cable", "1", usd(30_00), "CABLE")),
    ],
)
def test_lines_that_are_others_since_do_not_tell_what_the_rest_costs(lines: tuple[OrderLine, ...]) -> None:
    """S2.8: fewer pieces, another number, other prices, no shipping: what was cancelled may be out of them already."""
    made = without_lamps(SITUATIONS["4 authorized"]())
    amount = sum(line.amount.minor for line in lines if line.amount is not None)
    changed = replace(made, shop=replace(made.shop, lines=lines, amount=usd(amount)))
    assert rest_to_charge(changed, ()) == usd(0)
    assert warned(changed, Verb.CAPTURE, 1) == ("lines-cancelled",)
    assert suggest(changed, Verb.CAPTURE, charge_id(), NOW, ()) == usd(amount), "what the order comes to, if accepted"
    with pytest.raises(LinesUnknown, match=r"^The lines of this order changed since some were cancelled here"):
        left_to_capture(changed, ())
    with pytest.raises(PlanError, match=r"^The lines of this order changed"):
        plan(changed, Wanted(lines={"CABLE": 1}), OPEN, NOW, "ops")
    assert plan(changed, Wanted(), OPEN, NOW, "ops").cancelled.whole
    back = replace(changed, shop=made.shop)
    assert rest_to_charge(back, ()) == usd(90_00), "the same lines once more tell it again"


def test_lines_in_another_order_and_called_otherwise_are_the_same_lines() -> None:
    made = without_lamps(SITUATIONS["4 authorized"]())
    lines = tuple(replace(line, name=f"{line.name}, new") for line in reversed(LINES))
    assert rest_to_charge(replace(made, shop=replace(made.shop, lines=lines)), ()) == usd(90_00)


def test_what_was_cancelled_before_lines_were_kept_with_it_asks_first() -> None:
    made = without_lamps(SITUATIONS["4 authorized"]())
    assert made.cancelled is not None
    older = replace(made, cancelled=replace(made.cancelled, pieces=(Pieces((("LAMP", 1),)),)))
    assert warned(older, Verb.CAPTURE, 90_00) == ("lines-cancelled",)


def test_of_lines_that_changed_no_more_is_suggested_than_captures_leave_of_the_order() -> None:
    made = without_lamps(SITUATIONS["4 authorized"]())
    both = order(charge("Captured", number=2, amount=60_00), charge("Authorized", amount=LIMIT))
    made = replace(made, charges=both.charges, permission=both.permission)
    for amount, left in ((90_00, usd(30_00)), (60_00, None), (50_00, None), (200_00, usd(LIMIT))):
        changed = replace(made, shop=replace(made.shop, lines=(), amount=usd(amount)))
        assert suggest(changed, Verb.CAPTURE, charge_id(), NOW, ()) == left


def test_what_the_shop_took_out_itself_is_not_taken_out_twice(office: Office) -> None:
    order_id = office.make("authorized")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 1})
    tell(office, order_id, (OrderLine("Tea", "2", usd(60_00), "TEA"), PARCEL), amount=usd(90_00))
    ready = office.ready(order_id, Verb.CAPTURE)
    assert (ready.wish.amount, ready.offer.warnings) == (usd(90_00), ("lines-cancelled",))
    office.act(order_id, Verb.CAPTURE, accept=("lines-cancelled",))
    captured = office.order(order_id)
    assert (status_of(captured, office.desk.now()), attention(captured, office.desk.now())) == ("CAPTURED", ())


def test_lines_that_are_called_otherwise_since_ask_first(office: Office) -> None:
    order_id = office.make("authorized")
    tell(office, order_id)
    cancel(office, order_id, lines={"TEA": 1})
    tell(office, order_id, (OrderLine("Tea", "3", usd(90_00), "TEA-2"), PARCEL))
    assert office.ready(order_id, Verb.CAPTURE).offer.warnings == ("lines-cancelled",)


@pytest.mark.parametrize("amounts", [(10_00, 110_00), (60_00, 60_00)])
def test_lines_without_a_number_keep_their_meaning(office: Office, amounts: tuple[int, int]) -> None:
    """Of the same price the other one would be on the slip."""
    order_id = office.make("authorized")
    cheap, dear = amounts
    two = (OrderLine("Cheap", "1", usd(cheap), None), OrderLine("Dear", "1", usd(dear), None))
    tell(office, order_id, two)
    cancel(office, order_id, lines={"@1": 1})
    assert office.ready(order_id, Verb.CAPTURE).wish.amount == usd(dear)
    tell(office, order_id, two[::-1])
    ready = office.ready(order_id, Verb.CAPTURE)
    assert (ready.slip, ready.offer.warnings) == (None, ("lines-cancelled",))
