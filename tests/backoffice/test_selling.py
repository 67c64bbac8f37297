"""Cancelling sales and deleting orders over the simulator: what moves, what is left, and that nothing moves twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from tests.support.figures import size, tell
from tests.support.office import Hands, Office, open_office

from azpay_tui import points
from azpay_tui.backoffice.errors import ChangedError, NotValidError, OfflineError
from azpay_tui.backoffice.records import SaleDone
from azpay_tui.backoffice.threads import Pool, Threads
from azpay_tui.domain import refund_limits
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.domain.status import attention, status_of

T = TypeVar("T")
R = TypeVar("R")


def cancel(office: Office, order_id: str, *accepted: str, note: str = "", **wanted: object) -> SaleDone:
    ready = office.desk.plan_sale(order_id, Wanted(**wanted))  # type: ignore[arg-type]
    return office.desk.cancel_sale(ready, accepted, note, lambda intent: None)


def states(done: SaleDone) -> list[tuple[str, str]]:
    return [(str(intent.draft.wish.verb), intent.state) for intent in done.intents]


def stands(office: Office, order_id: str) -> tuple[str, tuple[str, ...]]:
    order, now = office.order(order_id), office.desk.now()
    return status_of(order, now), attention(order, now)


def moved(office: Office) -> list[tuple[str, str | None]]:
    return [(operation, amount) for operation, _id, amount in office.effects()]


def settle(office: Office) -> None:
    """Let Amazon decide what is under way, and read it."""
    office.world(hours=2)
    office.desk.sync_once(all_=True)


def test_a_cancelled_captured_sale_is_refunded_by_itself(office: Office) -> None:
    """S2.9, S2.15: one confirmation, one refund; S2.7, S2.11: the order stays, as cancelled."""
    order_id = office.make("captured")
    done = cancel(office, order_id, note="out of stock")
    assert (states(done), done.left, done.due, done.problem) == ([("refund", "accepted")], (), None, None)
    assert stands(office, order_id) == ("REFUNDING", ())
    settle(office)
    assert stands(office, order_id) == ("CANCELED", ())
    assert moved(office) == [("refund", "120.00")]
    assert [note.text for note in office.desk.reader.marks(order_id).notes] == ["out of stock"]
    again = cancel(office, order_id)
    assert (again.intents, again.left) == ((), ())
    assert moved(office) == [("refund", "120.00")]


def test_by_hand_a_refund_is_due_until_it_was_made(tmp_path: Path) -> None:
    """S2.14, S2.16: the setting and the special case; S2.13: it stays in Attention until done."""
    with open_office(tmp_path, policy=Settings(cancel_sale="manual")) as office:
        order_id = office.make("captured")
        done = cancel(office, order_id)
        assert (done.intents, done.due) == ((), Money(120_00, "USD"))
        assert stands(office, order_id) == ("CANCELED", ("refund-due",))
        assert moved(office) == []
        assert office.act(order_id, Verb.REFUND, "50.00").state == "accepted"
        settle(office)
        assert stands(office, order_id) == ("CANCELED", ("refund-due",))
        assert states(cancel(office, order_id, refunds="automatic")) == [("refund", "accepted")]
        settle(office)
        assert stands(office, order_id) == ("CANCELED", ())
        assert moved(office) == [("refund", "50.00"), ("refund", "70.00")]


def test_an_authorization_that_lapses_under_a_local_cancel_revives_nothing(office: Office) -> None:
    """S2.11: what the shop decided stays so, with what Amazon says beside it."""
    order_id = office.make("authorized")
    ready = office.desk.plan_sale(order_id, Wanted())
    office.transport.reachable = False
    done = office.desk.cancel_sale(ready, (), "", lambda intent: None)
    assert isinstance(done.problem, OfflineError)
    assert [step.verb for step in done.left] == [Verb.CANCEL]
    office.transport.reachable = True
    assert stands(office, order_id) == ("CANCELED", ("cancel-open",))
    office.sim("POST", "/_sim/acts", {"act": "expire", "id": office.order(order_id).charges[0].id})
    office.desk.refresh([order_id], wait=True)
    (charge,) = office.order(order_id).charges
    assert (charge.state, charge.reason) == ("Canceled", "ExpiredUnused")
    assert stands(office, order_id) == ("CANCELED", ("cancel-open",))
    office.sim("POST", "/_sim/acts", {"act": "expire", "id": order_id})
    office.desk.refresh([order_id], wait=True)
    assert stands(office, order_id) == ("CANCELED", ())
    assert moved(office) == []


def test_a_capture_elsewhere_after_the_cancel_is_told_and_given_back(office: Office) -> None:
    order_id = office.make("authorized")
    ready = office.desk.plan_sale(order_id, Wanted())
    office.transport.reachable = False
    office.desk.cancel_sale(ready, (), "", lambda intent: None)
    office.transport.reachable = True
    (charge,) = office.order(order_id).charges
    office.sim("POST", "/_sim/acts", {"act": "capture-elsewhere", "id": charge.id})
    office.desk.refresh([order_id], wait=True)
    assert stands(office, order_id) == ("CANCELED", ("refund-due", "charged-after-cancel"))
    assert states(cancel(office, order_id)) == [("refund", "accepted")]
    settle(office)
    assert stands(office, order_id) == ("CANCELED", ())


def test_an_order_of_which_nothing_was_taken_is_cancelled_at_amazon(office: Office) -> None:
    """S2.2, S3.57, S4.13, S4.17: the order ends at Amazon with its open charges."""
    order_id = office.make("authorized")
    assert states(cancel(office, order_id)) == [("cancel", "succeeded")]
    (charge,) = office.order(order_id).charges
    assert (charge.state, charge.reason) == ("Canceled", "ChargePermissionCanceled")
    assert stands(office, order_id) == ("CANCELED", ())


def test_what_forbids_it_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    """S3.56: only while nothing was captured, where the shop's preset says so."""
    with open_office(tmp_path, policy=PRESETS["magento"]) as office:
        order_id = office.make("captured")
        with pytest.raises(NotValidError, match='cancel_sale = "refuse"'):
            cancel(office, order_id)
        other = office.make("authorized")
        assert states(cancel(office, other)) == [("cancel", "succeeded")]
        assert office.order(order_id).cancelled is None


def test_a_sale_of_which_a_charge_is_not_known_is_not_told_as_cancelled(office: Office) -> None:
    order_id = office.make("captured", known=False)
    with pytest.raises(NotValidError, match="shows a charge that is not known here"):
        cancel(office, order_id)
    assert office.order(order_id).cancelled is None
    (made,) = office.sim("GET", "/_sim/orders")
    office.desk.track([TrackedOrder(order_id, charge_ids=tuple(made["charge_ids"]))])
    office.desk.refresh([order_id], wait=True)
    assert states(cancel(office, order_id)) == [("refund", "accepted")]
    assert moved(office) == [("refund", "120.00")]


def test_a_warning_must_be_accepted_before_anything_is_written(office: Office) -> None:
    """S2.10: goodwill is above what was taken."""
    order_id = office.make("captured")
    extra = Money(18_00, "USD")
    with pytest.raises(NotValidError, match="beyond-capture"):
        cancel(office, order_id, extra=extra)
    assert office.order(order_id).cancelled is None
    cancel(office, order_id, "beyond-capture", extra=extra)
    assert moved(office) == [("refund", "138.00")]


def test_what_changed_since_the_plan_stops_it_and_nothing_is_sent(office: Office) -> None:
    order_id = office.make("captured")
    ready = office.desk.plan_sale(order_id, Wanted())
    (charge,) = office.order(order_id).charges
    office.sim("POST", "/_sim/acts", {"act": "refund-elsewhere", "id": charge.id, "amount": "100.00"})
    done = office.desk.cancel_sale(ready, (), "", lambda intent: None)
    assert isinstance(done.problem, ChangedError)
    assert moved(office) == []
    settle(office)
    assert states(cancel(office, order_id)) == [("refund", "accepted")]
    assert moved(office) == [("refund", "20.00")]


def test_what_was_confirmed_is_not_done_when_the_order_wants_less_by_then(office: Office) -> None:
    order_id = office.make("captured")
    ready = office.desk.plan_sale(order_id, Wanted(extra=Money(5_00, "USD")))
    (charge,) = office.order(order_id).charges
    office.sim("POST", "/_sim/acts", {"act": "refund-elsewhere", "id": charge.id, "amount": "10.00"})
    office.desk.refresh([order_id], wait=True)
    done = office.desk.cancel_sale(ready, ["beyond-capture"], "", lambda intent: None)
    assert isinstance(done.problem, ChangedError)
    assert [step.amount for step in done.left] == [Money(115_00, "USD")]
    assert moved(office) == []


def test_it_stops_at_the_first_step_that_does_not_succeed(office: Office) -> None:
    order_id = office.make("part-captured")
    office.fault("refund", "status", code=422, reason="TransactionAmountExceeded")
    done = cancel(office, order_id)
    assert (states(done), done.problem) == ([("refund", "refused")], None), "the next step is not even tried"
    assert [step.verb for step in done.left] == [Verb.REFUND, Verb.CLOSE]
    assert done.due == Money(48_00, "USD")
    assert states(cancel(office, order_id)) == [("refund", "accepted"), ("close", "succeeded")]


def test_an_order_is_deleted_when_it_owes_nobody_anything(office: Office) -> None:
    """S2.12, S2.13."""
    order_id = office.make("captured", number="77")
    with pytest.raises(NotValidError, match=r"120\.00 USD was paid and did not all go back: refund it first"):
        office.desk.delete_order(order_id)
    cancel(office, order_id)
    with pytest.raises(NotValidError, match="is not settled"):
        office.desk.delete_order(order_id)
    settle(office)
    office.desk.delete_order(order_id)
    assert office.desk.reader.order(order_id) is None
    told = office.desk.track([TrackedOrder(order_id, number="77", complete=True)])
    assert (told.added, told.deleted) == (0, (order_id,))
    assert office.desk.reader.order(order_id) is None
    assert [intent.draft.wish.amount for intent in office.desk.intents(order_id=order_id)] == [Money(120_00, "USD")]


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        ("authorized", "are held or being taken"),
        ("open", "can still be charged"),
        ("refunding", "A refund of .* is under way, expected by"),
    ],
)
def test_what_is_still_open_is_not_deleted(office: Office, situation: str, why: str) -> None:
    order_id = office.make(situation)
    with pytest.raises(NotValidError, match=why):
        office.desk.delete_order(order_id)
    assert office.desk.reader.order(order_id) is not None


def not_found(office: Office, operation: str, times: int = 1) -> None:
    office.fault(operation, "status", times, code=404, reason="ResourceNotFound")


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (("get-permission",), "Amazon knew this order before"),
        (("get-permission", "get-charge"), "Amazon knew this order before"),
        (("get-charge",), "Amazon does not find S01-.*-C"),
        ((), "shows a charge that is not known here"),
    ],
)
def test_an_order_that_was_paid_is_not_deleted(office: Office, lost: tuple[str, ...], why: str) -> None:
    """Neither while Amazon does not find it, or its charge, nor when the charge was made elsewhere."""
    order_id = office.make("captured", known=bool(lost))
    for operation in lost:
        not_found(office, operation)
    office.desk.refresh([order_id], wait=True)
    for operation in lost:
        not_found(office, operation)
    with pytest.raises(NotValidError, match=why):
        office.desk.delete_order(order_id)
    assert office.desk.reader.order(order_id) is not None


def test_what_was_not_found_once_is_asked_for_again_before_it_is_deleted(office: Office) -> None:
    order_id = office.make("captured")
    not_found(office, "get-permission")
    office.desk.refresh([order_id], wait=True)
    assert stands(office, order_id)[0] == "NOT FOUND"
    with pytest.raises(NotValidError, match=r"120\.00 USD was paid"):
        office.desk.delete_order(order_id)
    assert stands(office, order_id)[0] == "CAPTURED"


def test_what_amazon_never_knew_is_deleted_also_with_the_charges_that_an_import_named(office: Office) -> None:
    order_id = "S01-9999999-9999999"
    office.desk.track([TrackedOrder(order_id, charge_ids=(f"{order_id}-C999999",), source="import")])
    office.desk.refresh([order_id], wait=True)
    assert stands(office, order_id)[0] == "NOT FOUND"
    office.transport.reachable = False
    with pytest.raises(OfflineError):
        office.desk.delete_order(order_id)
    office.transport.reachable = True
    office.desk.delete_order(order_id)
    assert office.desk.reader.order(order_id) is None


# Killed at every named point


class Died(BaseException):
    """What a kill is in here: nothing after it runs."""


class Inline(Threads):
    """Does everything at once in the calling thread, so that one death ends all of it."""

    def begin(self, name: str, body: Callable[[], None], *, awaited: bool = True) -> None:
        body()

    def aside(self, name: str, body: Callable[[], T]) -> T:
        return body()

    def pool(self, name: str, workers: int) -> Pool:
        return _OneByOne()


class _OneByOne:
    def map(self, body: Callable[[T], R], things: Iterable[T], /) -> Iterator[R]:
        return iter([body(thing) for thing in things])

    def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
        return None


class Deaths:
    """Counts the points that are reached, and dies at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.reached = 0
        self._at = at

    def __call__(self, point: points.Point) -> None:
        self.reached += 1
        if self.reached == self._at:
            raise Died


STEPS = [("void", None), ("refund", "48.00"), ("close", None)]
"""What ends and refunds an order of which a part was captured, with a second authorization."""


def lived(directory: Path, deaths: Deaths) -> tuple[Hands, Office, str]:
    """Cancel such a sale in a process that may die of it."""
    hands = Hands()
    directory.mkdir()
    with open_office(directory, local=hands, threads=Inline()) as office:
        order_id = office.make("part-captured")
        office.act(order_id, Verb.AUTHORIZE, "20.00")
        ready = office.desk.plan_sale(order_id, Wanted())
        points.visit(deaths)
        try:
            office.desk.cancel_sale(ready, (), "", lambda intent: None)
        except Died:
            pass
        finally:
            points.visit(None)
    return hands, office, order_id


def finished(directory: Path, hands: Hands, dead: Office, order_id: str) -> list[tuple[str, str | None]]:
    """Settle what the dead process left and run the same again; returns what moved in all."""
    hands.advance(seconds=40)
    with open_office(directory, dead.simulator, local=hands, threads=Inline()) as office:
        for _look in range(3):
            office.desk.resume()
            if not office.desk.intents(open_only=True):
                break
            hands.advance(minutes=3)
        office.desk.refresh([order_id], wait=True)
        done = cancel(office, order_id)
        assert (done.left, done.due, done.problem) == ((), None, None)
        settle(office)
        assert stands(office, order_id) == ("CANCELED", ())
        assert office.stores.journal.verify() is None
        return [one for one in moved(office) if one[0] != "authorize"]


def test_killed_at_every_point_it_is_completed_by_the_same_again_and_nothing_moves_twice(tmp_path: Path) -> None:
    counted = Deaths()
    hands, office, order_id = lived(tmp_path / "whole", counted)
    assert finished(tmp_path / "whole", hands, office, order_id) == STEPS
    every = range(1, counted.reached + 1)
    few = size(4, len(every))
    tried = every[:: max(1, len(every) // few)]
    wrong = {}
    for at in tried:
        hands, office, order_id = lived(tmp_path / str(at), Deaths(at))
        found = finished(tmp_path / str(at), hands, office, order_id)
        if found != STEPS:
            wrong[at] = found
    tell("R1", len(tried), len(wrong))
    assert wrong == {}


def test_the_buyer_has_a_refund_by_a_day_and_the_alarm_goes_off_after_it(office: Office) -> None:
    """S2.18: pending with the day on which it is expected; nine working days after that it is late."""
    order_id = office.make("captured")
    office.sim("PATCH", "/_sim/settings", {"delay_seconds": 40 * 86_400})
    cancel(office, order_id)
    office.desk.refresh([order_id], wait=True)
    assert stands(office, order_id) == ("REFUNDING", ())
    (refund,) = office.order(order_id).refunds
    expected = refund_limits.refund_arrives(refund)
    assert expected is not None
    assert (expected - office.desk.now()).days in range(10, 14), "nine working days"
    office.local.now = expected - timedelta(minutes=1)
    assert stands(office, order_id)[1] == ()
    office.local.now = expected
    assert stands(office, order_id)[1] == ("refund-late",)
