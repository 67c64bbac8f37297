"""What was never read: whose turn it is, how much of it is left, and that nothing of it is forgotten or counted."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, charge, oid, open_at, permission, read, tracked
from tests.store.older import as_of

from azpay_tui.domain.rows import FIRST_SYNC, FirstSync, ReadResult, TrackedOrder
from azpay_tui.store.cache import due, queue
from azpay_tui.store.opening import Stores

MANY = FIRST_SYNC + 10


def learn(stores: Stores, *orders: TrackedOrder) -> None:
    stores.cache.reproject(stores.journal.track(orders, NOW).changed_ids, NOW)


def made(number: int, days: float) -> TrackedOrder:
    """Make an order of the shop that is so many days old, with one charge."""
    return replace(tracked(oid(number)), created=NOW - timedelta(days=days), side="shop")


def turns(stores: Stores, limit: int = 1000) -> list[str]:
    return [each.object_id for each in stores.cache.due(NOW, limit)]


def both(*numbers: int) -> list[str]:
    return [name for number in numbers for name in (oid(number), f"{oid(number)}-C000001")]


def test_the_newest_order_goes_first_each_with_its_permission_before_its_charges(stores: Stores) -> None:
    learn(stores, made(1, 5), made(2, 80), made(3, 1), replace(made(4, 0), created=None))
    assert turns(stores) == both(4, 3, 1, 2)
    assert turns(stores, 3) == both(4, 3)[:3]
    assert [each.object_id for each in stores.reader.queue(NOW, 3).objects] == both(4, 3)[:3]
    assert [each.object_id for each in stores.cache.due(NOW, 9, all_=True)] == both(4, 3, 1, 2)


def test_what_comes_later_finds_its_place_and_a_new_date_changes_it(stores: Stores) -> None:
    learn(stores, made(1, 5), made(2, 80))
    learn(stores, made(3, 30))
    assert turns(stores) == both(1, 3, 2)
    learn(stores, made(2, 2))
    assert turns(stores) == both(2, 1, 3)


def test_what_the_shop_is_done_with_goes_last_and_comes_back_when_it_is_not(stores: Stores) -> None:
    done = [replace(made(1 + n, n), claim=claim) for n, claim in enumerate(("shipped", "canceled", "refunded"))]
    learn(stores, *done, made(4, 20), replace(made(5, 10), claim="paid"))
    assert turns(stores) == both(5, 4, 1, 2, 3)
    learn(stores, replace(done[1], claim="part-refunded"))
    assert turns(stores) == both(2, 5, 4, 1, 3)


def test_on_screen_the_order_that_is_looked_at_goes_first(stores: Stores) -> None:
    learn(stores, *(made(number, number) for number in (1, 2, 3, 4)))
    watched = [oid(4), oid(3)]
    assert [each.object_id for each in stores.cache.due(NOW, 100, watched)] == both(4, 3, 1, 2)
    stores.cache.put([read(permission(oid(4))), read(charge(oid(4)))], NOW)
    assert [each.object_id for each in stores.cache.due(NOW, 100, watched)] == both(3, 1, 2)


def test_what_was_read_before_takes_turns_with_what_never_was(stores: Stores) -> None:
    learn(stores, *(made(number, number) for number in (1, 2, 3)))
    reads = [read(permission(oid(number))) for number in (1, 2)] + [read(charge(oid(1)))]
    stores.cache.put([replace(each, due=NOW) for each in reads], NOW)
    new = [f"{oid(2)}-C000001", oid(3), f"{oid(3)}-C000001"]
    assert turns(stores) == [new[0], oid(1), new[1], f"{oid(1)}-C000001", new[2], oid(2)]


def test_how_far_it_is_is_counted_until_all_were_asked_for(stores: Stores) -> None:
    learn(stores, *(made(number, 1) for number in range(1, FIRST_SYNC)))
    assert stores.reader.status(NOW).first is None, "a few orders are read before anybody wonders"
    learn(stores, *(made(number, 1) for number in range(FIRST_SYNC, MANY + 1)))
    status = stores.reader.status(NOW)
    assert status.first == FirstSync(MANY, MANY, (("charge", MANY), ("permission", MANY)))
    assert status.queue == 2 * MANY
    assert dict(stores.reader.queue(NOW).waiting) == {"permission": MANY, "charge": MANY}
    stores.cache.put([read(permission(oid(number))) for number in range(1, 11)], NOW)
    failed = ReadResult(oid(11), NOW, None, error="No answer.", due=NOW + timedelta(minutes=1))
    stores.cache.put([failed, replace(failed, object_id=oid(12), error="", missing=True), failed], NOW)
    first = stores.reader.status(NOW).first
    assert first is not None
    assert (first.total, first.done, first.left) == (MANY, 12, MANY - 12)
    assert turns(stores)[-1] != oid(11)
    assert [each.object_id for each in stores.cache.due(failed.due or NOW, 1000)][-1] == oid(11), "at the back"
    stores.cache.put([read(permission(oid(number))) for number in range(13, MANY + 1)], NOW)
    assert stores.reader.status(NOW).first is None
    learn(stores, made(MANY + 1, 1))
    assert stores.reader.status(NOW).first is None, "the next one begins anew"


def test_another_process_goes_on_where_the_last_one_was(data_dir: Path) -> None:
    with closing(open_at(data_dir)) as stores:
        learn(stores, *(made(number, number) for number in range(1, MANY + 1)))
        stores.cache.put([read(permission(oid(number))) for number in range(1, 21)], NOW)
        before, left = turns(stores), stores.reader.status(NOW).first
    with closing(open_at(data_dir)) as stores:
        assert turns(stores) == before
        assert stores.reader.status(NOW).first == left == FirstSync(
            MANY, MANY - 20, (("charge", MANY), ("permission", MANY - 20))
        )  # fmt: skip


def test_a_cache_of_an_earlier_version_knows_what_was_never_read(data_dir: Path, tmp_path: Path) -> None:
    with closing(open_at(data_dir)) as stores:
        learn(stores, *(made(number, number) for number in range(1, MANY + 1)))
        stores.cache.put([read(permission(oid(1))), ReadResult(oid(2), NOW, None, error="cut", due=NOW)], NOW)
    as_of(2, "cache", data_dir / "cache.db", tmp_path)
    with closing(open_at(data_dir)) as stores:
        first = stores.reader.status(NOW).first
        assert first == FirstSync(MANY - 2, MANY - 2, (("charge", MANY), ("permission", MANY - 2)))
        assert len(turns(stores)) == 2 * MANY - 1


@pytest.mark.parametrize(
    ("sql", "values", "index"),
    [
        (due._NEW, (10,), "object_turn"),
        (due._RESTING, (0, 10), "object_due"),
        (due._FAILING, (0, 10), "object_failed"),
        (queue._NEW, (10,), "object_turn"),
        (queue._NEXT, (10,), "object_due"),
    ],
)
def test_no_question_about_what_is_next_sorts_or_reads_everything(
    stores: Stores, data_dir: Path, sql: str, values: tuple[int, ...], index: str
) -> None:
    with closing(sqlite3.connect(data_dir / "cache.db")) as cache:
        plan = " ".join(str(row[3]) for row in cache.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    assert f"USING INDEX {index}" in plan
    assert "TEMP B-TREE" not in plan


def test_what_is_due_again_takes_turns_with_a_first_sync_and_takes_time(stores: Stores) -> None:
    learn(stores, made(1, 5))
    stores.cache.put([read(permission(oid(1)))], NOW)
    learn(stores, *(made(2 + n, n) for n in range(MANY)))
    later = NOW + timedelta(days=400)
    first = stores.reader.status(later).first
    assert first is not None
    assert first.between == 1
    assert FirstSync(9, 6, (("charge", 4), ("permission", 6)), 5).reads == (("charge", 6), ("permission", 9))
