"""Personal data expires by itself, once a day, in the process that refreshes; money and ids stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.office import Office, open_office

from azpay_tui.backoffice import purging
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.store.journal.verify import verify_journal
from azpay_tui.store.locks import Lease

NAME, EMAIL = "Zora Zqcanary", "zqcanary@example.com"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(purging, "_AGAIN", 0.0)
    with open_office(tmp_path) as opened:
        yield opened


def make(shop: Office, situation: str, **more: object) -> str:
    """Make an order whose buyer the shop named."""
    order_id = shop.make(situation, **more)
    shop.desk.track([TrackedOrder(order_id, side="shop", source="import", buyer_name=NAME, buyer_email=EMAIL)])
    return order_id


def named(shop: Office) -> int:
    """Count the files in which the shop's buyer stands."""
    files = [path for path in shop.stores.data.path.rglob("*") if path.is_file()]
    return sum(b"zqcanary" in path.read_bytes().lower() for path in files)


def is_known(shop: Office, order_id: str) -> bool:
    order = shop.order(order_id)
    assert (order.buyer_name is None) == (order.purged_at is not None)
    return order.buyer_name is not None


def day(shop: Office, days: float) -> None:
    """Let days pass, then do what the holder of the lease does."""
    shop.world(days=days)
    shop.desk.sync_once()


def test_it_expires_thirty_days_after_the_last_duty(shop: Office) -> None:
    captured, authorized = make(shop, "captured"), make(shop, "authorized")
    day(shop, 27)
    assert is_known(shop, captured)
    day(shop, 1)  # the thirtieth since it was captured ended before midnight
    assert not is_known(shop, captured)
    assert is_known(shop, authorized)
    assert shop.order(captured).charges[0].captured is not None
    assert shop.stores.journal.verify() is None
    assert named(shop)  # of the order on which something is due
    assert shop.desk.purge([authorized]) == (authorized,)
    assert not named(shop)
    shop.desk.refresh([authorized, captured], wait=True)
    assert not is_known(shop, authorized)


def test_what_is_done_after_a_purge_brings_nobody_back(shop: Office) -> None:
    order_id = make(shop, "authorized")
    permission = shop.order(order_id).permission
    assert permission is not None
    assert permission.buyer is not None
    buyer = (permission.buyer.email or "").encode()
    assert shop.desk.purge([order_id]) == (order_id,)
    done = shop.act(order_id, Verb.CANCEL)  # Amazon answers with the order and its buyer
    assert done.state == "succeeded"
    (came,) = shop.stores.journal.evidence(done.id)
    assert order_id.encode() in came.raw
    assert not [path for path in shop.stores.data.path.rglob("*") if path.is_file() and buyer in path.read_bytes()]
    found = verify_journal(shop.stores.data.path)
    assert found is not None
    assert found.whole


def test_a_refund_starts_the_time_again(shop: Office) -> None:
    order_id = make(shop, "captured")
    day(shop, 20)
    assert shop.act(order_id, Verb.REFUND, "5.00").state == "accepted"
    day(shop, 0.1)
    day(shop, 20)
    assert is_known(shop, order_id)
    day(shop, 12)
    assert not is_known(shop, order_id)


def test_an_open_action_and_a_reminder_keep_it(shop: Office) -> None:
    reminded = make(shop, "captured")
    shop.desk.mark([reminded], MarkChange(remind=shop.local.now + timedelta(days=60)))
    day(shop, 40)
    assert is_known(shop, reminded)
    shop.desk.mark([reminded], MarkChange(forget_reminder=True))
    assert shop.act(reminded, Verb.REFUND, "5.00").state == "accepted"
    day(shop, 0)
    assert shop.desk.purge([reminded]) == ()
    assert is_known(shop, reminded)
    day(shop, 1)
    assert shop.desk.purge([reminded]) == (reminded,)


def test_only_the_holder_of_the_lease_does_it(shop: Office) -> None:
    order_id = make(shop, "captured")
    other = Lease(shop.stores.data.refresh_lock)
    assert other.try_acquire()
    day(shop, 31)
    assert is_known(shop, order_id)
    other.release()
    shop.desk.sync_once()
    assert not is_known(shop, order_id)
    assert not shop.stores.lease.held


def test_a_clock_that_nobody_confirms_removes_nothing(shop: Office) -> None:
    order_id = make(shop, "captured")
    shop.transport.reachable = False
    shop.local.advance(days=400)
    shop.desk.works.purging.due()
    assert is_known(shop, order_id)
    shop.transport.reachable = True
    shop.desk.sync_once()
    assert not is_known(shop, order_id)
