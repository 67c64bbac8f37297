"""The buttons of the shops' own modules: which of them are there for which order."""

from __future__ import annotations

from typing import Final

from tests.support.orders import DAY, NOW, SITUATIONS, captured, charge, order, refund

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, shop_word
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.status import status_of

ORDERS: Final[dict[str, Order]] = {
    **{name: make() for name, make in SITUATIONS.items()},
    "captured, part refunded": captured("Closed", refund(36_00)),
    "part captured, the rest authorized": order(
        charge("Captured", amount=50_00, age=2 * DAY), charge("Authorized", number=2, amount=70_00)
    ),
}


def offered(made: Order, preset: str = "amazon") -> set[Verb]:
    """Return what can be done with an order under a preset."""
    found = offers(made, Policy(settings=PRESETS[preset]), NOW)
    return {offer.verb for offer in found if offer.verdict != "no"}


def test_capture_and_void_are_there_together_just_while_the_shop_says_authorized() -> None:
    """S0.3, S0.4, S1.2, S1.3, S3.35: an order that was captured at once never says so."""
    buttons = {Verb.CAPTURE, Verb.VOID}
    for name, made in ORDERS.items():
        authorized = shop_word(PRESETS["xcart"], status_of(made, NOW)) == "X-Cart: Authorized"
        assert (buttons <= offered(made, "xcart")) == authorized, name
        assert (Verb.CAPTURE in offered(made, "magento")) == authorized, name


def test_a_refund_is_there_just_where_money_was_captured() -> None:
    """S0.3, S0.7, S1.2, S1.6, S3.47."""
    for preset in PRESETS:
        for name, made in ORDERS.items():
            taken = any(one.state == "Captured" and one.captured for one in made.charges)
            assert (Verb.REFUND in offered(made, preset)) == taken, name
    assert shop_word(PRESETS["xcart"], status_of(ORDERS["9 captured"], NOW)) == "X-Cart: Processed"


def test_every_order_can_be_refreshed() -> None:
    """S0.8, S1.7: whatever is known of it, and also without a connection it is queued."""
    assert all(Verb.REFRESH in offered(made, preset) for made in ORDERS.values() for preset in PRESETS)


def test_an_order_is_cancelled_only_while_no_capture_of_it_is_under_way_or_made() -> None:
    """S3.56, S4.14: suspended or not; what stands in the way is named."""
    blocked = ("7 capturing", "7 capturing, suspended", "8 part captured", "part captured, the rest authorized")
    free = ("2 open", "3 pending", "4 authorized", "11 suspended, authorized", "12 suspended", "13 declined soft")
    for preset in PRESETS:
        assert all(Verb.CANCEL in offered(ORDERS[name], preset) for name in free)
        assert not any(Verb.CANCEL in offered(ORDERS[name], preset) for name in blocked)
    assert "capture" in _why(ORDERS["7 capturing"])
    assert "Money was taken" in _why(ORDERS["8 part captured"])


def _why(made: Order) -> str:
    return next(offer.reason or "" for offer in offers(made, Policy(), NOW) if offer.verb is Verb.CANCEL)
