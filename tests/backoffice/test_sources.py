"""Sources asked by themselves: when, how far back, what is kept of a bad run, and what an open desk sees of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import START, Hands, Office, Real, open_office

from azpay_tui.backoffice.errors import BusyError, NotValidError, UsageError
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.sources import outcome
from azpay_tui.backoffice.sources.tap import SourceError, UnreachableSourceError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.domain.sources import SourceState
from azpay_tui.sourcing import Source
from azpay_tui.store.cache.sources import SourceBook
from azpay_tui.store.locks import Lease

HEADER = "order_number\tpermission_id\tamount\tcurrency"
ONE = "S01-0000000-0000001"
TWO = "S01-0000000-0000002"


def lines(*rows: tuple[str, str]) -> str:
    return "".join(f"{line}\n" for line in [HEADER, *(f"{number}\t{id_}\t12.00\tUSD" for number, id_ in rows)])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """What the shop's database holds, as a file that a real program prints."""
    file = tmp_path / "shop.tsv"
    file.write_text(lines(("1001", ONE)))
    return file


def prints(file: Path, **more: Any) -> Source:
    return Source("web", run=("cat", str(file)), **more)


def shell(script: str, name: str = "web", **more: Any) -> Source:
    return Source(name, run=("sh", "-c", script), **more)


@contextmanager
def office(tmp_path: Path, *sources: Source, **more: Any) -> Iterator[Office]:
    with open_office(tmp_path, sources=sources, **more) as opened:
        yield opened


def state(opened: Office, at: int = 0) -> SourceState:
    return opened.desk.sources()[at]


def numbers(opened: Office) -> set[str | None]:
    return {row.number for row in opened.desk.reader.page().rows}


def test_a_source_that_never_ran_is_there_too(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop, every=timedelta(minutes=7))) as opened:
        assert state(opened) == SourceState("web", "command", "shop", timedelta(minutes=7))


def test_what_a_run_brings_and_what_is_kept_of_it(tmp_path: Path, shop: Path) -> None:
    shop.write_text(lines(("1001", ONE), ("1002", f"{TWO}-C000001")) + "no order at all\n")
    heard: list[SourceState] = []
    with office(tmp_path, prints(shop)) as opened:
        opened.local.advance(minutes=1)
        found = opened.desk.ask_source("web", listener=heard.append)
        assert numbers(opened) == {"1001", "1002"}
        order = opened.order(TWO)
        assert [charge.id for charge in order.charges] or f"{TWO}-C000001" in opened.stores.cache.objects_of(TWO)
        at = START + timedelta(minutes=1)
        assert found == state(opened)
        assert (found.started_at, found.ended_at, found.covered_until, found.ok) == (at, at, at, True)
        assert found.next_at == at + timedelta(minutes=5)
        assert (found.lines, found.orders, found.ids, found.bad, found.runs, found.failures) == (4, 2, 3, 1, 1, 0)
        assert found.message.startswith("2 orders with 3 ids in 4 lines: 2 new, 0 changed. 1 line")
        assert heard[0].running
        assert heard[-1].orders == 2


def test_how_far_back_it_looks(tmp_path: Path) -> None:
    asked, question = tmp_path / "asked", tmp_path / "own.sql"
    question.write_text(":since\n")
    source = Source("web", run=("tee", "-a", str(asked)), sql_file=question)
    with office(tmp_path, source) as opened:
        opened.desk.ask_source("web")
        opened.local.advance(days=3)
        opened.desk.ask_source("web")
        opened.local.advance(days=1)
        opened.desk.ask_source("web", since=START - timedelta(days=365))
        opened.desk.ask_source("web", since=START + timedelta(days=4))
        assert state(opened).covered_until == START + timedelta(days=4)
        opened.local.advance(hours=1)
        opened.desk.ask_source("web", since=START + timedelta(days=4))
        assert state(opened).covered_until == START + timedelta(days=4), "it looked back less far than it has to"
    assert asked.read_text().split("\n") == [
        "'2025-10-17 12:00:00'",  # 90 days
        "'2026-01-13 12:00:00'",  # two days before the first run
        "'2025-01-15 12:00:00'",
        "'2026-01-19 12:00:00'",
        "'2026-01-19 12:00:00'",
        "",
    ]


@pytest.mark.parametrize(("made", "says"), [("wide", "Others can change the sql_file"), ("pipe", "is no regular file")])
def test_a_question_that_somebody_else_could_change_is_not_asked(tmp_path: Path, made: str, says: str) -> None:
    asked, question = tmp_path / "asked", tmp_path / "own.sql"
    os.mkfifo(question) if made == "pipe" else question.write_text("\\! id\n")
    question.chmod(0o600 if made == "pipe" else 0o622)
    source = Source("web", run=("tee", str(asked)), sql_file=question)
    with office(tmp_path, source) as opened, pytest.raises(SourceError, match=says):
        opened.desk.ask_source("web")
    assert not asked.exists()


def test_a_simulator_that_is_ahead_does_not_hide_what_is_new_in_the_shop(tmp_path: Path) -> None:
    asked, question = tmp_path / "asked", tmp_path / "own.sql"
    question.write_text(":since\n")
    with office(tmp_path, Source("web", run=("tee", str(asked)), sql_file=question)) as opened:
        opened.desk.ask_source("web")
        opened.sim("POST", "/_sim/clock", {"advance": "8d"})
        opened.make("open")
        assert opened.desk.works.clock.offset >= timedelta(days=8)
        opened.desk.ask_source("web")
        opened.desk.ask_source("web")
    assert asked.read_text() == "'2026-01-13 12:00:00'\n"


def test_a_run_that_fails_keeps_what_came_and_is_repeated_later_and_later(tmp_path: Path, shop: Path) -> None:
    source = shell(f"cat {shop}; printf '1002\\t{TWO}\\t1'; exit 1", every=timedelta(minutes=10))
    with office(tmp_path, source) as opened:
        waits = []
        for _ in range(5):
            with pytest.raises(SourceError):
                opened.desk.ask_source("web")
            next_at = state(opened).next_at
            assert next_at is not None
            waits.append(next_at - opened.local.now)
        assert waits == [timedelta(minutes=m) for m in (20, 40, 60, 60, 60)]
        assert numbers(opened) == {"1001"}
        failed = state(opened)
        assert (failed.ok, failed.failures, failed.runs, failed.covered_until) == (False, 5, 5, None)
        assert failed.message == (
            "sh ended with 1 in the middle of a line and said nothing; run it by hand to see more. "
            "1 order that came before is kept."
        )


def test_one_good_run_ends_the_waiting(tmp_path: Path, shop: Path) -> None:
    switch = tmp_path / "works"
    with office(tmp_path, shell(f"test -e {switch} && cat {shop}")) as opened:
        with pytest.raises(SourceError):
            opened.desk.ask_source("web")
        switch.touch()
        opened.desk.ask_source("web")
        found = state(opened)
        assert (found.failures, found.ok, found.next_at) == (0, True, START + timedelta(minutes=5))


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with office(tmp_path, Source("web", run=("azpay-no-such-program",))) as opened:
        with pytest.raises(UnreachableSourceError, match="there is no program"):
            opened.desk.ask_source("web")
        assert state(opened).message.startswith("there is no program 'azpay-no-such-program'")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>\n", "a web page in place of orders"),
        (lines(("1001", "P01-0000000-0000001")).encode(), "1 id is of Amazon's live environment"),
        (b"", ""),
    ],
    ids=["a web page", "ids of another environment", "nothing"],
)
def test_what_is_no_list_of_orders(tmp_path: Path, shop: Path, content: bytes, expected: str) -> None:
    shop.write_bytes(content)
    with office(tmp_path, prints(shop)) as opened:
        if not expected:
            quiet = opened.desk.ask_source("web")
            assert (quiet.ok, quiet.message) == (True, "Nothing is new since the last time.")
            return
        with pytest.raises(SourceError, match=expected):
            opened.desk.ask_source("web")
        assert numbers(opened) == set()


def test_bytes_that_are_no_text_cost_no_order(tmp_path: Path, shop: Path) -> None:
    shop.write_bytes(f"{HEADER}\tbuyer_name\n1001\t{ONE}\t12.00\tUSD\tJ\xfcrgen\n".encode("latin-1"))
    with office(tmp_path, prints(shop)) as opened:
        found = opened.desk.ask_source("web")
        assert (found.ok, found.orders, found.replaced) == (True, 1, 1)


def test_the_side_of_a_source_is_the_shops(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop, complete=True)) as opened:
        opened.desk.ask_source("web")
        assert state(opened).side == "shop"
        shop_facts = opened.order(ONE).shop
        assert shop_facts is not None
        assert shop_facts.complete


def test_an_unknown_source_names_the_known_ones(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop)) as opened:
        for call in (opened.desk.ask_source, opened.desk.run_source):
            with pytest.raises(UsageError, match="There is no source 'wbe' in this profile; there are: web"):
                call("wbe")


def test_two_processes_do_not_ask_one_source_at_once(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop)) as opened:
        other = Lease(opened.stores.data.source_lock("web"))
        assert other.try_acquire()
        with pytest.raises(BusyError, match="Source web is being asked by another azpay right now"):
            opened.desk.ask_source("web")
        opened.desk.sync_once()
        assert state(opened).runs == 0
        other.release()
        opened.desk.sync_once()
        assert state(opened).runs == 1


def test_a_lock_that_cannot_be_written_is_not_taken_for_another_process(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop)) as opened:
        lock = opened.stores.data.source_lock("web")
        lock.mkdir(parents=True)
        with pytest.raises(NotValidError, match="Source web cannot be asked: its lock in the data directory cannot be"):
            opened.desk.ask_source("web")
        lock.rmdir()
        assert opened.desk.ask_source("web").orders == 1


def test_a_sync_asks_what_is_due_and_reads_what_it_learnt(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop), shell("exit 3", "bad")) as opened:
        made = opened.sim("POST", "/_sim/orders", [{"situation": "authorized", "number": "2001"}])[0]
        shop.write_text(lines(("2001", made["permission_id"])))
        assert opened.desk.sync_once() > 0
        assert opened.order(made["permission_id"]).permission is not None
        assert [found.ok for found in opened.desk.sources()] == [True, False]
        opened.desk.sync_once()
        assert [found.runs for found in opened.desk.sources()] == [1, 1], "neither is due yet"
        opened.local.advance(minutes=6)
        opened.desk.sync_once()
        assert [found.runs for found in opened.desk.sources()] == [2, 1]


def test_a_time_written_by_a_clock_that_was_wrong_does_not_stop_a_source() -> None:
    fresh = SourceState("web", "command", "shop", timedelta(minutes=5))
    assert outcome.is_due(fresh, START)
    assert not outcome.is_due(replace(fresh, next_at=START + timedelta(minutes=1)), START)
    assert outcome.is_due(replace(fresh, next_at=START + timedelta(days=300)), START)


def test_what_a_run_was_that_nobody_could_end(tmp_path: Path, shop: Path) -> None:
    local = Hands()
    with office(tmp_path, prints(shop), local=local) as opened:
        opened.desk.ask_source("web")
        book = SourceBook(opened.stores.cache.file)
        local.advance(minutes=5)
        book.put(outcome.begun(state(opened), local.now))  # and then the process died
    with office(tmp_path, prints(shop), local=local) as opened:
        found = state(opened)
        assert (found.word, found.ended_at, found.covered_until) == ("cut off", None, START)
        other = Lease(opened.stores.data.source_lock("web"))
        assert other.try_acquire()
        assert state(opened).word == "running", "in another process"
        other.release()
        opened.desk.sync_once()
        assert (state(opened).ok, state(opened).covered_until, state(opened).runs) == (True, local.now, 3)


# The open desk


def test_a_new_order_in_the_shop_appears_in_an_open_desk_by_itself(tmp_path: Path, shop: Path) -> None:
    """The machine's own clock, a real program, and nobody who touches anything."""
    events: list[Event] = []
    with office(tmp_path, prints(shop, every=timedelta(milliseconds=300)), local=Real()) as opened:
        opened.desk.subscribe(events.append)
        opened.desk.start()
        opened.until(lambda: numbers(opened) == {"1001"})
        shop.write_text(lines(("1001", ONE), ("1002", TWO)))
        opened.until(lambda: any(TWO in event.order_ids for event in events if event.kind == "orders"))
        assert numbers(opened) == {"1001", "1002"}


def test_without_the_lease_nothing_runs_by_itself_but_what_a_person_wants(tmp_path: Path, shop: Path) -> None:
    with office(tmp_path, prints(shop), shell("exit 0", "other")) as opened:
        holder = Lease(opened.stores.data.refresh_lock)
        assert holder.try_acquire()
        opened.desk.start()
        opened.desk.run_source("web")
        opened.until(lambda: numbers(opened) == {"1001"})
        assert state(opened, 1).runs == 0
        holder.release()
        opened.until(lambda: state(opened, 1).ok)


def test_a_hanging_source_delays_no_money_and_ends_with_the_desk(tmp_path: Path) -> None:
    began = tmp_path / "began"
    with office(tmp_path, shell(f"touch {began}; trap '' TERM; sleep 600")) as opened:
        made = opened.sim("POST", "/_sim/orders", [{"situation": "authorized"}])[0]
        opened.desk.start()
        opened.until(began.exists)
        order_id = made["permission_id"]
        opened.desk.track(
            [TrackedOrder(order_id, charge_ids=tuple(made["charge_ids"]), complete=True, source="import")]
        )
        opened.desk.refresh([order_id], wait=True)
        assert opened.act(order_id, Verb.CAPTURE).state in ("succeeded", "accepted")
        assert state(opened).running
        assert opened.desk.stop(20) == 0
        assert not opened.desk.works.threads.alive
    with office(tmp_path, prints(began)) as opened:
        found = state(opened)
        assert (found.ok, found.next_at, found.message) == (None, None, "Stopped before its end.")


def test_a_hanging_source_keeps_no_other_waiting(tmp_path: Path, shop: Path) -> None:
    began = tmp_path / "began"
    hangs, other = shell(f"touch {began}; sleep 600", "hangs"), prints(shop, every=timedelta(milliseconds=300))
    with office(tmp_path, hangs, other, local=Real()) as opened:
        opened.desk.start()
        opened.until(began.exists)
        opened.until(lambda: state(opened, 1).runs > 1)
        assert state(opened).running
        opened.desk.run_source("web")
        assert numbers(opened) == {"1001"}


def test_a_source_that_is_stopped_keeps_what_it_gave(tmp_path: Path, shop: Path) -> None:
    gave = tmp_path / "gave"
    with office(tmp_path, shell(f"cat {shop}; touch {gave}; sleep 600")) as opened:
        opened.desk.start()
        opened.until(gave.exists)
        opened.desk.stop(20)
    with office(tmp_path, prints(shop)) as opened:
        assert state(opened).message == "Stopped before its end. 1 order that came before is kept."
        assert numbers(opened) == {"1001"}
