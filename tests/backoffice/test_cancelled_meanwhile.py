"""A sale that somebody cancels while it is being charged is not charged: no one who charges it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.policies import chosen
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.switch import POLICY

Cancel = Callable[[Office, str], Callable[[], None]]
"""Makes what cancels an order, or a part of it, in the other process."""
MOMENTS: tuple[points.Point, ...] = ("confirmed", "intent-durable")


@contextmanager
def at(moment: points.Point, deed: Callable[[], None]) -> Iterator[None]:
    """Do something once, when a moment comes for the first time."""
    left = [deed]

    def visit(point: points.Point) -> None:
        if point == moment and left:
            left.pop()()

    points.visit(visit)
    try:
        yield
    finally:
        points.visit(None)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """Two processes of one profile, in which everything may be automatic."""
    hands = Hands()
    policy = chosen("amazon", {"payment_action": "authorize-and-capture"})
    with (
        open_office(tmp_path, local=hands, policy=policy) as one,
        open_office(tmp_path, one.simulator, local=hands, policy=policy, person="other") as other,
    ):
        yield one, other


def cancelling(other: Office, order_id: str) -> Callable[[], None]:
    """Return what cancels a sale here and cannot tell Amazon: only our own journal knows of it."""
    ready = other.desk.plan_sale(order_id, Wanted())

    def cancel() -> None:
        other.transport.reachable = False
        assert other.desk.cancel_sale(ready, (), "", lambda intent: None).problem is not None

    return cancel


def shortening(other: Office, order_id: str) -> Callable[[], None]:
    """Return what cancels a line of what was not captured, of which Amazon need not be told."""
    lines = (
        OrderLine("Tea", "3", Money(90_00, "USD"), "TEA"),
        OrderLine("Parcel", "1", Money(30_00, "USD"), None, kind="shipping"),
    )
    other.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=lines)])
    ready = other.desk.plan_sale(order_id, Wanted(lines={"TEA": 1}))

    def cancel() -> None:
        assert other.desk.cancel_sale(ready, (), "", lambda intent: None).problem is None

    return cancel


def unsent(intent: Intent, warning: str = "sale-cancelled") -> bool:
    return (intent.state, intent.attempts) == ("abandoned", 0) and warning in (intent.reason or "")


def test_between_look_and_confirmation(two: tuple[Office, Office]) -> None:
    one, other = two
    order_id = one.make("authorized")
    ready = one.ready(order_id, Verb.CAPTURE)
    cancelling(other, order_id)()
    assert unsent(one.desk.wait(one.desk.submit(ready).id, 60))
    assert one.effects() == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("cancel", "warning", "accept", "left"),
    [(cancelling, "sale-cancelled", ("sale-cancelled",), "120.00"), (shortening, "lines-cancelled", (), "90.00")],
)
def test_between_confirmation_and_sending(
    two: tuple[Office, Office], moment: points.Point, cancel: Cancel, warning: str, accept: tuple[str, ...], left: str
) -> None:
    one, other = two
    order_id = one.make("authorized")
    with at(moment, cancel(other, order_id)):
        intent = one.act(order_id, Verb.CAPTURE)
    assert unsent(intent, warning)
    assert one.effects() == []
    assert one.act(order_id, Verb.CAPTURE, accept=accept).state == "succeeded", "whoever knows of it may"
    assert [amount for _, _, amount in one.effects()] == [left]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("cancel", "warning"), [(cancelling, "sale-cancelled"), (shortening, "lines-cancelled")])
def test_the_policy_charges_neither(
    two: tuple[Office, Office], moment: points.Point, cancel: Cancel, warning: str
) -> None:
    one, other = two
    one.desk.switch_on("authorize-and-capture")
    one.world(minutes=1)
    order_id = one.make("open", age="1s", limit="138.00")
    with at(moment, cancel(other, order_id)):
        one.desk.sync_once(act=True)
    (intent,) = one.desk.intents()
    assert intent.draft.person == POLICY
    assert unsent(intent, warning)
    assert one.effects() == []
