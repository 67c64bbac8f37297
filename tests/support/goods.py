"""Three pots of tea, a cup and the post: the lines of the orders in tests about slips."""

from typing import Final

from azpay_tui.domain.goods import Goods, Line, Slip
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.picking import Picked, pick
from azpay_tui.domain.slips import Booked


def usd(minor: int) -> Money:
    return Money(minor, "USD")


GOODS: Final = Goods(
    (Line("TEA", "Tea", 3, usd(10_00), usd(1_60)), Line("CUP", "Cup", 1, usd(7_50), usd(1_20))), usd(4_95), usd(79)
)
"""22.45 in all."""


def slip(*lines: str, **more: str | bool) -> Slip:
    """Pick a slip out of the goods as a person types it."""
    return pick(GOODS, Picked(lines, **more))  # type: ignore[arg-type]


def recorded(order: str, made: Slip, note: str = "") -> Booked:
    """A refund of the order's first charge that was made elsewhere."""
    return Booked("", Verb.REFUND, f"{order}-C000001", None, made, order_id=order, person="ops", note=note)
