"""Marking through the back office: real stores, the rules of undo, and what is said."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.office import Hands, Office, open_office

from azpay_tui.backoffice.errors import NotValidError, StoreError, UsageError
from azpay_tui.backoffice.records import Event
from azpay_tui.domain.marks import MarkChange, Marks
from azpay_tui.store.errors import CacheUnavailable, JournalUnavailable


def needing(office: Office) -> list[str]:
    rows = [row.id for row in office.desk.reader.page("attention").rows]
    assert office.desk.reader.counts()["attention"] == len(rows)
    return rows


def test_marking_tells_the_screens_and_sends_nothing(office: Office) -> None:
    order = office.make("declined-hard")
    told: list[Event] = []
    office.desk.subscribe(told.append)
    before = len(office.transport.requests)
    done = office.desk.mark([order, order], MarkChange(reviewed=True))
    assert (done.sentence, done.done, done.refused) == (f"{order}: reviewed.", (order,), ())
    assert told == [Event("orders", (order,))]
    assert needing(office) == []
    assert len(office.transport.requests) == before


def test_undo_goes_back_step_by_step_and_says_what_it_undid(office: Office) -> None:
    first, second = office.make("declined-hard"), office.make("declined-soft")
    until = office.desk.now() + timedelta(hours=1)
    office.desk.mark([first, second], MarkChange(reviewed=True))
    office.desk.mark([first], MarkChange(remind=until, tags=("vip",), note="later"))
    assert office.desk.unmark().sentence == (
        f"{first}: undone (put off until {until:%Y-%m-%d %H:%M} UTC, note added, tagged vip)."
    )
    assert office.desk.reader.marks(first).notes == ()
    assert office.desk.unmark().sentence == "2 orders: undone (reviewed)."
    assert {office.desk.reader.marks(i) for i in (first, second)} == {Marks()}
    assert set(needing(office)) == {first, second}
    with pytest.raises(NotValidError, match="nothing to undo"):
        office.desk.unmark()


def test_what_changes_nothing_is_said_and_not_undone_later(office: Office) -> None:
    order = office.make("declined-hard")
    office.desk.mark([order], MarkChange(tags=("vip",)))
    assert office.desk.mark([order], MarkChange(tags=("vip",))).sentence == "Nothing to change: it was so already."
    assert "tagged vip" in office.desk.unmark().sentence


def test_of_several_orders_those_that_cannot_be_marked_are_left_and_named(office: Office) -> None:
    wrong, fine = office.make("declined-hard"), office.make("authorized")
    done = office.desk.mark([fine, wrong], MarkChange(reviewed=True))
    assert done.done == (wrong,)
    assert done.refused == ((fine, f"{fine} needs nobody: there is nothing to review."),)
    assert done.sentence == f"{wrong}: reviewed. Not done: {fine} needs nobody: there is nothing to review."
    with pytest.raises(NotValidError, match="needs nobody"):
        office.desk.mark([fine], MarkChange(reviewed=True))
    with pytest.raises(UsageError, match="not known here"):
        office.desk.mark(["S01-0000000-0000000"], MarkChange(reviewed=True))
    with pytest.raises(NotValidError, match="no order"):
        office.desk.mark([], MarkChange(reviewed=True))


def test_two_desks_have_an_undo_each_and_never_undo_the_others_mark(tmp_path: Path) -> None:
    with open_office(tmp_path, person="ann") as ann:
        order = ann.make("declined-hard")
        with open_office(tmp_path, ann.simulator, local=ann.local, person="bob") as bob:
            ann.desk.mark([order], MarkChange(tags=("@ann",)))
            bob.desk.mark([order], MarkChange(tags=("@bob",)))
            with pytest.raises(NotValidError, match=r"Not undone \(tagged @ann\).*somebody else"):
                ann.desk.unmark()
            assert bob.desk.reader.marks(order).standing.tags == ("@bob",)
            bob.desk.unmark()
            assert ann.desk.reader.marks(order).standing.tags == ("@ann",)


def test_a_reminder_comes_back_with_the_refresh(office: Office) -> None:
    order = office.make("declined-hard")
    office.desk.mark([order], MarkChange(remind=office.desk.now() + timedelta(hours=2)))
    assert needing(office) == []
    office.world(hours=3)
    office.desk.sync_once()
    assert needing(office) == [order]
    row = office.desk.reader.row(order)
    assert row is not None
    assert row.marks == ("due",)


def test_a_read_only_profile_can_be_marked(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        order = office.make("declined-hard")
    with open_office(tmp_path, local=Hands(), read_only="Read-only: for looking.") as office:
        office.desk.mark([order], MarkChange(reviewed=True))
        assert needing(office) == []


def test_a_journal_that_refuses_leaves_everything_and_the_undo_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = office.make("declined-hard")
    office.desk.mark([order], MarkChange(tags=("vip",)))

    def refuse(*_arguments: object, **_named: object) -> None:
        raise JournalUnavailable("The journal is locked by another program; try again in a moment.")

    monkeypatch.setattr(office.stores.journal, "mark", refuse)
    with pytest.raises(StoreError, match="locked"):
        office.desk.mark([order], MarkChange(reviewed=True))
    with pytest.raises(StoreError, match="locked"):
        office.desk.unmark()
    monkeypatch.undo()
    assert "tagged vip" in office.desk.unmark().sentence
    assert office.desk.reader.marks(order) == Marks()


def test_a_cache_that_cannot_be_written_does_not_lose_the_mark(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    order = office.make("declined-hard")

    def refuse(*_arguments: object) -> None:
        raise CacheUnavailable("The cache is locked.")

    monkeypatch.setattr(office.stores.cache, "reproject", refuse)
    assert office.desk.mark([order], MarkChange(reviewed=True)).done == (order,)
    assert needing(office) == [order]
    monkeypatch.undo()
    office.stores.cache.tick(office.desk.now())
    assert needing(office) == []


def test_marks_from_many_threads_are_all_kept(office: Office) -> None:
    orders = [office.make("declined-hard") for _ in range(3)]
    threads = [
        threading.Thread(target=office.desk.mark, args=(orders, MarkChange(note=f"note {number}")))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {len(office.desk.reader.marks(order).notes) for order in orders} == {8}
    for _ in range(8):
        office.desk.unmark()
    assert {office.desk.reader.marks(order) for order in orders} == {Marks()}
    assert office.stores.journal.verify() is None
