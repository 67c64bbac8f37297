"""What the shop is told: every change of a status once, in order, by whoever looks next, and nothing of a buyer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import UsageError
from azpay_tui.domain.announcements import envelope
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.messages import Channel, Delivered, Message, Outcome, Refused
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.store.errors import JournalUnavailable


@dataclass
class Shop:
    """A courier that keeps what arrives, unless it refuses."""

    refuses: int = 0
    repeatable: bool = True
    arrived: list[dict[str, Any]] = field(default_factory=list)

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        if self.refuses:
            self.refuses -= 1
            return Refused("The shop answered HTTP 503.")
        self.arrived.append(json.loads(envelope(message)))
        return Delivered()

    def statuses(self, order_id: str | None = None) -> list[tuple[str | None, str]]:
        """Return what was told of an order or of all: the status before and the one then."""
        told = [document["data"] for document in self.arrived if document["type"] == "order.status"]
        return [(data["before"], data["status"]) for data in told if order_id in (None, data["order"])]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def office(tmp_path: Path, shop: Shop) -> Iterator[Office]:
    with open_office(tmp_path, couriers={"webhook": shop}) as opened:
        opened.desk.sync_once()  # telling begins
        yield opened


def test_a_change_of_status_is_told_with_ids_and_amounts(office: Office, shop: Shop) -> None:
    order_id = office.make("authorized", number="1001")
    assert shop.arrived == []  # what is first known is told to nobody
    office.act(order_id, Verb.CAPTURE)
    office.world(hours=2)
    office.desk.sync_once()
    (told,) = shop.arrived
    (message,) = office.desk.messages.list()
    money = {"minor": 12000, "currency": "USD", "amount": "120.00"}
    assert (told["id"], told["sequence"], told["type"]) == (message.id, 1, "order.status")
    assert told["timestamp"].endswith("Z")
    assert told["data"] == {
        "profile": "sim",
        "environment": "simulator",
        "order": order_id,
        "number": "1001",
        "status": "CAPTURED",
        "before": "AUTHORIZED",
        "ship": "SHIP",
        "amount": money,
        "captured": money,
        "refunded": {**money, "minor": 0, "amount": "0.00"},
        "charges": [office.order(order_id).charges[0].id],
        "refunds": [],
    }
    assert message.state == "delivered"
    office.desk.sync_once()
    assert len(shop.arrived) == 1


def test_an_import_of_many_orders_tells_nothing_and_their_changes_are_told(office: Office, shop: Shop) -> None:
    ids = [office.make("authorized") for _ in range(5)]
    office.desk.sync_once(all_=True)
    assert shop.arrived == []
    charge = office.order(ids[0]).charges[0].id
    office.sim("POST", "/_sim/acts", {"act": "void-elsewhere", "id": charge})
    office.desk.sync_once(all_=True)
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]


def test_an_order_that_is_read_for_the_first_time_is_told_to_nobody(office: Office, shop: Shop) -> None:
    made = office.sim("POST", "/_sim/orders", [{"situation": "authorized"}])[0]
    office.desk.track([TrackedOrder(made["permission_id"], charge_ids=tuple(made["charge_ids"]))])
    office.desk.messages.send()  # somebody looks before it was read
    office.desk.sync_once()
    assert office.desk.reader.statuses() == {made["permission_id"]: "AUTHORIZED"}
    assert shop.arrived == []


def test_what_was_so_when_telling_began_is_not_told(tmp_path: Path, shop: Shop) -> None:
    with open_office(tmp_path) as office:
        order_id, simulator = office.make("authorized"), office.simulator
    with open_office(tmp_path, simulator, couriers={"webhook": shop}) as office:
        office.desk.sync_once()
        office.act(order_id, Verb.VOID)
        office.desk.sync_once(all_=True)
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]


def test_what_happened_while_nobody_was_told_is_not_told_afterwards(tmp_path: Path, shop: Shop) -> None:
    with open_office(tmp_path, couriers={"webhook": shop}) as office:
        order_id, simulator = office.make("authorized"), office.simulator
    with open_office(tmp_path, simulator) as office:
        office.desk.sync_once()
        office.act(order_id, Verb.VOID)
        office.desk.sync_once()
    with open_office(tmp_path, simulator, couriers={"webhook": shop}) as office:
        office.desk.sync_once(all_=True)
    assert shop.arrived == []


def test_an_order_that_was_acted_on_before_anybody_looked_is_told(office: Office, shop: Shop) -> None:
    """Imported, read and captured by commands that deliver nothing: the shop would never hear of it."""
    made = office.sim("POST", "/_sim/orders", [{"situation": "authorized"}])[0]
    order_id = made["permission_id"]
    office.desk.track([TrackedOrder(order_id, charge_ids=tuple(made["charge_ids"]))])
    office.desk.refresh([order_id], wait=True)
    office.act(order_id, Verb.VOID)
    office.desk.sync_once()
    assert shop.statuses() == [(None, "VOIDED")]


def test_a_process_that_died_before_it_told_is_made_good_by_the_next_one(tmp_path: Path, shop: Shop) -> None:
    with open_office(tmp_path, couriers={"webhook": shop}) as office:
        office.desk.sync_once()
        order_id, simulator = office.make("authorized"), office.simulator
        office.act(order_id, Verb.VOID)  # in the cache, and nobody looked at it
    with open_office(tmp_path, simulator, couriers={"webhook": shop}) as office:
        office.desk.sync_once()
        office.desk.sync_once()
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]


def test_a_cache_made_anew_tells_nothing_again(tmp_path: Path, shop: Shop) -> None:
    with open_office(tmp_path, couriers={"webhook": shop}) as office:
        office.desk.sync_once()
        order_id, simulator = office.make("authorized"), office.simulator
        office.act(order_id, Verb.VOID)
        office.desk.sync_once()
    for file in (tmp_path / "data").glob("cache.db*"):
        file.unlink()
    with open_office(tmp_path, simulator, couriers={"webhook": shop}) as office:
        assert office.desk.reader.statuses() == {order_id: "NEW"}
        office.desk.messages.send()
        office.desk.sync_once()
        assert office.desk.reader.statuses() == {order_id: "VOIDED"}
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]


def test_a_hook_that_fails_three_times_is_told_once_in_the_end_and_its_history_is_readable(
    office: Office, shop: Shop
) -> None:
    order_id = office.make("authorized")
    office.act(order_id, Verb.VOID)
    shop.refuses = 3
    for hours in (0, 1, 1, 1):
        office.world(hours=hours)
        office.desk.sync_once()
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]
    (message,) = office.desk.messages.list(order_id=order_id)
    _message, tries = office.desk.messages.show(message.id)
    assert [each.result for each in tries] == ["refused", "refused", "refused", "delivered"]
    assert {each.why for each in tries[:3]} == {"The shop answered HTTP 503."}


def test_both_hooks_are_told(tmp_path: Path, shop: Shop) -> None:
    other = Shop()
    couriers: dict[Channel, Shop] = {"command": other, "webhook": shop}
    with open_office(tmp_path, couriers=couriers) as office:
        office.desk.sync_once()
        order_id = office.make("authorized")
        office.act(order_id, Verb.VOID)
        office.desk.sync_once()
    assert shop.statuses(order_id) == other.statuses(order_id) == [("AUTHORIZED", "VOIDED")]
    assert shop.arrived[0]["id"] != other.arrived[0]["id"]


def test_a_console_tells_by_itself(office: Office, shop: Shop) -> None:
    order_id = office.make("authorized")
    office.desk.start()
    office.act(order_id, Verb.VOID)
    office.until(lambda: shop.statuses() == [("AUTHORIZED", "VOIDED")])


def test_a_journal_that_cannot_be_written_stops_no_sync(office: Office, shop: Shop) -> None:
    order_id = office.make("authorized")
    office.act(order_id, Verb.VOID)
    file = office.stores.journal.file
    file._refusal = JournalUnavailable("The journal is full.")
    office.desk.sync_once()
    file._refusal = None
    assert shop.arrived == []
    office.desk.sync_once()
    assert shop.statuses() == [("AUTHORIZED", "VOIDED")]


def test_a_test_goes_to_every_hook_and_to_nothing_else(office: Office, shop: Shop) -> None:
    order_id = office.make("authorized")
    office.act(order_id, Verb.VOID)
    (message,) = office.desk.messages.test()
    assert (message.state, message.draft.order_id) == ("delivered", "")
    assert [told["type"] for told in shop.arrived] == ["test"]
    assert shop.arrived[0]["data"] == {"profile": "sim", "environment": "simulator"}


def test_without_a_hook_there_is_nothing_to_test(tmp_path: Path) -> None:
    with open_office(tmp_path) as office, pytest.raises(UsageError, match="tells nobody"):
        office.desk.messages.test()
