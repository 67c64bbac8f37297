"""The end of the audit chain as it is told outside: a line a day or an outcome, readable whatever stands before it."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW

from azpay_tui.store.journal.anchors import Anchor, AnchorBook, parse_anchor

HEAD = "ab" * 32
JOURNAL = "cd" * 8
DAY = f"{NOW:%Y-%m-%d}"


@pytest.fixture
def book(tmp_path: Path) -> AnchorBook:
    return AnchorBook(tmp_path / "anchors", tmp_path / "data")


def again(tmp_path: Path) -> AnchorBook:
    """What another process has of the same file."""
    return AnchorBook(tmp_path / "anchors", tmp_path / "data")


def drop(book: AnchorBook, seq: int, days: int = 0, *, at_once: bool = False) -> Anchor | None:
    return book.drop(NOW + timedelta(days=days), seq, HEAD, JOURNAL, at_once=at_once)


def test_what_is_told_is_read_back_with_who_says_it(book: AnchorBook) -> None:
    assert book.last() is None
    told = drop(book, 7)
    assert told == book.last() == Anchor(7, HEAD, str(book.path), DAY, JOURNAL)
    assert list(book.files()) == [(book.path, (told,))]
    assert book.path.read_text() == f"{DAY} 7 {HEAD} {JOURNAL}\n"


def test_once_a_day_is_enough_whichever_process_did_it(book: AnchorBook, tmp_path: Path) -> None:
    assert drop(book, 1) is not None
    assert drop(book, 2) is None
    other = again(tmp_path)
    assert drop(other, 3) is None
    assert drop(other, 4, at_once=True) is not None
    assert drop(other, 5) is None
    assert drop(other, 6, days=1) is not None
    assert [anchor.seq for _, anchors in book.files() for anchor in anchors] == [1, 4, 6]


def test_the_newest_is_found_at_the_end_of_a_long_file(book: AnchorBook, tmp_path: Path) -> None:
    for seq in range(1, 40):
        drop(book, seq, at_once=True)
    last = again(tmp_path).last()
    assert last is not None
    assert last.seq == 39


@pytest.mark.parametrize("left", [b"2026-03-01 9 ab", b"\xff\xfe", b"x"])
def test_a_line_that_was_never_finished_spoils_no_other(book: AnchorBook, tmp_path: Path, left: bytes) -> None:
    drop(book, 1)
    with book.path.open("ab") as stream:
        stream.write(left)
    assert drop(again(tmp_path), 2, days=1) is not None
    assert [anchor.seq for _, anchors in book.files() for anchor in anchors] == [1, 2]
    assert book.path.read_bytes().splitlines()[1] == left


def test_the_syslog_is_told_the_same_line(tmp_path: Path) -> None:
    address = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(address)
        syslog.settimeout(10)
        drop(AnchorBook(tmp_path / "anchors", tmp_path, syslog=address), 7)
        assert syslog.recv(1000).decode() == f"<86>azpay: audit anchor {DAY} 7 {HEAD} {JOURNAL}"


def test_a_syslog_that_takes_nothing_any_more_is_not_waited_for(tmp_path: Path) -> None:
    """It would wait for ever: the room that a listener has is full, and it does not read."""
    address = str(tmp_path / "log")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as others,
    ):
        syslog.bind(address)
        others.setblocking(False)
        others.connect(address)
        with suppress(BlockingIOError):
            while True:
                others.send(b"x")
        book = AnchorBook(tmp_path / "anchors", tmp_path, syslog=address)
        told = drop(book, 7)
        assert told is not None
        assert told == book.last()


@pytest.mark.parametrize("text", ["", "7", "7:abc", f"x:{HEAD}", f"7:{'g' * 16}", f"-1:{HEAD}"])
def test_of_what_is_no_anchor_it_is_said_how_one_looks(text: str) -> None:
    with pytest.raises(ValueError, match=r"^An anchor is SEQ:HASH as azpay audit verify prints it, with 16 or more d"):
        parse_anchor(text)


def test_what_a_person_wrote_down_may_be_short_and_in_capitals() -> None:
    assert parse_anchor(f" 7:{'AB' * 8}\n") == Anchor(7, "ab" * 8, "--anchor")
