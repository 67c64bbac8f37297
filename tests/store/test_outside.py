"""A journal on whose word steps are taken without a person is the one that was told outside, or nothing is done."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.forging import open_with
from tests.store.making import NOW, oid, tracked

from azpay_tui.domain.switch import Switch
from azpay_tui.store.journal.anchors import AnchorBook
from azpay_tui.store.opening import Stores

ON = Switch("on", "authorize", NOW, "ops")
OFF = replace(ON, position="off")


@pytest.fixture
def book(tmp_path: Path, data_dir: Path) -> AnchorBook:
    return AnchorBook(tmp_path / "anchors", data_dir)


@pytest.fixture
def on(data_dir: Path, book: AnchorBook) -> Iterator[Stores]:
    """Stores in which it was switched on, with a back-up of then."""
    stores = open_with(data_dir, book)
    stores.journal.track([tracked(oid(1))], NOW)
    stores.journal.turn(ON, None)
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(data_dir.with_name("backup.db")),))
    yield stores
    stores.close()


def put_back(stores: Stores, data_dir: Path, book: AnchorBook, backup: str = "backup.db") -> Stores:
    stores.close()
    (data_dir / "journal.db").unlink()
    shutil.copy(data_dir.with_name(backup), data_dir / "journal.db")
    return open_with(data_dir, book)


def test_a_journal_that_only_went_on_has_all_that_was_told(on: Stores, data_dir: Path, book: AnchorBook) -> None:
    assert on.journal.strayed() is None
    on.journal.track([tracked(oid(2))], NOW)
    again = open_with(data_dir, book)
    assert again.journal.strayed() is None
    again.close()


def test_a_back_up_that_lacks_a_turn_is_told_however_far_it_went_on(
    on: Stores, data_dir: Path, book: AnchorBook
) -> None:
    on.journal.turn(OFF, ON)
    stores = put_back(on, data_dir, book)
    said = stores.journal.strayed()
    assert said is not None
    assert "which was told outside on 2026-03-01, is not in it" in said
    stores.journal.track([tracked(oid(number)) for number in range(2, 20)], NOW)
    assert stores.journal.strayed() == said, "another row has that number now"
    stores.journal.turn(replace(ON, position="stopped", why=said), ON)
    stores.close()


def test_a_person_who_switches_it_on_again_settles_what_was_told_before(
    on: Stores, data_dir: Path, book: AnchorBook
) -> None:
    on.journal.turn(OFF, ON)
    stores = put_back(on, data_dir, book)
    stores.journal.turn(replace(ON, person="jane"), ON)
    assert stores.journal.strayed() is None
    stores.close()


def test_a_back_up_that_is_put_elsewhere_is_told_too(on: Stores, data_dir: Path, book: AnchorBook) -> None:
    on.journal.turn(OFF, ON)
    on.close()
    there = data_dir.with_name("there")
    there.mkdir(mode=0o700)
    shutil.copy(data_dir.with_name("backup.db"), there / "journal.db")
    stores = open_with(there, AnchorBook(book.path.parent, there))
    said = stores.journal.strayed()
    assert said is not None
    assert "is not in it" in said
    stores.close()


@pytest.mark.parametrize("gone", ["the file", "all of it"])
def test_a_journal_whose_anchors_are_gone_is_told(on: Stores, data_dir: Path, book: AnchorBook, gone: str) -> None:
    """As on another machine; the row that is told outside last is in the chain with the next one."""
    on.journal.track([tracked(oid(2))], NOW)
    if gone == "the file":
        book.path.unlink()
    else:
        shutil.rmtree(book.path.parent)
    said = on.journal.strayed()
    assert said is not None
    assert "was told outside, and no file there knows of it" in said
    on.journal.turn(replace(ON, person="jane"), ON)
    assert on.journal.strayed() is None


def test_another_journal_that_stood_here_meanwhile_is_told(on: Stores, data_dir: Path, book: AnchorBook) -> None:
    on.close()
    (data_dir / "journal.db").unlink()
    (data_dir / "cache.db").unlink()
    other = open_with(data_dir, book)
    other.journal.turn(OFF, None)
    assert other.journal.strayed() is None
    stores = put_back(other, data_dir, book)
    assert "Another journal stood here on 2026-03-01" in (stores.journal.strayed() or "")
    stores.close()


def test_a_turn_of_before_turns_were_told_is_held_to_all_that_was(on: Stores, data_dir: Path, book: AnchorBook) -> None:
    lines = book.path.read_text().splitlines(keepends=True)
    book.path.write_text(lines[0])
    assert on.journal.strayed() is None
    book.path.write_text(lines[0] + lines[1].replace(lines[1].split()[2], "0" * 64))
    assert on.journal.strayed() is not None


def test_what_cannot_be_read_speaks_against_it(on: Stores, book: AnchorBook) -> None:
    book.path.unlink()
    book.path.mkdir()
    assert "cannot be read" in (on.journal.strayed() or "")


def test_where_nothing_is_told_outside_nothing_is_missed(stores: Stores) -> None:
    stores.journal.turn(ON, None)
    assert stores.journal.strayed() is None
