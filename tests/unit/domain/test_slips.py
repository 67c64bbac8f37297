"""Slips: pieces, shipping and adjustment come to an amount that is never more than was taken or than Amazon lets be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import NOW, charge, charge_id, order, refund

from azpay_tui.domain import refund_limits
from azpay_tui.domain.goods import Goods, Line, Slip, SlipError, SlipLimit, ordered
from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sale import Cancelled, Goal, Pieces
from azpay_tui.domain.slips import (
    Booked,
    check_capture,
    check_refund,
    draw,
    goods_of,
    left_for,
    left_to_capture,
    left_to_refund,
    slip_of,
    taken,
    without,
)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def bought(*items: tuple[str, int, int, int], shipping: int = 0, shipping_tax: int = 0) -> Goods:
    """Return goods of (key, quantity, amount, tax)."""
    lines = tuple(Line(key, key.lower(), quantity, usd(amount), usd(tax)) for key, quantity, amount, tax in items)
    return Goods(lines, usd(shipping), usd(shipping_tax))


GOODS = bought(("TEA", 3, 10_00, 1_60), ("CUP", 1, 7_50, 1_20), shipping=4_95, shipping_tax=79)


def test_two_of_three_pieces_and_half_the_shipping() -> None:
    """S3.49, S3.51: quantities per line, 0 is not refunded, a part of the shipping, an adjustment."""
    slip = draw(GOODS, {"TEA": 2, "CUP": 0}, usd(2_48), usd(-50))
    assert [(line.key, line.quantity, line.amount.minor, line.tax.minor) for line in slip.goods.lines] == [
        ("TEA", 2, 6_67, 1_07)
    ]
    assert slip.goods.shipping_tax == usd(40)
    assert slip.total == usd(6_67 + 2_48 - 50)
    left = GOODS.minus([slip.goods])
    assert [(line.key, line.quantity, line.amount.minor) for line in left.lines] == [("TEA", 1, 3_33), ("CUP", 1, 7_50)]
    assert (left.shipping, left.shipping_tax) == (usd(2_47), usd(39))


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=6),
    st.integers(0, 10**5),
    st.data(),
)
def test_whatever_is_captured_and_refunded_in_parts_adds_up_to_what_was_ordered(
    items: list[tuple[int, int, int]], shipping: int, data: st.DataObject
) -> None:
    goods = bought(
        *((f"S{at}", quantity, amount + 1, min(tax, amount)) for at, (quantity, amount, tax) in enumerate(items)),
        shipping=shipping,
        shipping_tax=shipping // 6,
    )
    captures = _in_parts(goods, data)
    assert sum(slip.total.minor for slip in captures) == goods.total.minor
    got = taken(captures)
    assert got.total == goods.total
    assert sum(line.tax.minor for line in got.lines) == sum(line.tax.minor for line in goods.lines)
    assert sum(slip.total.minor for slip in _in_parts(got, data)) == goods.total.minor


def _in_parts(goods: Goods, data: st.DataObject) -> list[Slip]:
    """Draw pieces of some lines and some shipping until nothing is left."""
    slips: list[Slip] = []
    left = goods
    while left.total:
        wanted = {line.key: data.draw(st.integers(0, line.quantity)) for line in left.lines}
        freight = usd(data.draw(st.integers(0, left.shipping.minor)))
        try:
            slip = draw(left, wanted, freight, None)
        except SlipError:  # it came to nothing
            slip = draw(left, {line.key: line.quantity for line in left.lines}, left.shipping, None)
        left = left.minus([slip.goods])
        slips.append(slip)
    return slips


@pytest.mark.parametrize(
    ("wanted", "shipping", "adjustment", "said"),
    [
        ({"POT": 1}, None, None, "There is no line 'POT' to take here; the lines are TEA, CUP."),
        ({"TEA": -1}, None, None, "Line TEA: the quantity -1 is below nothing."),
        ({"TEA": 4}, None, None, "Line TEA: 4 are wanted, 3 are left."),
        ({}, usd(4_96), None, "Shipping: 4.96 USD is wanted, 4.95 USD is left."),
        ({}, usd(-1), None, "Shipping cannot be below nothing; what is kept is an adjustment."),
        ({}, None, None, "This comes to 0.00 USD; there must be more than nothing."),
        ({"CUP": 1}, None, usd(-7_50), "This comes to 0.00 USD; there must be more than nothing."),
        (
            {"CUP": 1},
            Money(100, "JPY"),
            None,
            "The lines of this order are in USD; so must be shipping and adjustment.",
        ),
    ],
)
def test_what_no_slip_can_be_made_of_is_refused_in_one_sentence(
    wanted: dict[str, int], shipping: Money | None, adjustment: Money | None, said: str
) -> None:
    with pytest.raises(SlipError) as refused:
        draw(GOODS, wanted, shipping, adjustment)
    assert str(refused.value) == said


def test_a_capture_takes_no_more_than_was_authorized() -> None:
    slip = draw(GOODS, {"TEA": 3}, None, None)
    check_capture(slip, charge("Authorized", amount=10_00))
    with pytest.raises(SlipError, match=r"^The slip comes to 10.00 USD, the charge has only 9.99 USD authorized\.$"):
        check_capture(slip, charge("Authorized", amount=9_99))
    with pytest.raises(SlipError, match=r"^The lines of this order are in USD, the charge in EUR\.$"):
        check_capture(slip, charge("Authorized", amount=10_00, currency="EUR"))


@pytest.mark.parametrize(
    ("adjustment", "refunded", "said"),
    [
        (0, 0, None),
        (1_50, 0, None),  # 15 % of 10.00 is goodwill
        (1_51, 0, "The slip comes to 11.51 USD, Amazon lets 11.50 USD be refunded of this charge now."),
        (0, 1, "Lines and shipping come to 10.00 USD, of what was captured 9.99 USD is left."),
        (-1, 1, None),
        (-1, 2, "Lines and shipping come to 9.99 USD, of what was captured 9.98 USD is left."),
    ],
)
def test_a_refund_gives_no_more_than_was_captured_and_goodwill_up_to_the_cap(
    adjustment: int, refunded: int, said: str | None
) -> None:
    slip = draw(GOODS, {"TEA": 3}, None, usd(adjustment))
    made = order(charge("Captured", amount=10_00), refunds=[refund(refunded)] if refunded else [], limit=10_00)
    if said is None:
        check_refund(slip, made, made.charges[0])
        return
    with pytest.raises(SlipError) as refused:
        check_refund(slip, made, made.charges[0])
    assert str(refused.value) == said


@given(st.integers(1, 10**6), st.integers(-(10**4), 10**6), st.integers(0, 10**6))
def test_no_slip_that_passes_is_above_the_cap(captured: int, adjustment: int, refunded: int) -> None:
    made = order(charge("Captured", amount=captured), refunds=[refund(refunded)] if refunded else [], limit=10**7)
    try:
        slip = draw(bought(("A", 1, captured, 0)), {"A": 1}, None, usd(adjustment))
        check_refund(slip, made, made.charges[0])
    except SlipError:
        return
    assert slip.total.minor + refunded <= refund_limits.refund_cap(made.charges[0]).minor
    assert min(slip.total.minor, captured) + refunded <= captured


def test_slips_are_made_of_what_the_shop_gave() -> None:
    lines = [OrderLine("Tea", "3", usd(10_00), "TEA"), OrderLine("Post", "", usd(4_95), None, "shipping")]
    slip = draw(ordered(lines, usd(14_95)), {"TEA": 3}, usd(4_95), None)
    assert slip.total == usd(14_95)


# What is left


LINES = (
    OrderLine("Tea", "3", usd(10_00), "TEA"),
    OrderLine("Cup", "1", usd(7_50), "CUP"),
    OrderLine("Post", "", usd(4_95), None, "shipping"),
)


def sold(*charges: Charge) -> Order:
    made = order(*charges, amount=22_45, limit=22_45)
    return replace(made, shop=replace(made.shop, lines=LINES))


def booked(verb: Verb, wanted: dict[str, int], state: State = "succeeded", *, of: int = 1, shipping: int = 0) -> Booked:
    return Booked("I-000001", verb, charge_id(of), state, draw(GOODS, wanted, usd(shipping), None))


def pieces(goods: Goods) -> tuple[dict[str, int], int]:
    return {line.key: line.quantity for line in goods.lines}, goods.shipping.minor


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ("succeeded", 1),
        ("accepted", 1),
        ("intent", 1),
        ("sent", 1),
        ("unknown", 1),
        ("attention", 1),
        ("declined", 3),
        ("refused", 3),
        ("abandoned", 3),
    ],
)
def test_what_was_captured_or_may_be_is_not_captured_again(state: State, left: int) -> None:
    """S3.36: the form of the next capture is filled with what is left."""
    slips = [booked(Verb.CAPTURE, {"TEA": 2}, state, shipping=4_95), booked(Verb.REFUND, {"CUP": 1})]
    assert pieces(left_to_capture(sold(), slips)) == ({"TEA": left, "CUP": 1}, 0 if left == 1 else 4_95)


def test_a_refund_is_made_of_what_its_own_charge_took() -> None:
    """S3.47, S3.48: a refund slip is made from the lines of its capture."""
    first, second = charge("Captured", amount=11_62), charge("Captured", number=2, amount=10_83)
    slips = [
        booked(Verb.CAPTURE, {"TEA": 2}, shipping=4_95),
        booked(Verb.CAPTURE, {"TEA": 1, "CUP": 1}, of=2),
        booked(Verb.REFUND, {"TEA": 1}),
        booked(Verb.REFUND, {"CUP": 1}, "declined", of=2),
    ]
    made = sold(first, second)
    assert pieces(left_to_refund(made, first, slips)) == ({"TEA": 1}, 4_95)
    assert pieces(left_to_refund(made, second, slips)) == ({"TEA": 1, "CUP": 1}, 0)


def test_the_only_charge_took_all_lines_when_it_took_their_whole_amount() -> None:
    """S3.45: a capture that nobody made a slip for covers all lines."""
    whole = charge("Captured", amount=22_45)
    assert pieces(left_to_refund(sold(whole), whole, [booked(Verb.REFUND, {"TEA": 1})])) == (
        {"TEA": 2, "CUP": 1},
        4_95,
    )


def test_a_wish_without_a_slip_has_the_one_that_nobody_can_mistake() -> None:
    """S3.45, S2.8: of the whole it covers all lines, of pieces that were cancelled these; for all else none."""
    made = sold(charge("Captured", amount=22_45))
    wish = Wish(Verb.REFUND, made.id, charge_id(), usd(22_45))
    whole = slip_of(made, wish, [])
    assert whole is not None
    assert pieces(whole.goods) == ({"TEA": 3, "CUP": 1}, 4_95)
    part = replace(wish, amount=usd(6_67))
    assert slip_of(made, part, []) is None
    gone = Pieces((("TEA", 2),), None, True, goods_of(made).fingerprint)
    act = Cancelled(NOW, "ops", False, "automatic", (Goal(charge_id(), usd(6_67)),), (gone,))
    cancelled = slip_of(replace(made, cancelled=act), part, [])
    assert cancelled is not None
    assert pieces(cancelled.goods) == ({"TEA": 2}, 0)
    assert slip_of(replace(made, cancelled=act), replace(part, amount=usd(6_66)), []) is None
    given = replace(made, cancelled=act, refunds=(refund(6_67),))
    assert slip_of(given, part, []) is None, "these went back already: a later refund is for something else"
    assert slip_of(replace(given, refunds=(refund(1),)), part, []) is None, "a part of it went back otherwise"
    assert slip_of(replace(made, cancelled=replace(act, goals=())), part, []) is None, "another charge took them"
    assert slip_of(sold(charge("Authorized", amount=22_45)), replace(part, verb=Verb.VOID, amount=None), []) is None


def test_a_slip_comes_to_the_amount_of_its_wish_or_is_refused() -> None:
    made, slip = sold(charge("Captured", amount=22_45)), draw(GOODS, {"TEA": 2}, None, None)
    wish = Wish(Verb.REFUND, made.id, charge_id(), usd(6_67), slip=slip)
    assert slip_of(made, wish, []) == slip
    with pytest.raises(
        SlipError, match=r"^The slip comes to 6.67 USD, the amount is 6.68 USD: leave the amount out\.$"
    ):
        slip_of(made, replace(wish, amount=usd(6_68)), [])
    with pytest.raises(SlipLimit, match=r"^More of TEA was taken"):
        slip_of(made, wish, [booked(Verb.REFUND, {"TEA": 2}, of=1)])


@pytest.mark.parametrize(
    ("charges", "slips"),
    [
        ([charge("Captured", amount=22_44)], []),
        ([charge("Captured", amount=22_45), charge("Captured", number=2, amount=1)], []),
        ([charge("Captured", amount=22_45)], [booked(Verb.CAPTURE, {"CUP": 1}, of=2)]),
    ],
)
def test_which_lines_a_charge_took_is_not_guessed(charges: list[Charge], slips: list[Booked]) -> None:
    with pytest.raises(SlipError, match=rf"^No slip tells which lines {charges[0].id} took\.$"):
        left_to_refund(sold(*charges), charges[0], slips)


def of_cancelled(*acts: tuple[dict[str, int], int], refunded: int = 0) -> Order:
    """Return an order captured in whole of which acts cancelled pieces with a part of the shipping, tea at 3.33."""
    made = sold(charge("Captured", amount=22_45))
    fingerprint = goods_of(made).fingerprint
    gone = tuple(Pieces(tuple(lines.items()), usd(freight), True, fingerprint) for lines, freight in acts)
    due = GOODS.total - without(GOODS, gone).total
    act = Cancelled(NOW, "ops", False, "manual", (Goal(charge_id(), due),), gone)
    return replace(made, cancelled=act, refunds=(refund(refunded),) if refunded else ())


@pytest.mark.parametrize(
    ("refunded", "slips", "left"),
    [
        (0, [], ({"TEA": 3, "CUP": 1}, 4_95)),
        (6_67, [booked(Verb.REFUND, {"TEA": 2})], ({"TEA": 1, "CUP": 1}, 4_95)),
        (7_50, [booked(Verb.REFUND, {"CUP": 1})], ({"TEA": 3, "CUP": 0}, 4_95)),
        (1_00, [booked(Verb.REFUND, {}, shipping=1_00)], ({"TEA": 3, "CUP": 1}, 3_95)),
        (6_67, [], ({"TEA": 1, "CUP": 1}, 4_95)),  # the oldest
        (14_17, [], ({"TEA": 1, "CUP": 0}, 4_95)),
        (15_17, [], ({"TEA": 1, "CUP": 0}, 3_95)),
        (22_45, [], ({"TEA": 1, "CUP": 0}, 3_95)),
        (15_16, [], ({"TEA": 1, "CUP": 0}, 3_95)),  # less than any of them costs
    ],
)
def test_of_cancelled_pieces_just_what_is_still_due_is_given_back(
    refunded: int, slips: list[Booked], left: tuple[dict[str, int], int]
) -> None:
    """S3.49, S2.8: two teas, then the cup, then 1.00 of the shipping; what went back in one sum has no slip."""
    made = of_cancelled(({"TEA": 2}, 0), ({"CUP": 1}, 0), ({}, 1_00), refunded=refunded)
    assert pieces(left_for(made, Verb.REFUND, charge_id(), slips)) == left


def test_pieces_of_another_charge_were_not_cancelled() -> None:
    made = of_cancelled(({"TEA": 2}, 0), refunded=6_67)
    other = charge("Captured", number=2, amount=3_33)
    both = [booked(Verb.CAPTURE, {"TEA": 2}), booked(Verb.CAPTURE, {"TEA": 1}, of=2)]
    made = replace(made, charges=(*made.charges, other))
    assert pieces(left_for(made, Verb.REFUND, other.id, both)) == ({"TEA": 1}, 0)
