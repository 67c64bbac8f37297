"""The head of the queue as people see it: what fails first, then by time, and never a scan of everything."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.store.making import NOW, ORDER, charge, fill, oid, open_at, permission

from azpay_tui.domain.queue import Queue
from azpay_tui.domain.rows import ReadResult
from azpay_tui.store.cache import queue
from azpay_tui.store.cache.read import CacheReader


def test_failing_objects_come_first_then_those_due_soonest(tmp_path: Path) -> None:
    with closing(open_at(tmp_path)) as stores:
        fill(stores, 3)
        due = NOW + timedelta(minutes=5)
        failed = ReadResult(f"{oid(2)}-C000001", NOW, None, error="No answer.", due=due)
        soon = ReadResult(permission(oid(3)).id, NOW, permission(oid(3)), due=NOW - timedelta(minutes=1))
        stores.cache.put([failed, soon], NOW)
        found = stores.reader.queue(NOW)
        first, second = found.objects[:2]
        assert (first.object_id, first.attempts, first.error) == (f"{oid(2)}-C000001", 1, "No answer.")
        assert (first.state, first.kind, first.order_id) == ("Authorized", "charge", oid(2))
        assert (second.object_id, second.due) == (oid(3), NOW - timedelta(minutes=1))
        assert found.waiting == (("permission", 1),)
        assert len(found.objects) == 6
        assert len(stores.reader.queue(NOW, 2).objects) == 3


def test_the_objects_of_an_order_with_their_times(tmp_path: Path) -> None:
    with closing(open_at(tmp_path)) as stores:
        fill(stores, 1)
        stores.cache.put([ReadResult(charge(oid(1)).id, NOW, None, missing=True)], NOW)
        first, second = stores.reader.objects(oid(1))
        assert (first.object_id, first.state, first.read) == (oid(1), "Chargeable", NOW)
        assert (second.missing, second.due) == (True, None)
        assert stores.reader.objects("S01-9999999-9999999") == ()


def test_without_a_cache_nothing_waits(tmp_path: Path) -> None:
    reader = CacheReader(tmp_path / "none")
    assert reader.queue(NOW) == Queue((), ())
    assert reader.objects(ORDER) == ()


def test_no_question_reads_every_object(tmp_path: Path) -> None:
    with closing(open_at(tmp_path)) as stores:
        fill(stores, 3)
    with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
        for sql, values in (
            (queue._FAILING, (10,)),
            (queue._NEXT, (10,)),
            (queue._OF_ORDER, (ORDER,)),
            (queue._WAITING, (0, 10)),
        ):
            plan = " ".join(str(row[3]) for row in cache.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "USING INDEX" in plan
            assert "SCAN object " not in plan or "USING INDEX" in plan
