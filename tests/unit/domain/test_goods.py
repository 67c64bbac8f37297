"""Lines of an order: what is read of them, what does not add up, and that every split adds up to its whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain.goods import Goods, SlipError, ordered, priced, quantity_of, spread
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import LineKind, OrderLine


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def line(
    sku: str | None = "TEA",
    quantity: str = "1",
    amount: int | None = 10_00,
    *,
    kind: LineKind = "item",
    unit: int | None = None,
    tax: int | None = None,
) -> OrderLine:
    money = [None if minor is None else usd(minor) for minor in (amount, unit, tax)]
    return OrderLine(sku or "thing", quantity, money[0], sku, kind, money[1], money[2])


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_the_parts_of_an_amount_add_up_and_none_is_a_minor_unit_off(whole: int, weights: list[int]) -> None:
    parts = [part.minor for part in spread(usd(whole), weights)]
    assert sum(parts) == whole
    of = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * of - whole * weight) < of


def test_what_remains_goes_to_the_largest_remainders() -> None:
    assert [part.minor for part in spread(usd(100), (1, 1, 1))] == [34, 33, 33]
    assert [part.minor for part in spread(usd(10), (50, 30, 27))] == [5, 3, 2]
    assert [part.minor for part in spread(usd(-100), (1, 1, 1))] == [-33, -33, -34]


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 30), st.lists(st.integers(0, 30), max_size=12))
def test_pieces_taken_one_after_the_other_add_up_to_the_line(
    amount: int, tax: int, quantity: int, takes: list[int]
) -> None:
    tax = min(tax, amount)
    left = ordered([line("A", str(quantity), amount, tax=tax)], None)
    sums, count = [0, 0], 0
    for wish in (*takes, quantity):
        part = left.lines[0].take(min(wish, left.lines[0].quantity))
        assert 0 <= part.tax.minor <= part.amount.minor
        nothing = usd(0)
        left = left.minus([Goods((part,), nothing, nothing)])
        sums, count = [sums[0] + part.amount.minor, sums[1] + part.tax.minor], count + part.quantity
    assert (sums, count) == ([amount, tax], quantity)
    assert left.total == usd(0)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10**6)), min_size=1, max_size=8),
    st.integers(0, 10**5),
    st.integers(0, 10**5),
    st.integers(0, 10**6),
)
def test_discount_and_tax_of_the_whole_order_are_in_its_lines_to_the_minor_unit(
    items: list[tuple[int, int]], shipping: int, tax: int, discount: int
) -> None:
    cost = sum(amount for _, amount in items)
    discount = min(discount, cost - 1)
    lines = [line(f"S{at}", str(quantity), amount) for at, (quantity, amount) in enumerate(items)]
    lines += [line(None, "", minor, kind=kind) for kind, minor in _extras(shipping, discount, tax)]
    goods = ordered(lines, usd(cost + shipping - discount + tax))
    assert sum(one.tax.minor for one in goods.lines) + goods.shipping_tax.minor == tax
    assert all(0 <= one.tax.minor <= one.amount.minor for one in goods.lines)


def _extras(shipping: int, discount: int, tax: int) -> list[tuple[LineKind, int]]:
    return [("shipping", shipping), ("discount", discount), ("tax", tax)]


def test_a_discount_takes_its_share_of_the_tax_with_it() -> None:
    goods = ordered([line("A", "1", 119_00, tax=19_00), line(None, "", 59_50, kind="discount")], usd(59_50))
    assert (goods.lines[0].amount, goods.lines[0].tax) == (usd(59_50), usd(9_50))


@pytest.mark.parametrize(("amount", "unit", "tax"), [(21_42, 9_00, 3_42), (18_00, 9_00, 2_87), (18_00, 9_00, None)])
def test_prices_are_with_tax_or_without(amount: int, unit: int, tax: int | None) -> None:
    """S3.36: the form is filled from what the shop gave."""
    assert ordered([line("A", "2", amount, unit=unit, tax=tax)], None).total == usd(amount)


def test_an_amount_that_was_not_given_is_made_of_the_price() -> None:
    assert priced(line("A", "2.0000", None, unit=9_00, tax=3_42)).amount == usd(21_42)


def test_articles_without_a_number_of_their_own_are_called_by_their_place() -> None:
    goods = ordered([line("A"), line("B"), line("A"), line(None), line("@1")], None)
    assert [one.key for one in goods.lines] == ["@1", "B", "@3", "@4", "@5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "The quantity '-1' is below nothing."),
        ("\u22121", "The quantity '\u22121' is below nothing."),
        ("1.5", "The quantity '1.5' is no whole number of pieces."),
        ("0,5", "The quantity '0,5' is no whole number of pieces."),
        ("2.00001", "The quantity '2.00001' is no whole number of pieces."),
        ("", "The quantity '' is no number of pieces, such as 2."),
        ("two", "The quantity 'two' is no number of pieces, such as 2."),
        ("1e3", "The quantity '1e3' is no number of pieces, such as 2."),
        ("\u0662", "The quantity '\u0662' is no number of pieces, such as 2."),
        ("1" * 7, "The quantity '1111111' is no number of pieces, such as 2."),
    ],
)
def test_what_is_no_number_of_pieces_is_refused(text: str, said: str) -> None:
    with pytest.raises(SlipError) as refused:
        quantity_of(text)
    assert str(refused.value) == said


def test_pieces_are_whole_numbers_also_with_zeros_behind() -> None:
    assert [quantity_of(text) for text in ("0", "2", "12.0000", "999999")] == [0, 2, 12, 999999]


@pytest.mark.parametrize(
    ("lines", "amount", "said"),
    [
        ([], None, "No source gave the lines of this order: import them."),
        ([line("A", amount=None)], None, "The lines of this order have no amounts, or amounts in several currencies."),
        (
            [line("A"), replace(line("B"), amount=Money(100, "JPY"))],
            None,
            "The lines of this order have no amounts, or amounts in several currencies.",
        ),
        ([line(None, "1", 4_95, kind="shipping")], None, "The lines of this order name no article."),
        ([line("A", "-1")], None, "Line A: the quantity '-1' is below nothing."),
        ([line("A", "0.5 kg")], None, "Line A: the quantity '0.5 kg' is no number of pieces, such as 2."),
        ([line("A", "0")], None, "Line A: the quantity is 0."),
        ([line("A"), line("B", amount=None)], None, "Line B: no amount was given."),
        (
            [line("A", "3", 30_01, unit=10_00)],
            None,
            "Line A: 3 x 10.00 USD and 0.00 USD tax do not add up to 30.01 USD.",
        ),
        ([line("A", tax=10_01)], None, "Line A: the tax of 10.01 USD is more than the 10.00 USD of the line."),
        (
            [line("A"), line(None, "1", 4_95, kind="shipping")],
            usd(15_00),
            "The lines of this order come to 14.95 USD, the order to 15.00 USD: they do not add up.",
        ),
        (
            [line("A"), line(None, "", 10_01, kind="discount")],
            None,
            "The discount of 10.01 USD is more than the lines of this order cost.",
        ),
        ([line("A"), line(None, "", None, kind="tax")], None, "The tax of this order has no amount."),
        (
            [line("A", amount=0), line(None, "", 1, kind="tax")],
            None,
            "There is nothing over which 0.01 USD could be spread: the lines of this order cost 0.",
        ),
    ],
)
def test_lines_that_do_not_add_up_are_refused_in_one_sentence(
    lines: list[OrderLine], amount: Money | None, said: str
) -> None:
    with pytest.raises(SlipError) as refused:
        ordered(lines, amount)
    assert str(refused.value) == said


def test_more_than_there_is_cannot_be_taken_away() -> None:
    goods = ordered([line("A", "2", 20_00)], None)
    nothing = usd(0)
    yen = Goods((), Money(0, "JPY"), Money(0, "JPY"))
    for other, said in (
        (ordered([line("A", "3", 15_00)], None), "More of A was taken than the lines of the order have; "),
        (ordered([line("A", "1", 20_01)], None), "More of A was taken than the lines of the order have; "),
        (ordered([line("B")], None), "More of B was taken than the lines of the order have; "),
        (Goods((), usd(1), nothing), "More shipping was taken than the lines of the order have; "),
        (yen, "The lines are in USD now, an earlier slip in another currency."),
    ):
        with pytest.raises(SlipError, match=said):
            goods.minus([other])
