"""What was read goes in, rows come out; the cache follows Amazon's facts, the journal and time."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select
from tests.store.making import (
    NOW,
    ORDER,
    answer,
    charge,
    draft,
    fill,
    oid,
    open_at,
    permission,
    read,
    refund,
    tracked,
)

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError, Money
from azpay_tui.domain.order import Address, Buyer, Charge, Permission, Reason, Refund
from azpay_tui.domain.rows import ReadResult
from azpay_tui.domain.status import ATTENTION_CODES
from azpay_tui.store.cache.facts import from_json, to_json
from azpay_tui.store.cache.project import _URGENCY
from azpay_tui.store.cache.tables import ListRowRow, ObjectRow, ViewCountRow
from azpay_tui.store.engine import make_engine
from azpay_tui.store.errors import CacheUnavailable
from azpay_tui.store.opening import Stores
from azpay_tui.store.times import from_micros

CHARGE = f"{ORDER}-C000001"


def known(stores: Stores, **shop: object) -> None:
    stores.cache.reproject(stores.journal.track([tracked(**shop)], NOW).changed_ids, NOW)


def charges(stores: Stores) -> tuple[Charge, ...]:
    order = stores.reader.order(ORDER)
    assert order is not None
    return order.charges


def status(stores: Stores, order_id: str = ORDER) -> str:
    row = stores.reader.row(order_id)
    assert row is not None
    return row.status


@pytest.mark.parametrize(
    "fact",
    [
        permission(),
        Permission(ORDER, "Neu", "Irgendwas"),
        permission(
            reasons=(Reason("Expired", "x"), Reason("Y")),
            shipping=Address(name="Ünï", postal_code="1"),
            limit=Money(5, "XXX", 3),
            reference="#1",
        ),
        charge(captured=Money(1, "USD"), reason="SoftDeclined", description="d"),
        Charge(CHARGE, "Weird", Money(0, "JPY")),
        refund(),
        refund(created=None, updated=None),
    ],
)
def test_facts_come_back_as_they_went_in(fact: Permission | Charge | Refund) -> None:
    assert from_json(to_json(fact)) == fact


def test_every_attention_code_has_its_urgency() -> None:
    apart = set(_URGENCY) ^ set(ATTENTION_CODES)
    assert not apart, f"_URGENCY of store/cache/project.py places each code of ATTENTION_CODES: {sorted(apart)}"


def test_an_order_is_put_together_from_everything_known(stores: Stores) -> None:
    known(stores, number="1001", amount=Money(9000, "USD"))
    changed = stores.cache.put([read(permission()), read(charge()), read(refund())], NOW)
    assert changed == (ORDER,)
    order = stores.reader.order(ORDER)
    assert order is not None
    assert (order.permission, order.charges, order.refunds) == (permission(), (charge(),), (refund(),))
    assert (order.number, order.amount, order.unread, order.refreshed_at) == (
        "1001",
        Money(9000, "USD"),
        frozenset(),
        NOW,
    )
    assert stores.reader.raw(ORDER) == {ORDER: "{}", CHARGE: "{}", f"{ORDER}-R000002": "{}"}
    assert stores.reader.order(oid(2)) is None


def test_the_same_facts_again_change_nothing(stores: Stores) -> None:
    known(stores)
    stores.cache.put([read(permission()), read(charge())], NOW)
    before, history = stores.reader.revision(), stores.reader.timeline(ORDER)
    later = NOW + timedelta(minutes=5)
    assert stores.cache.put([read(permission(), later), read(charge(), later)], later) == ()
    assert stores.reader.revision() == before
    assert stores.reader.timeline(ORDER) == history
    row = stores.reader.row(ORDER)
    assert row is not None
    assert row.refreshed_at == later


def test_a_refund_makes_its_charge_known(stores: Stores) -> None:
    known(stores, charge_ids=())
    stores.cache.put([read(refund())], NOW)
    assert stores.cache.objects_of(ORDER) == (ORDER, CHARGE, f"{ORDER}-R000002")
    order = stores.reader.order(ORDER)
    assert order is not None
    assert order.unread == {ORDER, CHARGE}


def test_an_answer_overtaken_by_a_newer_one_is_dropped(stores: Stores) -> None:
    known(stores)
    new = charge(state="Captured", captured=Money(12000, "USD"), updated=NOW)
    stores.cache.put([read(permission()), read(new)], NOW)
    stores.cache.put([read(charge(), NOW - timedelta(seconds=1))], NOW)
    order = stores.reader.order(ORDER)
    assert order is not None
    assert order.charges == (new,)
    later = NOW + timedelta(hours=1)  # not overlapping: Amazon's word counts, whatever its stamp
    stores.cache.put([read(charge(), later)], later)
    order = stores.reader.order(ORDER)
    assert order is not None
    assert order.charges == (charge(),)


def test_of_the_same_state_what_was_asked_for_later_is_kept_and_asked_for_once_more(stores: Stores) -> None:
    """A refund changes no time of its charge: a read begun before it and stored after the next one brings none of it.

    Clocks of two processes differ a little, so that nobody knows for sure which was first.
    """
    known(stores)
    taken = charge(state="Captured", captured=Money(12000, "USD"), updated=NOW)
    given = replace(taken, refunded=Money(4000, "USD"))
    begun, later = NOW + timedelta(seconds=1), NOW + timedelta(seconds=3)
    tomorrow = NOW + timedelta(days=1)
    stores.cache.put([replace(read(fact, begun), due=tomorrow) for fact in (permission(), given)], later)
    assert stores.cache.due(later, 10) == ()
    stores.cache.put([replace(read(taken, NOW), due=tomorrow)], later)
    assert charges(stores) == (given,)
    assert [one.object_id for one in stores.cache.due(later, 10)] == [CHARGE]
    stores.cache.put([replace(read(taken, later), due=tomorrow)], later)
    assert charges(stores) == (taken,), "what is asked for later counts, whatever it says"
    assert stores.cache.due(later, 10) == ()


def test_a_clock_that_was_set_back_keeps_no_read_out(stores: Stores) -> None:
    known(stores)
    taken = charge(state="Captured", captured=Money(12000, "USD"), updated=NOW)
    given = replace(taken, refunded=Money(4000, "USD"))
    stores.cache.put([read(taken, NOW + timedelta(seconds=90))], NOW + timedelta(seconds=91))
    stores.cache.put([read(given, NOW)], NOW + timedelta(seconds=1))
    assert charges(stores) == (given,)


def test_a_missing_object_is_known_as_missing_and_can_come_back(stores: Stores) -> None:
    known(stores)
    stores.cache.put([ReadResult(ORDER, NOW, None, missing=True), read(charge())], NOW)
    assert status(stores) == "NOT FOUND"
    order = stores.reader.order(ORDER)
    assert order is not None
    assert (order.missing, order.permission) == ({ORDER}, None)
    stores.cache.put([read(permission())], NOW)
    assert status(stores) == "AUTHORIZED"


def test_a_failed_read_keeps_what_was_known_and_goes_to_the_back(stores: Stores) -> None:
    ids = fill(stores, 3)
    at = NOW + timedelta(days=2)
    assert len(stores.cache.due(at, 10)) == 6
    stores.cache.put([ReadResult(ids[0], at, None, error="cut", due=at - timedelta(days=9))], at)
    order = stores.reader.order(ids[0])
    assert order is not None
    assert order.permission is not None
    last = stores.cache.due(at, 10)[-1]
    assert (last.object_id, last.attempts) == (ids[0], 1)
    assert stores.reader.status(at).errors == 1
    stores.cache.put([ReadResult(ids[0], at, None, error="cut", due=at)], at)
    assert stores.cache.due(at, 10)[-1].attempts == 2
    stores.cache.put([read(order.permission, at)], at)
    assert stores.reader.status(at).errors == 0


@pytest.mark.parametrize("fact", [charge(oid(9)), permission(), None, "text"])
def test_an_answer_about_something_else_is_a_failed_read(stores: Stores, fact: object) -> None:
    known(stores)
    stores.cache.put([ReadResult(CHARGE, NOW, fact, due=NOW + timedelta(hours=1))], NOW)
    order = stores.reader.order(ORDER)
    assert order is not None
    assert order.charges == ()
    assert stores.reader.status(NOW).errors == 1


def test_an_id_that_is_none_is_left_out(stores: Stores) -> None:
    assert stores.cache.put([ReadResult("nonsense", NOW, None, error="x")], NOW) == ()
    stores.cache.reproject(["nonsense", ""], NOW)
    assert stores.reader.counts()["all"] == 0


def test_never_read_objects_are_due_at_once_and_lapses_come_first(stores: Stores) -> None:
    def expiring(hours: int) -> dict[str, object]:
        end = NOW + timedelta(hours=hours)
        return {"created": end - timedelta(days=30), "expires": end}

    minute, two = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    resting, later, soon, seen = fill(stores, 4)
    assert stores.cache.due(NOW, 10) == ()
    stores.cache.reproject(stores.journal.track([tracked(oid(99))], NOW).changed_ids, minute)
    assert [d.order_id for d in stores.cache.due(minute, 10)] == [oid(99)] * 2
    facts = (charge(resting), charge(later, **expiring(9)), charge(soon, **expiring(3)))
    stores.cache.put([replace(read(fact), due=two) for fact in facts], NOW)
    wanted = [seen, seen, soon, later, oid(99), resting, oid(99)]
    assert [d.order_id for d in stores.cache.due(two, 10, frozenset({seen}))] == wanted
    assert [d.order_id for d in stores.cache.due(two, 4, frozenset({seen}))] == wanted[:4]
    assert stores.reader.status(two).queue == 5
    assert len(stores.cache.due(two, 100, all_=True)) == 10
    stores.cache.put([read(charge(seen), two)], two)
    assert len(stores.cache.due(two, 100, all_=True)) == 9


def test_what_is_on_screen_is_read_once_a_minute(stores: Stores) -> None:
    fill(stores, 1)
    watched = frozenset({ORDER})
    assert stores.cache.due(NOW + timedelta(seconds=59), 10, watched) == ()
    at = NOW + timedelta(seconds=61)
    assert {d.object_id for d in stores.cache.due(at, 10, watched)} == {ORDER, CHARGE}
    stores.cache.put([read(charge(), at), ReadResult(ORDER, at, None, error="cut", due=at + timedelta(hours=1))], at)
    assert stores.cache.due(at + timedelta(seconds=30), 10, watched) == ()
    again = stores.cache.due(at + timedelta(seconds=61), 10, watched)
    assert [d.object_id for d in again] == [CHARGE], "a failing object waits for its turn"


def test_a_clock_that_went_back_does_not_stop_what_is_on_screen(stores: Stores) -> None:
    fill(stores, 1)
    earlier = NOW - timedelta(days=8)
    assert len(stores.cache.due(earlier, 10, frozenset({ORDER}))) == 2


def test_time_alone_changes_rows(stores: Stores) -> None:
    known(stores)
    short = charge(created=NOW - timedelta(days=29), expires=NOW + timedelta(days=1))
    stores.cache.put([read(permission(created=NOW - timedelta(days=29))), read(short)], NOW)
    row = stores.reader.row(ORDER)
    assert row is not None
    assert (row.status, row.attention) == ("AUTHORIZED", ("lapses-soon",))
    assert stores.cache.tick(NOW + timedelta(hours=1)) == ()
    before = stores.reader.revision()
    assert stores.cache.tick(NOW + timedelta(days=2)) == (ORDER,)
    assert stores.reader.changed_since(before) == (ORDER,)
    assert status(stores) == "EXPIRED"
    assert stores.cache.tick(NOW + timedelta(days=2)) == ()
    assert stores.reader.counts()["to-capture"] == 0


def test_an_open_intent_shows_in_row_order_and_counts(stores: Stores) -> None:
    fill(stores, 2)
    made = stores.journal.open_intent(draft())
    stores.cache.reproject([ORDER], NOW)
    assert status(stores) == "CAPTURING"
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(500), "unknown", "cut", None, None, NOW)
    stores.cache.reproject([ORDER], NOW)
    assert (status(stores), stores.reader.counts()["unknown"], stores.reader.status(NOW).unknown) == ("UNKNOWN", 1, 1)
    order = stores.reader.order(ORDER)
    assert order is not None
    assert [(i.id, i.verb, i.state, i.amount) for i in order.intents] == [
        (made.id, "capture", "unknown", Money(100, "USD"))
    ]
    before = stores.reader.revision()
    stores.journal.move(made.id, "accepted", None, "read-back", NOW)
    stores.cache.reproject([ORDER], NOW)
    assert stores.reader.counts()["unknown"] == 0
    assert stores.reader.changed_since(before) == (ORDER,)


def test_the_journal_alone_knows_declines_and_cancels(stores: Stores) -> None:
    known(stores, charge_ids=())
    stores.cache.put([read(permission())], NOW)
    made = stores.journal.open_intent(draft(verb=Verb.AUTHORIZE))
    stores.journal.start_attempt(made.id, NOW)
    stores.journal.record(made.id, 1, answer(422), "declined", "SoftDeclined", None, None, NOW)
    stores.cache.reproject([ORDER], NOW)
    assert status(stores) == "DECLINED"
    order = stores.reader.order(ORDER)
    assert order is not None
    assert [(d.reason, d.amount) for d in order.declines] == [("SoftDeclined", Money(100, "USD"))]
    other = stores.journal.open_intent(draft(verb=Verb.CANCEL))
    stores.journal.move(other.id, "succeeded", None, "read-back", NOW)
    stores.cache.reproject([ORDER], NOW)
    assert status(stores) == "CANCELED"


def test_the_timeline_names_amazon_us_and_the_import(stores: Stores) -> None:
    known(stores)
    stores.cache.put([read(permission()), read(charge())], NOW)
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    later = NOW + timedelta(minutes=1)
    stores.journal.record(made.id, 1, answer(), "succeeded", None, CHARGE, None, later)
    done = charge(state="Captured", captured=Money(12000, "USD"), updated=later + timedelta(seconds=1))
    stores.cache.put([read(done, later)], later + timedelta(minutes=1))
    found = [(entry.source, entry.what) for entry in stores.reader.timeline(ORDER)]
    assert found == [
        ("amazon", "charge Captured"),
        ("us", "capture succeeded"),
        ("us", "capture confirmed by ops"),
        ("import", "imported"),
        ("amazon", "charge Authorized"),
        ("amazon", "order Chargeable"),
    ]
    assert all(entry.at.tzinfo is not None for entry in stores.reader.timeline(ORDER))


def test_currencies_that_cannot_be_added_up_hide_nothing_and_stop_nothing(stores: Stores) -> None:
    known(stores, amount=Money(100, "EUR"))
    odd = charge(state="Captured", amount=Money(100, "JPY"), captured=Money(100, "JPY"), refunded=Money(1, "GBP"))
    huge = permission(oid(2), limit=Money(10**20, "XTS", 0), balance=Money(10**20, "XTS", 0))
    stores.cache.put([read(permission()), read(odd), read(huge)], NOW)
    assert {row.id for row in stores.reader.page().rows} == {ORDER, oid(2)}
    order = stores.reader.order(oid(2))
    assert order is not None
    assert order.permission == huge
    assert status(stores, oid(2)) == "UNRECOGNISED"


def test_how_the_connection_is_is_seen_by_every_process(stores: Stores, data_dir: Path) -> None:
    other = open_at(data_dir)
    before = stores.reader.revision()
    other.cache.set_sync(connection="ONLINE", success_at=NOW, now=NOW)
    assert stores.reader.revision() == before + 1
    later = NOW + timedelta(minutes=1)
    other.cache.set_sync(connection="ONLINE", success_at=later, now=later)
    assert stores.reader.revision() == before + 1
    seen = stores.reader.status(later)
    assert (seen.connection, seen.since, seen.last_success, seen.holder) == ("ONLINE", NOW, later, False)
    assert other.lease.try_acquire()
    assert other.reader.status(later).holder
    stores.cache.set_sync(connection="OFFLINE", message="No answer.", now=later)
    seen = other.reader.status(later)
    assert (seen.connection, seen.since, seen.last_success, seen.message) == ("OFFLINE", later, later, "No answer.")
    other.close()


def test_the_clock_offset_is_the_median_of_the_last_five(stores: Stores) -> None:
    offsets = [stores.cache.add_clock_sample(timedelta(seconds=s)) for s in (100, 2, 4, 3, 1, 5, 6)]
    assert [offset.total_seconds() for offset in offsets] == [100, 51, 4, 3.5, 3, 3, 4]
    assert stores.reader.status(NOW).clock_offset == timedelta(seconds=4)
    assert stores.cache.add_clock_sample(timedelta(days=8), jumped=True) == timedelta(days=8)


def test_reader_and_models_see_the_same_rows(stores: Stores, data_dir: Path) -> None:
    fill(stores, 7, lambda n: {"state": "Captured", "captured": Money(n, "USD")} if n % 2 else {})
    engine = make_engine(data_dir / "cache.db", (), pooled=False)
    with Session(engine) as session:
        modelled = {row.order_id: row for row in session.exec(select(ListRowRow))}
        objects = {row.object_id: row for row in session.exec(select(ObjectRow))}
        counts = {row.view: row.n for row in session.exec(select(ViewCountRow))}
    engine.dispose()
    rows = stores.reader.page(limit=100).rows
    assert {row.id for row in rows} == set(modelled)
    for row in rows:
        other = modelled[row.id]
        assert (row.number, row.status, row.ship, row.buyer) == (other.number, other.status, other.ship, other.buyer)
        for mine, name in ((row.amount, "amount"), (row.captured, "captured"), (row.refunded, "refunded")):
            theirs = tuple(getattr(other, f"{name}_{part}") for part in ("minor", "currency", "exponent"))
            assert ((None,) * 3 if mine is None else astuple(mine)) == theirs
        assert row.attention == tuple(other.attention.split())
        for at, micros in (
            (row.created, other.created),
            (row.expires, other.expires),
            (row.refreshed_at, other.refreshed_at),
        ):
            assert at == from_micros(micros)
        assert other.in_attention == bool(row.attention)
        assert set(stores.cache.objects_of(row.id)) == {i for i, o in objects.items() if o.order_id == row.id}
    assert stores.reader.counts() == counts


def counted(data_dir: Path) -> dict[str, int]:
    """Count every view by looking at each row."""
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection:
        names = ("attention", "to_capture", "unpaid", "refunds", "unknown", "orphans", "diverged")
        sums = ", ".join(f"coalesce(sum(in_{name}), 0)" for name in names)
        found = connection.execute(f"SELECT {sums}, count(*) FROM list_row").fetchone()
    return dict(zip([*(name.replace("_", "-") for name in names), "all"], found, strict=True))


def test_kept_counts_equal_counted_ones(stores: Stores, data_dir: Path) -> None:
    ids = fill(stores, 12)
    assert stores.reader.counts() == counted(data_dir)
    assert stores.reader.counts()["to-capture"] == 12
    facts: list[Permission | Charge | Refund] = [
        charge(ids[0], state="Declined", reason="HardDeclined"),
        charge(ids[1], state="Captured", captured=Money(12000, "USD")),
        refund(ids[1]),
        charge(ids[2], state="Strange"),
        permission(ids[3], state="Closed"),
        charge(ids[3], state="Canceled"),
        charge(ids[4], state="Canceled", reason="MerchantCanceled"),
        charge(ids[5], state="AuthorizationInitiated"),
        permission(ids[6], state="NonChargeable", reasons=(Reason("PaymentMethodInvalid"),)),
        charge(ids[6], state="Canceled", reason="MerchantCanceled"),
    ]
    stores.cache.put([read(fact) for fact in facts], NOW)
    stores.journal.open_intent(draft(ids[7]))
    stores.journal.move("I-000001", "unknown", "x", "answer", NOW)
    stores.cache.tick(NOW)
    counts = stores.reader.counts()
    assert counts == counted(data_dir)
    assert {view: len(stores.reader.page(view, limit=100).rows) for view in counts} == counts
    assert {row.id for row in stores.reader.page("unpaid").rows} == {ids[0], ids[4], ids[5], ids[6]}
    assert {row.id for row in stores.reader.page("refunds").rows} == {ids[1]}
    assert {row.id for row in stores.reader.page("unknown").rows} == {ids[2], ids[7]}
    assert stores.reader.page("attention").rows[0].attention == ("unknown",)


def test_many_threads_write_and_read(stores: Stores, data_dir: Path) -> None:
    fill(stores, 4)
    other = open_at(data_dir)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        side = (stores, other)[number % 2]
        try:
            for turn in range(15):
                at = NOW + timedelta(seconds=turn)
                state = ("Chargeable", "Closed")[(number + turn) % 2]
                side.cache.put([read(permission(oid(number % 4 + 1), state=state), at)], at)
                side.reader.page("all", query="jane")
                assert side.reader.order(oid(number % 4 + 1)) is not None
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failed == []
    assert stores.reader.counts() == counted(data_dir)


def test_a_locked_cache_is_said_and_nothing_is_half_written(stores: Stores, data_dir: Path) -> None:
    fill(stores, 1)
    hasty = open_at(data_dir, busy=0.1)
    before = stores.reader.revision()
    with stores.cache.file.writing():
        with pytest.raises(CacheUnavailable, match="locked by another program"):
            hasty.cache.put([read(charge(state="Captured", updated=NOW))], NOW)
        assert hasty.reader.revision() == before
    assert hasty.cache.put([read(charge(state="Captured", updated=NOW))], NOW) == (ORDER,)
    hasty.close()


def test_a_failing_projection_undoes_the_whole_batch(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    from azpay_tui.store.cache import write

    fill(stores, 1)
    before = stores.reader.order(ORDER)

    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(write, "project", broken)
    with pytest.raises(RuntimeError, match="planted"):
        stores.cache.put([read(charge(state="Captured", updated=NOW))], NOW)
    assert stores.reader.order(ORDER) == before


def test_an_order_no_rule_can_add_up_is_shown_and_judged_by_nobody(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AmountError("Amounts in USD and JPY cannot be combined.")

    monkeypatch.setattr("azpay_tui.store.cache.project.captured_total", refuse)
    fill(stores, 1)
    row = stores.reader.row(ORDER)
    assert row is not None
    assert (row.status, row.ship, row.attention, row.captured) == ("UNRECOGNISED", "HOLD", ("unrecognised",), None)


def test_a_buyer_amazon_forgot_is_still_the_shops(stores: Stores) -> None:
    known(stores, buyer_name="From Shop", buyer_email="shop@example.com")
    stores.cache.put([read(permission(buyer=Buyer()))], NOW)
    assert [row.id for row in stores.reader.page(query="shop@example").rows] == [ORDER]


def test_the_log_does_not_grow_for_ever(stores: Stores, data_dir: Path) -> None:
    stores.cache.reproject(stores.journal.track([tracked(oid(n)) for n in range(1, 1500)], NOW).changed_ids, NOW)
    log = data_dir / "cache.db-wal"
    stores.cache.file.checkpoint()
    assert log.stat().st_size == 0
    assert stores.reader.counts()["all"] == 1499


def test_a_time_without_a_zone_is_refused(stores: Stores) -> None:
    with pytest.raises((ValueError, TypeError)):
        stores.journal.track([tracked(created=datetime(2026, 1, 1))], NOW)
    assert stores.journal.verify() is None


def test_connections_are_closed_only_between_two_uses(stores: Stores) -> None:
    inside, out = threading.Event(), threading.Event()

    def read() -> None:
        with stores.reader._files.reading() as (cache, _journal):
            assert cache is not None
            inside.set()
            out.wait(60)
            cache.execute("SELECT count(*) FROM list_row").fetchone()

    reading = threading.Thread(target=read)
    closing_ = threading.Thread(target=stores.reader.close)
    reading.start()
    assert inside.wait(60)
    closing_.start()
    closing_.join(0.2)
    waited = closing_.is_alive()
    out.set()
    reading.join()
    closing_.join()
    assert waited
    assert stores.reader.revision() >= 0
