"""Lines of a part-captured order: what was not captured is left out of what is, and money that was taken stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from tests.support.orders import LIMIT, NOW, SITUATIONS, charge, charge_id, order, refund

from azpay_tui.domain import refund_limits
from azpay_tui.domain.cancelling import Plan, PlanError, Wanted, plan
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, ShopFacts
from azpay_tui.domain.policies import PRESETS
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.remaining import rest_to_charge
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.slips import Booked, draw, left_to_capture, left_to_refund, slip_of
from azpay_tui.domain.status import attention

LINES = (
    OrderLine("Lamp", "3", Money(90_00, "USD"), "LAMP"),
    OrderLine("Cable", "1", Money(20_00, "USD"), "CABLE"),
    OrderLine("Shipping", "1", Money(10_00, "USD"), None, "shipping"),
)
OPEN = Policy()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def shipped(
    lines: Mapping[str, int], *, shipping: int = 0, of: tuple[OrderLine, ...] = LINES
) -> tuple[Order, tuple[Booked, ...]]:
    """Return an order of 120.00 of which a capture with its slip took these pieces; a lamp costs 30.00."""
    bare = replace(order(), shop=ShopFacts("1001", amount=usd(LIMIT), complete=True, lines=of))
    slip = draw(left_to_capture(bare, ()), lines, usd(shipping), None)
    taken = order(charge("Captured", amount=LIMIT, captured=slip.total.minor))
    made = replace(bare, charges=taken.charges, permission=taken.permission)
    return made, (Booked("I1", Verb.CAPTURE, charge_id(), "succeeded", slip),)


def asked(
    made: Order, booked: Sequence[Booked], lines: Mapping[str, int], *, shipping: int | None = None, by: Policy = OPEN
) -> Plan:
    return plan(made, Wanted(None, None, lines, None if shipping is None else usd(shipping)), by, NOW, "ops", booked)


def after(made: Order, found: Plan) -> Order:
    """Return the order as it is once all steps were taken."""
    given = [refund(step.amount.minor, number=at) for at, step in enumerate(found.steps, 1) if step.amount is not None]
    return replace(made, cancelled=found.cancelled, refunds=(*made.refunds, *given))


def test_what_was_not_captured_is_left_out_of_the_capture_and_nothing_goes_back() -> None:
    """S2.8: of three lamps two were shipped; the third and the cable are not wanted any more."""
    made, booked = shipped({"LAMP": 2})
    found = asked(made, booked, {"LAMP": 1, "CABLE": 1})
    assert (found.steps, found.due, found.cancelled.goals) == ((), None, ())
    assert found.sums == ("Cancelled: 1 x LAMP 30.00 USD, 1 x CABLE 20.00 USD, in all 50.00 USD.",)
    (left,) = found.left
    assert left.startswith("These lines were not captured, so nothing goes back; what is captured from now on is to")
    half = after(made, found)
    assert rest_to_charge(half, booked) == left_to_capture(half, booked).total == usd(10_00), "the shipping alone"
    back = asked(half, booked, {"LAMP": 2})
    assert [(step.verb, step.amount) for step in back.steps] == [(Verb.REFUND, usd(60_00))]
    assert rest_to_charge(after(half, back), booked) == usd(10_00)


def test_pieces_that_were_captured_and_pieces_that_were_not_are_two_acts() -> None:
    made, booked = shipped({"LAMP": 2}, shipping=4_00)
    with pytest.raises(PlanError, match=r"^Of these only LAMP=1 and shipping 6\.00 USD was not captured"):
        asked(made, booked, {"LAMP": 2}, shipping=10_00)
    half = after(made, asked(made, booked, {"LAMP": 1}, shipping=6_00))
    done = asked(half, booked, {"LAMP": 1}, shipping=4_00)
    assert [step.amount for step in done.steps] == [usd(34_00)]


def test_a_share_of_the_shipping_is_of_what_the_order_had_so_that_the_same_again_goes_on() -> None:
    made, booked = shipped({"LAMP": 3, "CABLE": 1}, shipping=10_00)
    wanted = Wanted(lines={"LAMP": 1}, shipping="half")
    found = plan(made, wanted, OPEN, NOW, "ops", booked)
    assert [step.amount for step in found.steps] == [usd(35_00)]
    begun = replace(made, cancelled=found.cancelled)  # killed before anything was given back
    again = plan(begun, wanted, OPEN, NOW, "ops", booked)
    assert [step.amount for step in again.steps] == [usd(35_00)]
    done = after(begun, again)
    rest = plan(done, Wanted(lines={"LAMP": 1}, shipping="half"), OPEN, NOW, "ops", booked)
    assert [step.amount for step in rest.steps] == [usd(35_00)], "the other half, not half of it"
    with pytest.raises(PlanError, match=r"^Shipping: 10\.00 USD is wanted, 5\.00 USD is left\.$"):
        plan(done, Wanted(lines={"LAMP": 1}, shipping="all"), OPEN, NOW, "ops", booked)
    bare = replace(made, shop=ShopFacts("1001", amount=usd(LIMIT)))
    with pytest.raises(PlanError, match=r"^No source gave the lines"):
        plan(bare, wanted, OPEN, NOW, "ops", booked)


def test_a_line_of_which_nothing_is_left_is_said_so() -> None:
    made, booked = shipped({"LAMP": 2})
    half = after(made, asked(made, booked, {"CABLE": 1}))
    with pytest.raises(PlanError, match=r"^Line CABLE: 1 are wanted, 0 are left\.$"):
        asked(half, booked, {"CABLE": 1})
    with pytest.raises(PlanError, match=r"^There is no line 'DESK' to take here; the lines are LAMP, CABLE\.$"):
        asked(half, booked, {"DESK": 1})


@pytest.mark.parametrize("captured", [48_00, 61_00])
def test_lines_are_not_taken_for_uncaptured_where_slips_do_not_tell_of_all_money(captured: int) -> None:
    """Captured elsewhere: which pieces these are nobody knows, so nothing says that a piece was not captured."""
    made, booked = shipped({"LAMP": 2})
    taken = order(charge("Captured", captured=captured))
    made = replace(made, charges=taken.charges, permission=taken.permission)
    with pytest.raises(PlanError, match=r"^No slip tells which lines"):
        asked(made, (), {"CABLE": 1})
    with pytest.raises(PlanError, match=r"^There is no line 'CABLE'"):
        asked(made, booked, {"CABLE": 1})


def test_a_refund_for_another_reason_makes_nothing_more_chargeable() -> None:
    made, booked = shipped({"LAMP": 2})
    made = after(made, asked(made, booked, {"CABLE": 1}))
    lamp = draw(left_to_refund(made, made.charges[0], booked), {"LAMP": 1}, None, None)
    made = replace(made, refunds=(refund(30_00),))
    booked = (*booked, Booked("I2", Verb.REFUND, charge_id(), "succeeded", lamp))
    assert rest_to_charge(made, booked) == usd(40_00), "a lamp and the shipping"
    uncaptured = after(made, asked(made, booked, {"LAMP": 1}))
    both = after(uncaptured, asked(uncaptured, booked, {"LAMP": 1}))
    assert [one.amount for one in both.refunds] == [usd(30_00), usd(30_00)]
    assert rest_to_charge(both, ()) == usd(10_00), "also where no slip tells"
    assert rest_to_charge(both, booked) == left_to_capture(both, booked).total == usd(10_00)


@pytest.mark.parametrize(("had", "first", "second"), list(product(range(1, 4), range(1, 4), range(1, 4))))
def test_however_lamps_are_cancelled_just_the_rest_can_be_charged(had: int, first: int, second: int) -> None:
    """Whatever is accepted: captured money goes back for captured lamps alone, and no lamp is cancelled twice."""
    made, booked = shipped({"LAMP": had})
    for count in (first, second):
        try:
            found = asked(made, booked, {"LAMP": count})
        except PlanError:
            continue
        taken = found.cancelled.pieces[-1].taken
        assert [step.amount for step in found.steps] == ([usd(30_00 * count)] if taken else [])
        made = after(made, found)
        assert rest_to_charge(made, booked) == rest_to_charge(made, ()) == left_to_capture(made, booked).total
    gone = [(dict(one.lines)["LAMP"], one.taken) for one in (made.cancelled.pieces if made.cancelled else ())]
    assert sum(count for count, taken in gone if taken) <= had
    assert sum(count for count, taken in gone if not taken) <= 3 - had
    assert refund_limits.refundable(made, made.charges[0]) == usd(30_00 * (had - sum(n for n, taken in gone if taken)))


def test_the_same_once_more_is_another_piece_and_asks_first() -> None:
    made, booked = shipped({"LAMP": 1})
    half = after(made, asked(made, booked, {"LAMP": 1}))
    again = asked(half, booked, {"LAMP": 1})
    assert again.warnings == ("cancelled-before",)
    assert again.act is not None
    assert rest_to_charge(after(half, again), booked) == usd(30_00), "cable and shipping"


def test_what_is_still_due_for_other_lines_is_not_taken_for_these() -> None:
    """S2.8: with refunds by hand a lamp is still due; neither is the cable gone on with, nor is it what is refunded."""
    made, booked = shipped({"LAMP": 2})
    for _ in ("not captured", "captured"):
        found = plan(made, Wanted("manual", None, {"LAMP": 1}), OPEN, NOW, "ops", booked)
        made = after(made, found)
    assert found.due == usd(30_00)
    made = after(made, asked(made, booked, {"CABLE": 1}))
    with pytest.raises(PlanError, match=r"^Line CABLE: 1 are wanted, 0 are left"):
        asked(made, booked, {"CABLE": 1})
    slip = slip_of(made, Wish(Verb.REFUND, made.id, charge_id(), usd(30_00)), booked)
    assert slip is not None
    assert [(line.key, line.quantity) for line in slip.goods.lines] == [("LAMP", 1)]


def test_what_cannot_be_refunded_for_other_lines_keeps_no_line_in_that_nobody_paid_for() -> None:
    """A lamp's 30.00 are due and cannot go back here now: the cable, which was not captured, is left out anyhow."""
    made, booked = shipped({"LAMP": 3})
    half = replace(made, cancelled=asked(made, booked, {"LAMP": 1}).cancelled)
    whole = Policy(replace(OPEN.settings, partial_refund=False))
    found = asked(half, booked, {"CABLE": 1}, by=whole)
    assert (found.steps, found.due) == ((), usd(30_00))
    assert [one.lines for one in found.cancelled.pieces] == [(("LAMP", 1),), (("CABLE", 1),)]
    assert found.left[0].startswith("REFUND DUE 30.00 USD, which cannot be refunded here now. ")
    assert rest_to_charge(after(half, found), booked) == usd(10_00), "the shipping alone"
    with pytest.raises(PlanError, match=r"^30\.00 USD of it cannot be refunded here now\. "):
        asked(made, booked, {"LAMP": 1}, by=whole)


def test_lines_of_which_another_charge_took_some_are_cancelled_too() -> None:
    """Several charges were captured: what goes back for which is said with each, what none took needs no such word."""
    made, booked = shipped({"LAMP": 1})
    cable = draw(left_to_capture(made, booked), {"CABLE": 1}, None, None)
    both = (*made.charges, charge("Captured", number=2, amount=20_00))
    made, booked = replace(made, charges=both), (*booked, Booked("I2", Verb.CAPTURE, both[1].id, "succeeded", cable))
    found = asked(made, booked, {"LAMP": 2})
    assert (found.steps, rest_to_charge(after(made, found), booked)) == ((), usd(10_00))
    with pytest.raises(PlanError, match=r"^Several charges were captured"):
        asked(made, booked, {"CABLE": 1})


def test_a_policy_that_wants_whole_amounts_leaves_no_line_out() -> None:
    made, booked = shipped({"LAMP": 2})
    with pytest.raises(PlanError, match=r"^Lines cannot be left out of what is charged \(whole_amounts = true"):
        asked(made, booked, {"CABLE": 1}, by=Policy(PRESETS["xcart"]))


def test_all_that_was_captured_without_a_slip_leaves_nothing_uncaptured() -> None:
    shop = ShopFacts("1001", amount=usd(LIMIT), complete=True, lines=LINES)
    made = replace(SITUATIONS["9 captured"](), shop=shop)
    assert [step.amount for step in asked(made, (), {"CABLE": 1}).steps] == [usd(20_00)]


def test_of_prices_that_no_piece_has_just_what_is_left_is_charged() -> None:
    """Three pieces for 10.00: which of them costs a cent more is known by the slips alone."""
    tea = (OrderLine("Tea", "3", usd(10_00), "TEA"), OrderLine("Pot", "1", usd(110_00), "POT"))
    made, booked = shipped({"TEA": 1}, of=tea)
    made = after(made, asked(made, booked, {"TEA": 2}))
    assert rest_to_charge(made, booked) == left_to_capture(made, booked).total == usd(110_00)


def test_what_is_taken_for_cancelled_lines_after_all_needs_a_person_until_it_went_back() -> None:
    """Somebody captured all of it elsewhere, or before the cancelling was confirmed."""
    bare = replace(order(charge("Authorized", amount=LIMIT)), shop=ShopFacts("1", amount=usd(LIMIT), lines=LINES))
    cancelled = asked(bare, (), {"CABLE": 1}).cancelled
    captured = order(charge("Captured", amount=LIMIT, captured=LIMIT))
    whole = replace(bare, charges=captured.charges, cancelled=cancelled)
    assert "charged-after-cancel" in attention(whole, NOW)
    given = [replace(whole, refunds=(refund(amount),)) for amount in (19_00, 20_00)]
    assert ["charged-after-cancel" in attention(one, NOW) for one in given] == [True, False]
    rest = order(charge("Captured", amount=LIMIT, captured=100_00))
    assert "charged-after-cancel" not in attention(replace(whole, charges=rest.charges), NOW)
    again = after(whole, asked(whole, (), {"CABLE": 1}))
    assert [one.amount for one in again.refunds] == [usd(20_00)]
    assert "charged-after-cancel" not in attention(again, NOW)


def test_what_a_slip_took_on_top_is_no_money_taken_for_cancelled_lines() -> None:
    bare = replace(order(), shop=ShopFacts("1001", amount=usd(LIMIT), lines=LINES))
    slip = draw(left_to_capture(bare, ()), {"LAMP": 3, "CABLE": 1}, usd(10_00), usd(5_00))
    taken = order(charge("Captured", amount=125_00, captured=slip.total.minor))
    made = replace(bare, charges=taken.charges, permission=taken.permission)
    booked = (Booked("I1", Verb.CAPTURE, charge_id(), "succeeded", slip),)
    assert slip.total == usd(125_00)
    assert "charged-after-cancel" not in attention(after(made, asked(made, booked, {"CABLE": 1})), NOW)


def test_a_line_that_does_not_divide_evenly_is_no_money_taken_for_cancelled_lines() -> None:
    lines = (OrderLine("Lamp", "3", Money(100_00, "USD"), "LAMP"),)
    bare = replace(order(charge("Authorized", amount=100_00)), shop=ShopFacts("1", amount=usd(100_00), lines=lines))
    cancelled = asked(bare, (), {"LAMP": 1}).cancelled
    for captured in (66_66, 66_67):
        taken = order(charge("Captured", amount=100_00, captured=captured))
        assert "charged-after-cancel" not in attention(replace(bare, charges=taken.charges, cancelled=cancelled), NOW)
