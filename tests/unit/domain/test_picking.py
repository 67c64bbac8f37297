"""A slip as a person types it: lines, shipping, adjustment, document number, shipment."""

from __future__ import annotations

import pytest
from tests.support.goods import GOODS, slip, usd

from azpay_tui.domain.goods import SlipError, SlipLimit
from azpay_tui.domain.money import Money
from azpay_tui.domain.picking import Picked, part, pick
from azpay_tui.domain.slips import parts


def test_two_of_three_pieces_and_half_the_shipping() -> None:
    """S3.49, S3.51: quantities per line, 0 is not refunded, shipping and an adjustment."""
    made = slip("TEA=2", "CUP=0", shipping="half", adjustment="-0.50", document="CM-7", restock=True)
    assert made.total == usd(6_67 + 2_48 - 50)
    assert parts(made) == (
        "2 x Tea 6.67 USD (TEA)",
        "shipping 2.48 USD",
        "adjustment -0.50 USD",
        "document CM-7",
        "back to the stock",
    )


def test_without_pieces_it_is_about_all_that_is_left() -> None:
    """S3.36, S3.37: the form is filled with everything; a shipment with its tracking number goes with it."""
    made = slip(document=" 2026  17 ", tracking="UPS:1Z999AA10123456784")
    assert made.total == GOODS.total
    assert (made.document, made.carrier, made.tracking) == ("2026 17", "UPS", "1Z999AA10123456784")
    assert parts(made)[-2:] == ("document 2026 17", "shipment UPS 1Z999AA10123456784")
    assert slip(tracking="00340434161094015902").shipment == "00340434161094015902"


def test_shipping_or_an_adjustment_alone() -> None:
    assert slip(shipping="all").total == usd(4_95)
    assert slip(shipping="1.00", adjustment="0.25").total == usd(1_25)
    assert slip(adjustment="+3").total == usd(3_00)


def test_half_of_an_odd_amount_gives_the_minor_unit_to_the_first_half() -> None:
    assert part("half", usd(4_95)) == usd(2_48)
    assert part("half", Money(7, "JPY")) == Money(4, "JPY")


@pytest.mark.parametrize(
    ("picked", "said"),
    [
        (Picked(("TEA",)), "'TEA' is no line with its quantity, such as TEA=2."),
        (Picked(("=2",)), "'=2' is no line with its quantity, such as TEA=2."),
        (Picked(("TEA=1", "TEA=1")), "The line 'TEA' is named twice."),
        (Picked(("TEA=-1",)), "The quantity '-1' is below nothing."),
        (Picked(("TEA=1.5",)), "The quantity '1.5' is no whole number of pieces."),
        (Picked(("TEA=two",)), "The quantity 'two' is no number of pieces, such as 2."),
        (Picked(("POT=1",)), "There is no line 'POT' to take here; the lines are TEA, CUP."),
        (
            Picked(shipping="4,95"),
            "Shipping: '4,95' is not an amount. Write digits with an optional point, such as 12.50.",
        ),
        (Picked(shipping="-1"), "Shipping: '-1' is not an amount. Write digits with an optional point, such as 12.50."),
        (Picked(adjustment="--1"), "Adjustment: '-1' is not an amount. Write digits with an optional point, such as"
                                   " 12.50."),
        (Picked(document="x" * 61), "The document number has 61 characters; at most 60 fit."),
        (Picked(document="a\x1b[31m"), "The document number 'a\\x1b[31m' has characters that cannot be printed."),
        (
            Picked(tracking="UPS:1Z\x1b"),
            "'UPS:1Z\\x1b' is no tracking number with its carrier, such as UPS:1Z999AA10123456784.",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_sentence(picked: Picked, said: str) -> None:
    with pytest.raises(SlipError) as refused:
        pick(GOODS, picked)
    assert str(refused.value) == said
    assert not isinstance(refused.value, SlipLimit)


@pytest.mark.parametrize(
    ("picked", "said"),
    [
        (Picked(("TEA=4",)), "Line TEA: 4 are wanted, 3 are left."),
        (Picked(shipping="4.96"), "Shipping: 4.96 USD is wanted, 4.95 USD is left."),
    ],
)
def test_more_than_there_is_is_another_thing(picked: Picked, said: str) -> None:
    with pytest.raises(SlipLimit) as refused:
        pick(GOODS, picked)
    assert str(refused.value) == said
