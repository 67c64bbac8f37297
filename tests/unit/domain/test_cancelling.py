"""What cancelling a sale comes to: the steps at Amazon, what goes back, and what is left to a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import (
    LIMIT,
    NOW,
    SITUATIONS,
    captured,
    charge,
    charge_id,
    intent,
    order,
    permission,
    refund,
)
from tests.support.random_orders import orders

from azpay_tui.domain import charging, matrix, owing
from azpay_tui.domain.allowances import NOTHING
from azpay_tui.domain.cancelling import Plan, PlanError, Wanted, plan
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.order import Order, ShopFacts
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sale import Refunds
from azpay_tui.domain.slips import Booked, draw, left_to_capture, left_to_refund
from azpay_tui.domain.status import attention, ship, status_of
from azpay_tui.domain.unwinding import _assumed, next_step

OPEN = Policy()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def planned(made: Order, policy: Policy = OPEN, **wanted: object) -> Plan:
    return plan(made, Wanted(**wanted), policy, NOW, "ops")  # type: ignore[arg-type]


def steps(found: Plan) -> list[tuple[str, str, str]]:
    return [(str(step.verb), step.target[-7:], str(step.amount or "")) for step in found.steps]


def cancelled(made: Order, policy: Policy = OPEN, **wanted: object) -> Order:
    """Return the order as it is once that was confirmed and nothing was sent yet."""
    return replace(made, cancelled=planned(made, policy, **wanted).cancelled)


PLANS: dict[str, tuple[Callable[[], Order], list[tuple[str, str, str]]]] = {
    # S2.2, S4.13 to S4.17: nothing captured, so the order is cancelled at Amazon, with what is open of it
    "open": (SITUATIONS["2 open"], [("cancel", "7654321", "")]),
    "pending": (SITUATIONS["3 pending"], [("cancel", "7654321", "")]),
    "authorized": (SITUATIONS["4 authorized"], [("cancel", "7654321", "")]),
    "lapsed": (SITUATIONS["6 lapsed by age"], [("cancel", "7654321", "")]),
    "suspended": (SITUATIONS["11 suspended, authorized"], [("cancel", "7654321", "")]),
    "voided": (SITUATIONS["16 voided"], [("cancel", "7654321", "")]),
    # closed by the shop with a charge left open: that one is ended by name
    "closed, authorized": (SITUATIONS["10 closed, authorized"], [("void", "C000001", "")]),
    # S2.9, S2.13: money was taken, so it goes back
    "captured": (SITUATIONS["9 captured"], [("refund", "C000001", "120.00 USD")]),
    "part captured": (
        SITUATIONS["8 part captured"],
        [("refund", "C000001", "48.00 USD"), ("close", "7654321", "")],
    ),
    "captured and authorized": (
        lambda: order(charge("Captured", amount=50_00), charge("Authorized", number=2, amount=70_00)),
        [("void", "C000002", ""), ("refund", "C000001", "50.00 USD"), ("close", "7654321", "")],
    ),
    "two captured": (
        lambda: order(
            charge("Captured", amount=50_00), charge("Captured", number=2, amount=70_00), state="Closed", codes=["x"]
        ),
        [("refund", "C000001", "50.00 USD"), ("refund", "C000002", "70.00 USD")],
    ),
    # what went back, or is on its way, is not given again
    "part refunded": (
        lambda: captured("Closed", refund(30_00), refunded=30_00),
        [("refund", "C000001", "90.00 USD")],
    ),
    "refunding": (lambda: captured("Closed", refund(LIMIT, "RefundInitiated")), []),
    "refunded": (lambda: captured("Closed", refund(LIMIT), refunded=LIMIT), []),
    "refund declined": (
        lambda: captured("Closed", refund(LIMIT, "Declined", "ProcessingFailure")),
        [("refund", "C000001", "120.00 USD")],
    ),
    "ended": (SITUATIONS["17 canceled"], []),
    "rejected": (SITUATIONS["15 rejected"], []),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_situation_has_the_steps_that_end_it(name: str) -> None:
    make, wanted = PLANS[name]
    found = planned(make())
    assert steps(found) == wanted
    assert found.act is not None
    assert found.act.whole
    assert found.due is None
    assert all(step.why for step in found.steps)


def test_a_sale_of_which_more_was_taken_than_is_known_here_is_not_told_as_cancelled() -> None:
    paid = order(charge("Captured", amount=50_00), charge("Authorized", number=2, amount=70_00))
    for made in (replace(paid, charges=()), replace(paid, charges=paid.charges[1:])):
        with pytest.raises(PlanError, match=r"shows a charge that is not known here.*orders track"):
            planned(made)
        with pytest.raises(PlanError, match=f"Amazon does not find {charge_id()}"):
            planned(replace(made, missing=frozenset({charge_id()})))
    assert planned(replace(paid, permission=permission())).steps, "a balance that lags behind hides no money"
    assert planned(replace(paid, missing=frozenset({charge_id(3)}))).steps, "the balance tells that it took nothing"


@pytest.mark.parametrize("seen", [50_00, 70_00])
def test_a_balance_that_fits_only_one_of_two_holds_may_be_a_charge_made_elsewhere(seen: int) -> None:
    holds = order(charge("Authorized", amount=50_00), charge("Authorized", number=2, amount=70_00))
    assert planned(holds).steps
    assert planned(replace(holds, permission=permission(balance=0))).steps, "holds may lower it, documented or not"
    with pytest.raises(PlanError, match="shows a charge"):
        planned(replace(holds, permission=permission(balance=LIMIT - seen)))


def test_what_is_under_way_is_waited_for() -> None:
    """S4.14: the blocker is explained."""
    with pytest.raises(PlanError, match=r"A capture of 120\.00 USD is being decided: wait"):
        planned(SITUATIONS["7 capturing"]())
    with pytest.raises(PlanError, match=r"A refund by ops, .* is not settled \(unknown\)"):
        planned(replace(SITUATIONS["9 captured"](), intents=(intent("refund"),)))
    with pytest.raises(PlanError, match=r"An authorize by ops, .* is not settled \(unknown\)"):
        planned(replace(SITUATIONS["2 open"](), intents=(intent("authorize"),)))
    with pytest.raises(PlanError, match="refresh it first"):
        planned(replace(order(), unread=frozenset({charge_id(2)})))
    with pytest.raises(PlanError, match="does not know"):
        planned(SITUATIONS["23 unknown charge"]())
    with pytest.raises(PlanError, match="pays for more than one sale"):
        planned(replace(order(), permission=permission(kind="Recurring")))
    with pytest.raises(PlanError, match="read-only"):
        planned(order(), Policy(read_only="This profile is read-only."))


def test_money_taken_is_refunded_by_itself_or_by_hand_or_forbids_it() -> None:
    """S2.14 to S2.16: two values, automatic unless said otherwise, and the other one for a special case. S3.56."""
    made = SITUATIONS["9 captured"]()
    by_hand = Policy(Settings(cancel_sale="manual"))
    assert steps(planned(made)) == [("refund", "C000001", "120.00 USD")]
    assert steps(planned(made, by_hand)) == steps(planned(made, refunds="manual")) == []
    assert steps(planned(made, by_hand, refunds="automatic")) == [("refund", "C000001", "120.00 USD")]
    found = planned(made, by_hand)
    assert found.due == usd(LIMIT)
    assert found.left[0].startswith("REFUND DUE 120.00 USD: refund it by hand")
    with pytest.raises(PlanError, match=r'120\.00 USD were captured.*cancel_sale = "refuse", preset magento'):
        planned(made, Policy(PRESETS["magento"]))
    assert steps(planned(SITUATIONS["4 authorized"](), Policy(PRESETS["magento"]))) == [("cancel", "7654321", "")]


def test_what_was_decided_goes_on_also_under_a_policy_that_refuses_it_by_now() -> None:
    refuses, paid = Policy(PRESETS["magento"]), SITUATIONS["9 captured"]()
    back = [("refund", "C000001", "120.00 USD")]
    decided = cancelled(paid)
    assert steps(planned(decided, refuses)) == back
    assert steps(planned(cancelled(paid, refunds="manual"), refuses, refunds="automatic")) == back
    held = cancelled(SITUATIONS["4 authorized"](), refuses)
    assert steps(planned(replace(paid, cancelled=held.cancelled), refuses)) == back, "captured after all"
    with pytest.raises(PlanError, match="so the sale cannot be cancelled"):
        planned(decided, refuses, extra=usd(1_00))


def test_lines_that_were_cancelled_go_on_under_such_a_policy_and_no_others_do() -> None:
    refuses, line = Policy(PRESETS["magento"]), OrderLine("Tea", "4", usd(LIMIT), "TEA")
    paid = replace(SITUATIONS["9 captured"](), shop=ShopFacts("1001", amount=usd(LIMIT), lines=(line,)))
    decided = cancelled(paid, lines={"TEA": 1})
    assert steps(planned(decided, refuses, lines={"TEA": 1})) == [("refund", "C000001", "30.00 USD")]
    for wanted in ({"lines": {"TEA": 2}}, {}):
        with pytest.raises(PlanError, match="so the sale cannot be cancelled"):
            planned(decided, refuses, **wanted)


def test_two_plans_are_the_same_when_they_write_down_and_do_the_same() -> None:
    line = OrderLine("Tea", "4", usd(LIMIT), "TEA")
    held, paid = (
        replace(SITUATIONS[name](), shop=ShopFacts("1001", amount=usd(LIMIT), lines=(line,)))
        for name in ("4 authorized", "9 captured")
    )
    first = planned(paid, lines={"TEA": 1})
    later = plan(paid, Wanted(lines={"TEA": 1}), OPEN, NOW + timedelta(minutes=1), "other")
    assert first.same_as(later), "who confirms it, and when, is not what it does"
    assert not first.same_as(planned(held, lines={"TEA": 1})), "the piece was captured meanwhile"
    assert not first.same_as(planned(paid, lines={"TEA": 2}))
    assert not first.same_as(planned(paid, lines={"TEA": 1}, refunds="manual"))
    given = captured("Closed", refund(10_00), refunded=10_00)
    goodwill = replace(paid, charges=given.charges, refunds=given.refunds)
    assert steps(planned(goodwill, lines={"TEA": 1})) == steps(first)
    assert not first.same_as(planned(goodwill, lines={"TEA": 1})), "it would go back for goodwill and not for the piece"


def test_refund_due_stays_until_what_was_due_went_back() -> None:
    """S2.13, S2.16."""
    made = cancelled(SITUATIONS["9 captured"](), refunds="manual")
    assert status_of(made, NOW) == "CANCELED"
    assert ship(made, NOW).word == "HOLD"
    assert attention(made, NOW) == ("refund-due",)
    part = replace(made, refunds=(refund(50_00),))
    assert owing.due(part) == usd(70_00)
    under_way = replace(made, refunds=(refund(LIMIT, "RefundInitiated"),))
    assert (status_of(under_way, NOW), attention(under_way, NOW)) == ("REFUNDING", ())
    declined = replace(made, refunds=(refund(LIMIT, "Declined", "ProcessingFailure"),))
    assert attention(declined, NOW) == ("refund-declined", "refund-due")
    back = replace(made, refunds=(refund(LIMIT),))
    assert (status_of(back, NOW), attention(back, NOW)) == ("CANCELED", ())


def test_nothing_at_amazon_revives_a_cancelled_sale() -> None:
    """S2.7, S2.11: an authorization that lapses under a local cancel, and a close or an expiry of the order."""
    made = cancelled(SITUATIONS["4 authorized"]())
    assert (status_of(made, NOW), attention(made, NOW)) == ("CANCELED", ("cancel-open",))
    assert ship(made, NOW).reason == "The order was cancelled."
    late = NOW + timedelta(days=29, hours=12)
    assert attention(made, late) == ("cancel-open",), "no word of a lapse that nobody waits for"
    lapsed = cancelled(SITUATIONS["6 lapsed by reason"]())
    assert status_of(lapsed, NOW) == "CANCELED"
    closed = replace(lapsed, permission=permission("Closed", "Expired"))
    assert (status_of(closed, NOW), attention(closed, NOW)) == ("CANCELED", ())


def test_a_capture_after_the_sale_was_cancelled_is_told_and_due() -> None:
    made = cancelled(SITUATIONS["4 authorized"]())
    taken = replace(made, charges=(charge("Captured"),), permission=permission("Closed", balance=0))
    assert status_of(taken, NOW) == "CANCELED"
    assert attention(taken, NOW) == ("refund-due", "charged-after-cancel")
    again = planned(taken)
    assert steps(again) == [("refund", "C000001", "120.00 USD")]
    assert attention(replace(taken, cancelled=again.cancelled, refunds=(refund(LIMIT),)), NOW) == ()


def test_charging_a_cancelled_sale_needs_a_word_of_its_own() -> None:
    """S4.17: afterwards nothing is authorized any more."""
    made = cancelled(SITUATIONS["4 authorized"]())
    found = {offer.verb: offer for offer in matrix.offers(made, OPEN, NOW)}
    assert found[Verb.CAPTURE].warnings == ("sale-cancelled",)
    assert found[Verb.AUTHORIZE].warnings == ("second-hold", "sale-cancelled")
    assert found[Verb.VOID].verdict == "yes"
    advised = valid_verbs(found.values())
    assert Verb.VOID in advised
    assert not advised & {Verb.AUTHORIZE, Verb.CAPTURE}, "what is allowed to who insists is not advised"


def test_a_cancelled_sale_gets_no_higher_total() -> None:
    with pytest.raises(charging.ChargeMoreError, match="sale was cancelled"):
        charging.plan(cancelled(SITUATIONS["2 open"]()), PRESETS["amazon"], usd(121_00), NOW)
    roomy = replace(SITUATIONS["2 open"](), shop=ShopFacts(amount=usd(100_00)))
    assert charging.above_total(roomy, PRESETS["amazon"], NOW)
    assert charging.above_total(cancelled(roomy), PRESETS["amazon"], NOW) == ""


def test_goodwill_goes_up_to_the_cap_with_its_arithmetic() -> None:
    """S2.10."""
    made = SITUATIONS["9 captured"]()
    found = planned(made, extra=usd(18_00))
    assert steps(found) == [("refund", "C000001", "138.00 USD")]
    assert found.warnings == ("beyond-capture",)
    assert found.sums == (
        f"{charge_id()}: captured 120.00 USD, Amazon's cap 138.00 USD (18.00 USD above it, by 15 % or the fixed sum); "
        "with goodwill 120.00 USD + 18.00 USD = 138.00 USD.",
    )
    with pytest.raises(PlanError, match=r"more than Amazon lets be refunded.*\+ 18\.01 USD = 138\.01 USD"):
        planned(made, extra=usd(18_01))
    with pytest.raises(PlanError, match="leave --extra out"):
        planned(SITUATIONS["4 authorized"](), extra=usd(1))
    with pytest.raises(PlanError, match="more than nothing"):
        planned(made, extra=usd(0))
    with pytest.raises(PlanError, match=r"10\.00 USD of it cannot be refunded.*refund_above"):
        planned(made, Policy(Settings(refund_above=NOTHING)), extra=usd(10_00))


def test_the_same_again_is_going_on() -> None:
    made = cancelled(SITUATIONS["9 captured"](), extra=usd(10_00))
    again = planned(made, extra=usd(10_00))
    assert again.act is None
    assert steps(again) == steps(planned(made)) == [("refund", "C000001", "130.00 USD")]
    under_way = replace(made, refunds=(refund(130_00, "RefundInitiated"),))
    done = planned(under_way, extra=usd(10_00))
    assert (done.act, done.steps, done.due) == (None, (), None)
    other = planned(made, refunds="manual")
    assert other.act is not None
    assert other.cancelled.refunds == "manual"


LINES = (
    OrderLine("Lamp", "3", usd(90_00), "LAMP"),
    OrderLine("Cable", "1", usd(20_00), "CABLE"),
    OrderLine("Shipping", "1", usd(10_00), None, "shipping"),
)


def with_lines(made: Order) -> Order:
    return replace(made, shop=ShopFacts(number="1001", amount=usd(LIMIT), complete=True, lines=LINES))


def test_lines_are_cancelled_by_what_they_cost() -> None:
    """S2.8: in part."""
    made = with_lines(SITUATIONS["9 captured"]())
    found = planned(made, lines={"LAMP": 2}, shipping=usd(5_00))
    assert steps(found) == [("refund", "C000001", "65.00 USD")]
    assert found.sums == ("Cancelled: 2 x LAMP 60.00 USD, shipping 5.00 USD, in all 65.00 USD.",)
    assert found.act is not None
    assert not found.act.whole
    half = replace(made, cancelled=found.cancelled)
    assert status_of(half, NOW) == "CAPTURED"
    assert attention(half, NOW) == ("refund-due",)
    given = replace(half, refunds=(refund(65_00),))
    assert attention(given, NOW) == ()
    assert steps(planned(given)) == [("refund", "C000001", "55.00 USD")], "all of the rest"
    with pytest.raises(PlanError, match="no line 'DESK'"):
        planned(made, lines={"DESK": 1})
    with pytest.raises(PlanError, match="2 are wanted, 1 are left"):
        planned(given, lines={"LAMP": 2})


def test_the_same_lines_again_go_on_or_ask_first() -> None:
    made = with_lines(SITUATIONS["9 captured"]())
    half = replace(made, cancelled=planned(made, lines={"LAMP": 1}).cancelled)
    going_on = planned(half, lines={"LAMP": 1})
    assert (going_on.act, steps(going_on)) == (None, [("refund", "C000001", "30.00 USD")])
    under_way = replace(half, refunds=(refund(30_00, "RefundInitiated"),))
    more = planned(under_way, lines={"LAMP": 1})
    assert more.warnings == ("refund-under-way", "cancelled-before")
    assert steps(more) == [("refund", "C000001", "30.00 USD")]


def test_lines_that_were_not_captured_are_not_captured() -> None:
    made = with_lines(SITUATIONS["4 authorized"]())
    found = planned(made, lines={"LAMP": 1})
    assert found.steps == ()
    assert len(found.left) == 1
    assert found.left[0].startswith("Nothing was captured, so nothing goes back")
    half = replace(made, cancelled=found.cancelled)
    assert planned(half, lines={"LAMP": 2}).sums == ("Cancelled: 2 x LAMP 60.00 USD, in all 60.00 USD.",)
    with pytest.raises(PlanError, match="3 are wanted, 2 are left"):
        planned(half, lines={"LAMP": 3})


def test_what_was_given_back_elsewhere_is_told_before_it_is_refunded_again() -> None:
    """S3.54: no sum counts it, so whoever confirms is to know of it."""
    made = with_lines(SITUATIONS["9 captured"]())
    slip = draw(left_to_refund(made, made.charges[0], ()), {"LAMP": 2}, None, None)
    told = "Recorded here as given back elsewhere: 60.00 USD; what is refunded now is on top of that."
    for state, sums in ((None, (told,)), ("succeeded", ())):
        booked = (Booked("", Verb.REFUND, charge_id(), state, slip),)
        found = plan(made, Wanted(), OPEN, NOW, "ops", booked)
        assert steps(found) == [("refund", "C000001", "120.00 USD")]
        assert found.sums == sums
    recorded = (Booked("", Verb.REFUND, charge_id(), None, slip),)
    assert plan(made, Wanted(refunds="manual"), OPEN, NOW, "ops", recorded).sums == (), "nothing is refunded by it"


@pytest.mark.parametrize("how", ["automatic", "manual"])
def test_lines_can_be_cancelled_one_after_the_other(how: Refunds) -> None:
    """S2.8: what was cancelled and went back with a slip is gone once, not twice."""
    made = with_lines(SITUATIONS["9 captured"]())
    first = replace(made, cancelled=planned(made, refunds=how, lines={"LAMP": 2}).cancelled)
    given = replace(first, refunds=(refund(60_00, "RefundInitiated"),))
    slip = draw(left_to_refund(made, made.charges[0], ()), {"LAMP": 2}, None, None)
    booked = (Booked("I1", Verb.REFUND, charge_id(), "accepted", slip),)
    last = plan(given, Wanted(lines={"LAMP": 1}, refunds="automatic"), OPEN, NOW, "ops", booked)
    assert steps(last) == [("refund", "C000001", "30.00 USD")]
    with pytest.raises(PlanError, match="2 are wanted, 1 are left"):
        plan(given, Wanted(lines={"LAMP": 2}), OPEN, NOW, "ops", booked)
    with pytest.raises(PlanError, match="2 are wanted, 1 are left"):
        planned(first, lines={"LAMP": 2}, shipping=usd(1_00))


def test_lines_cancelled_before_a_capture_are_not_those_cancelled_after_it() -> None:
    made = with_lines(SITUATIONS["4 authorized"]())
    half = replace(made, cancelled=planned(made, lines={"LAMP": 1}).cancelled)
    slip = draw(left_to_capture(half, ()), {"LAMP": 2, "CABLE": 1}, usd(10_00), None)
    shipped = replace(half, charges=(charge("Captured", captured=90_00),))
    booked = (Booked("I1", Verb.CAPTURE, charge_id(), "succeeded", slip),)
    found = plan(shipped, Wanted(lines={"LAMP": 2}), OPEN, NOW, "ops", booked)
    assert steps(found) == [("refund", "C000001", "60.00 USD")]


def test_a_policy_that_wants_whole_amounts_refuses_lines() -> None:
    made = with_lines(SITUATIONS["9 captured"]())
    with pytest.raises(PlanError, match=r"Only all that is left, 120\.00 USD, may be refunded"):
        planned(made, Policy(PRESETS["xcart"]), lines={"LAMP": 1})
    held, bare = (with_lines(SITUATIONS[name]()) for name in ("4 authorized", "2 open"))
    for preset in ("xcart", "magento"):
        with pytest.raises(PlanError, match=rf"left out.*\(partial_capture = false, .*{preset}\): cancel the whole"):
            planned(held, Policy(PRESETS[preset]), lines={"LAMP": 1})
    with pytest.raises(PlanError, match=r"\(whole_amounts = true, preset xcart\)"):
        planned(bare, Policy(PRESETS["xcart"]), lines={"LAMP": 1})
    assert planned(bare, Policy(PRESETS["magento"]), lines={"LAMP": 1}).steps == ()


@given(orders(), st.sampled_from(sorted(PRESETS)), st.sampled_from(["automatic", "manual", None]))
def test_every_step_is_offered_and_nothing_goes_back_twice(made: Order, preset: str, how: Refunds | None) -> None:
    policy = Policy(PRESETS[preset])
    try:
        found = planned(made, policy, refunds=how)
    except PlanError:
        return
    now = replace(made, cancelled=found.cancelled)
    given = {one.id: owing.due_of(now, one) for one in now.charges if one.state == "Captured"}
    for step in found.steps:
        offers = [o for o in matrix.offers(now, policy, NOW) if (o.verb, o.target) == (step.verb, step.target)]
        assert [o.verdict for o in offers] != ["no"]
        if step.amount is not None:
            assert given[step.target] >= step.amount
            given[step.target] -= step.amount
        assert next_step(now, policy, NOW) == step
        now = _assumed(now, step, NOW)
    again = planned(now, policy, refunds=how)
    assert (again.act, again.steps) == (None, ())


def test_lines_that_a_slip_gave_back_are_not_cancelled_again() -> None:
    """S2.8."""
    made = with_lines(SITUATIONS["9 captured"]())
    slip = draw(left_to_refund(made, made.charges[0], ()), {"LAMP": 2}, None, None)
    booked = (Booked("I1", Verb.REFUND, charge_id(), "accepted", slip),)
    with pytest.raises(PlanError, match="2 are wanted, 1 are left"):
        plan(made, Wanted(lines={"LAMP": 2}), OPEN, NOW, "ops", booked)
