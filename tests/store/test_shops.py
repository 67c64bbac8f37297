"""Who names an order, what the shop says of it, and the rows that follow: orphans, duplicates, disagreements."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, charge, fill, oid, open_at, permission, read, tracked
from tests.store.older import as_of

from azpay_tui.domain.filters import Narrowed, parse
from azpay_tui.domain.limits import fully_known
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order, Sighting
from azpay_tui.domain.rows import OrderLine, ReadResult, TrackedOrder, TrackResult
from azpay_tui.store.opening import Stores, rebuild_cache
from azpay_tui.store.sqlite import JOURNAL_SCHEMA, schema_of

LATER = NOW + timedelta(hours=1)
A, B, C = (oid(number) for number in (1, 2, 3))


def shop(order_id: str, number: str | None = None, **changes: object) -> TrackedOrder:
    values: dict[str, object] = {"source": "web", "side": "shop", "created": NOW - timedelta(days=3)}
    return TrackedOrder(order_id, number, **{**values, **changes})  # type: ignore[arg-type]


def reported(order_id: str, **changes: object) -> TrackedOrder:
    return shop(order_id, **{"source": "reports", "side": "amazon", **changes})  # type: ignore[arg-type]


def learn(stores: Stores, *orders: TrackedOrder, at: datetime = NOW) -> TrackResult:
    """Track orders as the back office does."""
    result = stores.journal.track(orders, at)
    stores.cache.reproject(result.changed_ids, at)
    return result


def known(stores: Stores, order_id: str) -> Order:
    order = stores.reader.order(order_id)
    assert order is not None
    return order


def differs(stores: Stores, order_id: str) -> tuple[str, ...]:
    row = stores.reader.row(order_id)
    assert row is not None
    return row.differs


def view(stores: Stores, name: str) -> set[str]:
    ids = {row.id for row in stores.reader.page(name, limit=1000).rows}
    assert stores.reader.counts()[name] == len(ids)
    return ids


def audits(data_dir: Path) -> int:
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])


# What sources say


def test_what_each_source_says_is_kept_apart_and_the_shops_word_counts(stores: Stores) -> None:
    lines = (OrderLine("Blue mug", "2", Money(2500, "EUR"), "MUG-B"), OrderLine("Tøj\ud800", "1", None, None))
    learn(stores, tracked(A, number="1001", side="shop", shop_status="old"))
    learn(stores, shop(A, "1001", shop_status="wc-processing", claim="paid", lines=lines), at=LATER)
    learn(stores, reported(A, shop_status="Closed"), TrackedOrder(A))
    facts = known(stores, A).shop
    assert facts.sightings == (
        Sighting("import", "shop", "1001", "old"),
        Sighting("web", "shop", "1001", "wc-processing", "paid"),
        Sighting("reports", "amazon", None, "Closed"),
        Sighting("track", "person"),
    )
    assert (facts.status, facts.claim) == ("wc-processing", "paid")
    assert facts.lines == (lines[0], replace(lines[1], name="Tøj?"))
    row = stores.reader.row(A)
    assert row is not None
    assert (row.shop_status, row.claim) == ("wc-processing", "paid")


def test_a_log_of_the_same_source_takes_nothing_back_that_the_shop_said(stores: Stores) -> None:
    learn(stores, tracked(A, number="1001", side="shop", shop_status="done", claim="paid"))
    assert learn(stores, tracked(A, side="person"), at=LATER).updated == 0
    facts = known(stores, A).shop
    assert (facts.named, facts.status) == (True, "done")


def test_lines_with_prices_go_before_those_that_only_name_what_was_ordered(stores: Stores) -> None:
    eur = {minor: Money(minor, "EUR") for minor in (342, 495, 900, 2142)}
    priced = (
        OrderLine("Tea", "2", eur[2142], "TEA", "item", eur[900], eur[342]),
        OrderLine("Post", "", eur[495], None, "shipping"),
    )
    learn(stores, tracked(A, side="shop", lines=priced))
    learn(stores, shop(A, "1001", lines=(OrderLine("Tea", "2", None, None),)), at=LATER)
    assert known(stores, A).shop.lines == priced
    assert learn(stores, tracked(A, side="shop", lines=priced)).unchanged == 1
    told = (replace(priced[0], tax=None), priced[1])
    assert learn(stores, tracked(A, side="shop", lines=told)).updated == 1
    assert known(stores, A).shop.lines == told


def test_a_file_of_yesterday_does_not_overrule_a_configured_source(stores: Stores) -> None:
    learn(stores, shop(A, "1001", shop_status="shipped", claim="shipped"))
    learn(stores, tracked(A, number="1001", side="shop", shop_status="pending", claim="open"), at=LATER)
    assert known(stores, A).shop.claim == "shipped"


def test_the_same_again_changes_nothing_at_all(stores: Stores, data_dir: Path) -> None:
    lines = (OrderLine("Mug", "1", Money(900, "EUR"), None),)
    said = [
        shop(A, "1001", amount=Money(900, "EUR"), shop_status="done", claim="paid", lines=lines),
        # One payment, two orders of the shop, each with labels of its own.
        shop(B, "1002", amount=Money(100, "EUR"), buyer_name="Jane"),
        shop(B, "1003", amount=Money(200, "EUR"), buyer_name="Joe"),
        reported(A, number="2222", amount=Money(1, "EUR")),
        shop(C, charge_ids=(f"{C}-C000001",)),
    ]
    learn(stores, *said)
    before = (data_dir / "journal.db").read_bytes()
    for again in (said, said[::-1], [*said, *said]):
        result = learn(stores, *again, at=LATER)
        assert (result.added, result.updated, result.unchanged) == (0, 0, len(again))
        assert result.changed_ids == ()
    assert (data_dir / "journal.db").read_bytes() == before
    assert stores.journal.verify() is None


def test_what_is_new_changes_one_order_and_leaves_one_trace(stores: Stores, data_dir: Path) -> None:
    learn(stores, shop(A, "1001", shop_status="new", claim="open"), shop(B, "1002"))
    for new in (
        {"shop_status": "done", "claim": "paid"},
        {"shop_status": "other word", "claim": None},
        {"lines": (OrderLine("Mug", "1", None, None),)},
        {"amount": Money(900, "EUR")},
        {"created": NOW - timedelta(days=4)},
        {"number": "1001-b"},
        {"complete": True},
    ):
        count = audits(data_dir)
        result = learn(stores, shop(A, **{"number": "1001", **new}), shop(B, "1002"))  # type: ignore[arg-type]
        assert (result.updated, result.unchanged, result.changed_ids) == (1, 1, (A,)), new
        assert audits(data_dir) == count + 1
    assert stores.journal.verify() is None


def test_an_order_named_without_a_number_gets_the_first_that_comes(stores: Stores) -> None:
    learn(stores, shop(A), shop(A, "1001"), shop(A, shop_status="done"), shop(A, "1002"))
    assert known(stores, A).shop.sightings == (
        Sighting("web", "shop", "1001", "done"),
        Sighting("web", "shop", "1002"),
    )


def test_a_report_fills_labels_in_and_replaces_none(stores: Stores) -> None:
    learn(stores, reported(A, number="R-1", buyer_name="Report"), shop(A, "1001"), reported(A, number="R-2"))
    facts = known(stores, A).shop
    assert (facts.number, facts.buyer_name) == ("1001", "Report")
    assert stores.reader.page(query="R-2").rows[0].id == A


def test_a_complete_source_of_any_name_makes_an_order_fully_known(stores: Stores) -> None:
    learn(stores, shop(A, "1001", charge_ids=(f"{A}-C000001",)), shop(B, "1002", complete=True))
    stores.cache.put([read(permission(A)), read(charge(A)), read(permission(B))], NOW)
    assert not fully_known(known(stores, A))
    assert fully_known(known(stores, B))
    learn(stores, shop(A, "1001", charge_ids=(f"{A}-C000001",), complete=True))
    assert fully_known(known(stores, A))


# Orphans


def test_orders_become_orphans_when_the_shop_is_first_heard(stores: Stores) -> None:
    learn(stores, reported(A), reported(B), TrackedOrder(C))
    assert view(stores, "orphans") == set()
    learn(stores, shop(B, "1002"))
    assert view(stores, "orphans") == {A, C}
    assert differs(stores, A) == ("not-in-shop",)
    learn(stores, shop(A, "1001"))
    assert view(stores, "orphans") == {C}


def test_what_is_older_than_all_the_shop_named_is_expected_nowhere(stores: Stores) -> None:
    days = [timedelta(days=number) for number in range(10)]
    learn(stores, *(reported(oid(number), created=NOW - days[number]) for number in range(1, 9)))
    learn(stores, shop(oid(20), "20", created=NOW - days[3]))
    assert view(stores, "orphans") == {oid(1), oid(2), oid(3)}
    learn(stores, shop(oid(21), "21", created=NOW - days[6]))
    assert view(stores, "orphans") == {oid(number) for number in range(1, 7)}
    learn(stores, reported(oid(30), created=NOW), reported(oid(31), created=NOW - days[9]))
    assert view(stores, "orphans") == {oid(30), *(oid(number) for number in range(1, 7))}
    assert stores.cache.tick(NOW) == ()


def test_a_shop_that_names_no_days_is_expected_to_name_all(stores: Stores) -> None:
    learn(stores, reported(A, created=NOW - timedelta(days=900)), shop(B, "1002", created=None))
    assert view(stores, "orphans") == {A}
    learn(stores, shop(B, "1002", created=NOW - timedelta(days=3)))
    assert view(stores, "orphans") == set()


def test_an_order_that_neither_side_has_is_none_and_one_the_shop_alone_has_is_the_reverse(stores: Stores) -> None:
    learn(stores, shop(A, "1001"), shop(B, "1002"), reported(C))
    missing = [ReadResult(order_id, NOW, None, missing=True) for order_id in (A, C)]
    stores.cache.put(missing, NOW)
    assert view(stores, "orphans") == {A}
    assert differs(stores, A) == ("not-at-amazon",)
    assert differs(stores, C) == ()


def test_orphans_are_right_after_a_rebuild_and_when_another_process_was_cut_off(stores: Stores, data_dir: Path) -> None:
    learn(stores, reported(A), TrackedOrder(C))
    stores.journal.track([shop(B, "1002")], NOW)  # and dies
    stores.cache.catch_up(NOW)
    assert view(stores, "orphans") == {A, C}
    stores.close()
    rebuild_cache(data_dir, NOW)
    again = open_at(data_dir)
    assert view(again, "orphans") == {A, C}
    learn(again, reported(oid(9)))
    assert view(again, "orphans") == {A, C, oid(9)}
    again.close()


def test_an_orphan_says_until_when_the_configured_shop_was_asked(stores: Stores, data_dir: Path) -> None:
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection, connection:
        sql = "INSERT INTO source (name, kind, side, covered_until) VALUES (?, 'command', ?, ?)"
        micros = int(NOW.timestamp() * 1_000_000)
        connection.executemany(sql, [("web", "shop", micros), ("reports", "amazon", micros + 1), ("new", "shop", None)])
    learn(stores, shop(B, "1002"), reported(A))
    assert known(stores, A).shop.asked_at == NOW


# One number or one payment twice


def test_one_number_of_two_payments_is_said_of_both(stores: Stores) -> None:
    learn(stores, shop(A, "1001"), shop(C, "1003"))
    assert differs(stores, A) == ()
    learn(stores, shop(B, "1001"))
    assert differs(stores, A) == differs(stores, B) == ("same-number",)
    assert known(stores, A).shop.shared == (("1001", B),)
    assert view(stores, "diverged") == {A, B}
    learn(stores, shop(C, "1001", source="another shop"), reported(C, number="1001"))
    assert differs(stores, C) == ()


def test_a_number_that_a_whole_harvest_shares_costs_a_few_looks_each(stores: Stores) -> None:
    learn(stores, shop(oid(9_000), "0"))
    ids = [oid(number) for number in range(1, 801)]
    learn(stores, *(shop(order_id, "0") for order_id in ids))
    assert view(stores, "diverged") == {*ids, oid(9_000)}
    assert len(known(stores, ids[-1]).shop.shared) == 5


def test_one_payment_of_two_orders_is_said(stores: Stores) -> None:
    learn(stores, shop(A, "1001"), shop(A, "1002"), tracked(B, number="2001"), shop(B, "2002"))
    assert differs(stores, A) == ()
    stores.cache.put([read(permission(A)), read(permission(B))], NOW)
    assert differs(stores, A) == ("two-orders",)
    assert differs(stores, B) == ()


# The shop's word beside Amazon's


def test_a_new_word_of_the_shop_has_the_order_read_again_before_it_is_judged(stores: Stores) -> None:
    [order_id] = fill(stores, 1)
    assert not stores.cache.due(LATER, 9)
    learn(stores, shop(order_id, "1000", shop_status="done", claim="paid"), at=LATER)
    assert differs(stores, order_id) == ()
    assert {due.object_id for due in stores.cache.due(LATER, 9)} == {order_id, f"{order_id}-C000001"}
    stores.cache.put([read(permission(order_id), LATER)], LATER)
    assert differs(stores, order_id) == ()
    stores.cache.put([read(charge(order_id), LATER)], LATER)
    assert differs(stores, order_id) == ("capture-due",)
    assert view(stores, "diverged") == {order_id}
    captured = charge(order_id, state="Captured", captured=Money(12000, "USD"))
    balance = permission(order_id, balance=Money(0, "USD"))
    stores.cache.put([read(balance, LATER), read(captured, LATER)], LATER)
    assert view(stores, "diverged") == set()


def test_a_read_that_failed_keeps_its_turn_when_the_shop_speaks(stores: Stores) -> None:
    [order_id] = fill(stores, 1)
    late = LATER + timedelta(hours=5)
    stores.cache.put([ReadResult(order_id, NOW, None, error="No.", due=late)], NOW)
    learn(stores, shop(order_id, shop_status="done", claim="paid"), at=LATER)
    assert {due.object_id for due in stores.cache.due(LATER, 9)} == {f"{order_id}-C000001"}


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("shop=paid", {A, B}),
        ("shop=wc-done", {A}),
        ("shop=WC_Done", {A}),
        ("shop=ganz-fertig", {B}),
        ("shop!=paid", {C}),
        ("shop=any", {A, B}),
        ("shop=none", {C}),
        ("differs=any", {A, C}),
        ("differs=not-in-shop", {C}),
        ("differs=same-number,two-orders", {A}),
        ("differs!=two-orders", {B, C}),
        ("differs=none shop=paid", {B}),
    ],
)
def test_lists_are_narrowed_by_the_shops_word_and_by_what_differs(
    stores: Stores, filter_: str, found: set[str]
) -> None:  # fmt: skip
    learn(stores, shop(A, "1", shop_status="WC-Done", claim="paid"), shop(A, "2", shop_status="WC-Done", claim="paid"))
    learn(stores, shop(B, "3", shop_status="Ganz  fertig", claim="paid"), reported(C))
    stores.cache.put([read(permission(A))], NOW)
    page = stores.reader.page(narrowed=Narrowed(parse(filter_), NOW))
    assert {row.id for row in page.rows} == found


# Coming from the version before


def test_a_journal_of_the_fourth_version_keeps_the_lines_it_has(stores: Stores, data_dir: Path, tmp_path: Path) -> None:
    lines = (OrderLine("Mug", "1", Money(900, "EUR"), None),)
    learn(stores, shop(A, "1001", lines=lines))
    stores.close()
    as_of(4, "journal", data_dir / "journal.db", tmp_path)
    again = open_at(data_dir)
    assert known(again, A).shop.lines == lines
    assert again.journal.verify() is None
    again.close()


def test_a_journal_of_the_second_version_knows_who_named_its_orders(
    stores: Stores, data_dir: Path, tmp_path: Path
) -> None:
    ids = [oid(number) for number in range(1, 5)]
    learn(stores, tracked(ids[0], number="1001", created=NOW - timedelta(days=2)))
    learn(stores, TrackedOrder(ids[1]), TrackedOrder(ids[2]), tracked(ids[2], number="1003"))
    learn(stores, TrackedOrder(ids[3], source="us"))
    stores.close()
    as_of(2, "journal", data_dir / "journal.db", tmp_path)
    as_of(2, "cache", data_dir / "cache.db", tmp_path)
    again = open_at(data_dir)
    assert schema_of(data_dir / "journal.db") == JOURNAL_SCHEMA
    found = [known(again, order_id).shop.sightings for order_id in ids]
    assert found == [
        (Sighting("import", "shop", "1001"),),
        (Sighting("track", "person"),),
        (Sighting("import", "shop", "1003"),),
        (Sighting("us", "us"),),
    ]
    assert view(again, "orphans") == {ids[1], ids[3]}
    # The import again: everything is as it was, only how its labels read is noted.
    count = audits(data_dir)
    same = tracked(ids[0], number="1001", created=NOW - timedelta(days=2), side="shop")
    assert learn(again, same).unchanged == 1
    assert learn(again, same).unchanged == 1
    assert audits(data_dir) == count
    assert again.journal.verify() is None
    again.close()
