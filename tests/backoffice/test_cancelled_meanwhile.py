"""A sale that somebody cancels while it is being charged is not charged: no one who charges it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.backoffice.errors import ChangedError, NotValidError, OfflineError
from azpay_tui.backoffice.records import SaleDone, SaleReady
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.money import Money
from azpay_tui.domain.policies import chosen
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.switch import POLICY

Cancel = Callable[[Office, str], Callable[[], None]]
"""Makes what cancels an order, or a part of it, in the other process."""
LINES = (
    OrderLine("Tea", "3", Money(90_00, "USD"), "TEA"),
    OrderLine("Parcel", "1", Money(30_00, "USD"), None, kind="shipping"),
)
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
    other.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=LINES)])
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


@pytest.mark.parametrize(
    ("moment", "cancel", "warning", "accept", "left"),
    [
        *((moment, cancelling, "sale-cancelled", ("sale-cancelled",), "120.00") for moment in MOMENTS),
        ("confirmed", shortening, "lines-cancelled", (), "90.00"),
    ],
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


@pytest.mark.parametrize(
    ("moment", "cancel", "warning"),
    [
        *((moment, cancelling, "sale-cancelled") for moment in MOMENTS),
        ("confirmed", shortening, "lines-cancelled"),
    ],
)
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


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", ["the shop", "a person"])
def test_what_the_shop_or_a_person_says_last_stops_an_automatic_step(
    two: tuple[Office, Office], moment: points.Point, how: str
) -> None:
    one, other = two
    one.desk.switch_on("authorize-and-capture")
    one.world(minutes=1)
    order_id = one.make("open", age="1s", limit="138.00")
    word = TrackedOrder(order_id, source="web", side="shop", shop_status="cancelled", claim="canceled")

    def say() -> None:
        if how == "the shop":
            other.desk.track([word])
        else:
            other.desk.mark([order_id], MarkChange(note="wait for the buyer's call"))

    with at(moment, say):
        one.desk.sync_once(act=True)
    (intent,) = one.desk.intents()
    assert unsent(intent, "The shop says" if how == "the shop" else "A person wrote a note")
    assert one.effects() == []
    one.desk.sync_once(act=True)
    assert one.effects() == []


# The other way round: it is charged, or refunded, while lines of it are cancelled


def tea(office: Office, situation: str) -> tuple[str, SaleReady]:
    """Make an order with lines and plan to cancel one of them."""
    order_id = office.make(situation)
    office.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=LINES)])
    return order_id, office.desk.plan_sale(order_id, Wanted(lines={"TEA": 1}))


def confirmed(office: Office, ready: SaleReady, *accepted: str) -> SaleDone:
    return office.desk.cancel_sale(ready, accepted, "", lambda intent: None)


def test_lines_are_not_cancelled_while_they_are_captured(two: tuple[Office, Office]) -> None:
    one, other = two
    order_id, ready = tea(one, "authorized")

    def cancel() -> None:
        with pytest.raises(NotValidError, match=r"A capture by other, .* is not settled"):
            confirmed(one, ready)

    with at("intent-durable", cancel):
        assert other.act(order_id, Verb.CAPTURE).state == "succeeded"
    assert one.order(order_id).cancelled is None


def test_lines_that_were_captured_since_the_plan_are_not_told_as_cancelled(two: tuple[Office, Office]) -> None:
    one, other = two
    order_id, ready = tea(one, "authorized")
    other.act(order_id, Verb.CAPTURE)
    with pytest.raises(ChangedError, match="since the plan was shown"):
        confirmed(one, ready)
    assert one.order(order_id).cancelled is None
    done = confirmed(one, one.desk.plan_sale(order_id, Wanted(lines={"TEA": 1})))
    assert [(intent.state, intent.draft.wish.amount) for intent in done.intents] == [("accepted", Money(30_00, "USD"))]


def test_goodwill_since_the_plan_is_not_counted_as_the_refund_of_a_line(two: tuple[Office, Office]) -> None:
    one, other = two
    order_id, ready = tea(one, "captured")
    other.act(order_id, Verb.REFUND, "10.00")
    with pytest.raises(ChangedError, match="since the plan was shown"):
        confirmed(one, ready)
    again = one.desk.plan_sale(order_id, Wanted(lines={"TEA": 1}))
    assert [goal.refunded for goal in again.plan.cancelled.goals] == [Money(40_00, "USD")]
    confirmed(one, again, "refund-under-way")
    assert [amount for _, _, amount in one.effects()] == ["10.00", "30.00"]


def test_what_comes_between_the_last_look_and_the_writing_stops_it(
    two: tuple[Office, Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    order_id, ready = tea(one, "authorized")
    write = one.stores.journal.cancel_sale

    def late(*values: Any) -> bool:
        other.act(order_id, Verb.CAPTURE)
        return bool(write(*values))

    monkeypatch.setattr(one.stores.journal, "cancel_sale", late)
    with pytest.raises(ChangedError, match="Somebody else acted on this order"):
        confirmed(one, ready)
    assert one.order(order_id).cancelled is None


def test_lines_are_not_cancelled_on_what_was_read_before(two: tuple[Office, Office]) -> None:
    """Without a line to Amazon nobody knows whether they were captured; the whole sale can be, all of it is due."""
    one, _ = two
    order_id, ready = tea(one, "authorized")
    one.transport.reachable = False
    with pytest.raises(OfflineError):
        confirmed(one, ready)
    assert one.order(order_id).cancelled is None
