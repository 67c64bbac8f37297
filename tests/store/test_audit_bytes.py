"""No byte of the audit chain can be changed without being found and its row named; nor can rows be cut, moved, made.

A forger who computes every hash anew is found by what was told outside the data directory.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.forging import TEXTS, chain_again, database, live, look, open_with
from tests.store.making import NOW, oid, tracked
from tests.support.figures import full, size, tell

from azpay_tui.domain.switch import Switch
from azpay_tui.store.journal.anchors import AnchorBook, Known, parse_anchor
from azpay_tui.store.journal.chain import ANCHORED
from azpay_tui.store.journal.read import JournalReader
from azpay_tui.store.journal.verify import Verified, examine, verify_journal

SEED = 20_261_122


@pytest.fixture
def book(tmp_path: Path, data_dir: Path) -> AnchorBook:
    return AnchorBook(tmp_path / "state" / "anchors", data_dir)


@pytest.fixture
def journal(made_dir: Path, book: AnchorBook) -> Path:
    """The file of a journal in which something of everything happened; nobody has it open."""
    stores = open_with(made_dir, book)
    live(stores)
    stores.close()
    found = look(made_dir / "journal.db")
    assert found.whole, found.faults()
    return made_dir / "journal.db"


def verified(data_dir: Path, book: AnchorBook, *written_down: str) -> Verified:
    found = verify_journal(data_dir, book, [parse_anchor(text) for text in written_down])
    assert found is not None
    return found


def edits(connection: sqlite3.Connection) -> Iterator[tuple[int, str, tuple[object, ...]]]:
    """Yield (row, statement, values) for each byte of each column, with one bit, the highest bit, or all turned."""
    columns = ", ".join(f"CAST({name} AS BLOB)" for name in TEXTS)
    for seq, *values in connection.execute(f"SELECT seq, {columns} FROM audit ORDER BY seq").fetchall():
        for name, value in zip(TEXTS, values, strict=True):
            statement = f"UPDATE audit SET {name} = CAST(? AS TEXT) WHERE seq = ?"
            for place in range(len(value)):
                for mask in (1, 0x80, 0xFF):
                    turned = bytearray(value)
                    turned[place] ^= mask
                    yield seq, statement, (bytes(turned), seq)
        for bit in range(63):
            yield seq, "UPDATE OR IGNORE audit SET seq = ? WHERE seq = ?", (seq ^ 1 << bit, seq)


def test_every_edited_byte_is_found_and_its_row_named(journal: Path) -> None:
    tried = missed = 0
    first = ""
    with database(journal) as connection:
        rows = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
        step = size(23, 1)
        for number, (seq, statement, values) in enumerate(list(edits(connection))):
            if number % step:
                continue
            connection.execute("BEGIN")
            if connection.execute(statement, values).rowcount:
                tried += 1
                bad = examine(connection.execute, Known()).bad
                # A number below its own: the rows that follow are then out of their places too.
                if bad is None or bad > seq:
                    missed += 1
                    first = first or f"row {seq}: {statement} {values!r}"
            connection.execute("ROLLBACK")
    tell("S8", tried, missed, says=f"bytes of {rows} rows edited", seed=first)
    assert tried > 500
    assert missed == 0, first


def pages(content: bytes, texts: list[bytes]) -> list[int]:
    """Return the numbers of the pages in which one of these texts stands."""
    length = int.from_bytes(content[16:18], "big")
    length = 65536 if length == 1 else length
    found = set()
    for text in texts:
        place = content.find(text)
        while place >= 0:
            found.add(place // length)
            place = content.find(text, place + 1)
    return sorted(found)


def test_every_byte_turned_in_the_file_is_found_or_changed_nothing(journal: Path, tmp_path: Path) -> None:
    """Where SQLite still reads the very same rows, the byte was not one of a row: room nobody uses, an unread copy."""
    with database(journal) as connection:
        before = connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()
    content = journal.read_bytes()
    length = int.from_bytes(content[16:18], "big")
    chosen = pages(content, [row[7].encode() for row in before])
    assert chosen
    places = [number * length + offset for number in chosen for offset in range(length)]
    if not full():
        places = random.Random(SEED).sample(places, 400)
    copy = tmp_path / "copy.db"
    shutil.copyfile(journal, copy)
    tried = found = named = missed = 0
    first = ""
    for place in places:
        for mask in (1, 0xFF):
            tried += 1
            _turn(copy, place, content[place] ^ mask)
            try:
                result = look(copy)
                whole, bad = result.whole, result.bad
            except sqlite3.DatabaseError:
                whole, bad = False, None
            if whole and _rows(copy) != before:
                missed += 1
                first = first or f"byte {place} with {mask:#x}"
            found += not whole
            named += bad is not None
            _turn(copy, place, content[place])
    unread = tried - found - missed
    says = f"bytes turned in the file: {named} found with the row, {found - named} as damage, {unread} belong to no row"
    tell("S8", tried, missed, seed=first, says=says)
    assert missed == 0, first
    assert named


def _turn(path: Path, place: int, byte: int) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, bytes([byte]), place)
    finally:
        os.close(descriptor)


def _rows(path: Path) -> list[tuple[object, ...]]:
    with database(path) as connection:
        return connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()


def shapes(rows: int) -> Iterator[tuple[int, list[str]]]:
    """Yield what can be done to whole rows, with the row that must be named."""
    for row in range(1, rows + 1):
        yield row, [f"DELETE FROM audit WHERE seq = {row}"]
        yield row, [f"DELETE FROM audit WHERE seq >= {row}"]
        yield row, [f"DELETE FROM audit WHERE seq = {row}", f"UPDATE audit SET seq = seq - 1 WHERE seq > {row}"]
        columns = ", ".join(TEXTS)
        made = f"INSERT INTO audit SELECT {row}, {columns} FROM audit WHERE seq = {{}}"
        apart = [f"UPDATE audit SET seq = -seq WHERE seq >= {row}", "UPDATE audit SET seq = 1 - seq WHERE seq < 0"]
        yield row, [*apart, made.format(row + 1)]  # the row twice; what came first is still right
        for other in range(row + 1, rows + 1):
            swap = [f"UPDATE audit SET seq = {a} WHERE seq = {b}" for a, b in ((0, row), (row, other), (other, 0))]
            yield row, swap


def test_rows_cut_moved_swapped_and_doubled_are_found(journal: Path) -> None:
    tried, missed = 0, []
    with database(journal) as connection:
        rows = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
        for row, statements in shapes(rows):
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(statement)
            bad = examine(connection.execute, Known()).bad
            connection.execute("ROLLBACK")
            tried += 1
            # The copy of a row stands behind it: there it is the next one that is wrong.
            if bad not in (row, row + 1):
                missed.append((row, statements, bad))
    tell("S8", tried, len(missed), says="rows cut, moved, swapped, doubled")
    assert not missed, missed[0]


def test_a_chain_written_anew_is_found_by_what_was_told_outside(journal: Path, book: AnchorBook) -> None:
    """Its hashes are all right; only the anchors know better."""
    with database(journal) as connection:
        named = connection.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()[0]
        rows = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
    known = book.known(named)
    newest = max(anchor.seq for anchor in known.own)
    assert newest <= rows, "no more is told than there is"
    rows = newest  # what came after the last outcome is not told outside yet
    tried, missed = 0, []
    with database(journal) as connection:
        for row in range(1, rows + 1):
            for statement in (
                f"UPDATE audit SET person = 'nobody' WHERE seq = {row}",
                f"UPDATE audit SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = {row}",
                f"DELETE FROM audit WHERE seq >= {row}",
            ):
                connection.execute("BEGIN")
                connection.execute(statement)
                chain_again(connection)
                found = examine(connection.execute, known)
                connection.execute("ROLLBACK")
                tried += 1
                assert found.bad is None, "this forger knows how hashes are made"
                if not any(f"{newest:,}" in fault for fault in found.broken_anchors):
                    missed.append((row, statement))
    tell("S8", tried, len(missed), says="chains written anew, found by the anchor outside")
    assert not missed, missed[0]


def test_an_end_that_somebody_wrote_down_is_enough(journal: Path) -> None:
    head = look(journal)
    written = parse_anchor(f"{head.rows}:{head.head[:16]}")
    assert look(journal, Known((written,))).whole
    with database(journal) as connection:
        connection.execute("UPDATE audit SET person = 'nobody' WHERE seq = 1")
        chain_again(connection)
    assert look(journal).whole
    assert look(journal, Known((written,))).broken_anchors == (
        f"Row {head.rows} is not the one that was noted in --anchor: the chain was written anew.",
    )


def test_an_anchor_that_was_taken_away_is_missed(data_dir: Path, journal: Path, book: AnchorBook) -> None:
    stores = open_with(data_dir, book)  # what an earlier process told last is in the first row of the next one
    stores.journal.move("I-000001", "succeeded", None, "answer", NOW)
    stores.close()
    assert verified(data_dir, book).whole
    lines = book.path.read_text().splitlines(keepends=True)
    *told, newest = (int(line.split()[1]) for line in lines)
    tried, missed = 0, []
    for gone, seq in enumerate(told):
        book.path.write_text("".join(lines[:gone] + lines[gone + 1 :]))
        tried += 1
        if f"row {seq:,} was told outside, and no file in {book.path.parent} knows" not in "".join(
            verified(data_dir, book).broken_anchors
        ):
            missed.append(seq)
    tell("S8", tried, len(missed), says="anchors taken away from their file")
    assert len(told) > 3
    assert not missed
    with database(journal) as connection:
        connection.execute("UPDATE audit SET person = 'nobody' WHERE seq = 1")
        chain_again(connection)
    book.path.unlink()
    (fault,) = verified(data_dir, book).broken_anchors
    assert f"The chain says that {len(told)} rows, the newest row {told[-1]:,}, were told outside" in fault
    book.path.parent.rmdir()
    assert verified(data_dir, book).broken_anchors == (fault,)
    assert newest not in told, "only what was told last of all is known to nobody"


def test_a_later_end_that_somebody_wrote_down_stands_for_lost_anchors(
    data_dir: Path, journal: Path, book: AnchorBook
) -> None:
    head = look(journal)
    book.path.unlink()
    assert not verified(data_dir, book).whole
    assert verified(data_dir, book, f"{head.rows}:{head.head[:16]}").whole
    with database(journal) as connection:
        (first,) = connection.execute("SELECT hash FROM audit WHERE seq = 1").fetchone()
    assert not verified(data_dir, book, f"1:{first}").whole, "an earlier one stands for nothing"
    assert look(journal).whole, "who looked nowhere misses nothing"


def test_a_chain_tells_of_no_anchor_that_is_none_of_its_own(journal: Path, book: AnchorBook, data_dir: Path) -> None:
    with book.path.open("a") as file:
        file.write(f"2026-03-01 2 {'0' * 64} abc\n")
    stores = open_with(data_dir, book)
    stores.journal.track([tracked(oid(3))], NOW)
    stores.close()
    book.path.unlink()
    assert "row 2 " not in "".join(verified(data_dir, book).broken_anchors)
    assert ANCHORED not in JournalReader(data_dir).trail()[-1].data


@pytest.mark.parametrize("text", ["", "1", "1:", "x:" + "0" * 64, "1:" + "0" * 15, "1:" + "g" * 16, "1:" + "0" * 65])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SEQ:HASH"):
        parse_anchor(text)


def test_another_journal_in_the_same_place_is_named(journal: Path, book: AnchorBook, data_dir: Path) -> None:
    journal.unlink()
    stores = open_with(data_dir, book)
    live(stores)
    stores.close()
    with database(journal) as connection:
        named = connection.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()[0]
    found = look(journal, book.known(named))
    assert not found.whole
    assert "Another journal stood here" in found.broken_anchors[0]


def test_anchors_are_told_daily_and_with_every_outcome(journal: Path, book: AnchorBook) -> None:
    lines = book.path.read_text().splitlines()
    with database(journal) as connection:
        told = dict(connection.execute("SELECT seq, hash FROM audit"))
        money = {row[0] for row in connection.execute("SELECT seq FROM audit WHERE kind IN ('outcome', 'settle')")}
    numbers = [int(line.split()[1]) for line in lines]
    assert set(numbers) == money | {min(numbers)}, "the first entry of the day, then outcomes alone"
    assert all(told[int(line.split()[1])] == line.split()[2] for line in lines)
    assert book.path.stat().st_mode & 0o777 == 0o600
    assert book.path.parent.stat().st_mode & 0o777 == 0o700


def test_each_turn_of_the_switch_is_told_at_once(journal: Path, book: AnchorBook, data_dir: Path) -> None:
    stores = open_with(data_dir, book)
    on = Switch("on", "authorize", NOW, "ops")
    stores.journal.turn(replace(on, position="off"), stores.journal.turn(on, None))
    stores.close()
    with database(journal) as connection:
        turns = [row[0] for row in connection.execute("SELECT seq FROM audit WHERE kind = 'switch' ORDER BY seq")]
    assert [int(line.split()[1]) for line in book.path.read_text().splitlines()][-2:] == turns


def test_a_line_that_was_never_finished_spoils_no_other(journal: Path, book: AnchorBook, data_dir: Path) -> None:
    with book.path.open("a") as file:
        file.write("2026-03-0")
    stores = open_with(data_dir, book)
    stores.journal.move("I-000001", "succeeded", None, "answer", NOW)
    stores.close()
    assert book.path.read_text().splitlines()[-1].startswith("2026-03-01 ")


def test_a_place_that_cannot_be_written_stops_no_outcome(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    stores = open_with(data_dir, AnchorBook(tmp_path / "state" / "anchors", data_dir))
    live(stores)
    stores.close()
    assert look(data_dir / "journal.db").whole


def test_the_syslog_hears_the_same_line_where_it_is_wanted(tmp_path: Path, data_dir: Path) -> None:
    address = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(str(address))
        syslog.settimeout(30)
        book = AnchorBook(tmp_path / "anchors", data_dir, syslog=str(address))
        book.drop(NOW, 7, "a" * 64, "abc", at_once=True)
        assert syslog.recv(1000).decode() == f"<86>azpay: audit anchor 2026-03-01 7 {'a' * 64} abc"
    book.drop(NOW, 8, "b" * 64, "abc", at_once=True)
    assert [anchor.seq for anchor in book.known("abc").own] == [7, 8], "without a syslog the file still has it"


def test_lines_of_others_and_no_lines_are_none_of_a_journals_anchors(tmp_path: Path, data_dir: Path) -> None:
    book = AnchorBook(tmp_path, data_dir)
    book.drop(NOW, 7, "a" * 64, "abc", at_once=True)
    other = AnchorBook(tmp_path, tmp_path / "elsewhere")
    other.drop(NOW, 8, "b" * 64, "def", at_once=True)
    with book.path.open("a") as file:
        file.write("no anchor\n")
    known = book.known("abc")
    assert ([anchor.seq for anchor in known.own], known.others) == ([7], ())


def test_a_page_that_cannot_be_read_is_told_with_the_rows_before_it(journal: Path) -> None:
    with database(journal) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()[0]
        page = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(journal.read_bytes())
    content[(root - 1) * page : root * page] = b"\xff" * page
    journal.write_bytes(content)
    found = look(journal)
    assert (found.bad, found.rows, found.whole) == (1, 0, False)
    assert (
        "The chain is broken at row 1 of 0 (it cannot be read: database disk image is malformed)" in found.faults()[0]
    )
