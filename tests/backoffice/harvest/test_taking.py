"""What is stored of a harvest: in batches, every order once as far as possible, the same however it comes."""

from __future__ import annotations

import io
import itertools
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.backoffice.harvest.reader import A, B, Book, Pieces, reading

from azpay_tui.backoffice.harvest import BATCH, BadLine, Report, Stopped, read, take
from azpay_tui.backoffice.harvest.numbers import Numbers
from azpay_tui.domain.mapping import Mapping
from azpay_tui.domain.rows import TrackedOrder

MAPPED = reading(
    Mapping({"number": ("number",), "permission": ("permission",), "buyer_name": ("name",)}, complete=True)
)
HEAD = "number\tpermission\tcharge\tname\n"


def table(lines: int, orders: int, seed: int = 3) -> str:
    """Lines in any order, several of them of one order."""
    chance = random.Random(seed)
    numbers = [number % orders for number in range(lines)]
    chance.shuffle(numbers)
    rows = (
        f"{number}\tS01-{number:07d}-0000001\tS01-{number:07d}-0000001-C{chance.randrange(3):06d}\tAda {number}\n"
        for number in numbers
    )
    return HEAD + "".join(rows)


def test_a_slice_of_a_long_table_is_the_same_every_time() -> None:
    book, text = Book(), table(20_000, 3000)
    first = book.take(text, MAPPED)
    stored = dict(book.orders)
    assert (first.lines, first.orders, first.added, first.updated, first.unchanged) == (20_001, 3000, 3000, 0, 0)
    assert first.ids == 3000 + sum(len(order["ids"]) for order in book.orders.values())  # type: ignore[arg-type, misc]
    # A line that adds nothing is not stored again.
    assert sum(book.batches) <= first.ids
    assert max(book.batches) <= BATCH
    again = book.take(text, MAPPED)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 3000)
    assert book.orders == stored


def test_an_interrupted_harvest_goes_on_where_it_was() -> None:
    text = table(20_000, 3000)
    whole, parts = Book(), Book()
    whole.take(text, MAPPED)
    calls = itertools.count()
    half = take(read(io.BytesIO(text.encode()), MAPPED), parts.track, stop=lambda: next(calls) > 3)
    assert half.interrupted
    assert 0 < half.orders < 3000
    assert half.added == half.orders == len(parts.orders)
    rest = parts.take(text, MAPPED)
    assert (rest.interrupted, rest.added + half.added) == (False, 3000)
    assert parts.orders == whole.orders


def test_a_signal_while_nothing_comes_keeps_what_came() -> None:
    pieces = Pieces([HEAD.encode(), table(5000, 5000).encode()[len(HEAD) :]], Stopped())
    book = Book()
    report = take(read(io.BufferedReader(pieces), MAPPED), book.track)
    assert report.interrupted
    assert report.orders == report.added == len(book.orders) > 4000


def test_orders_csv_can_be_interrupted_too() -> None:
    header = "order_number,permission_id,charge_ids,refund_ids,currency,amount,created,buyer_name,buyer_email\n"
    text = header + "".join(f"{number},S01-{number:07d}-0000001,,,,,,,\n" for number in range(30_000))
    book, calls = Book(), itertools.count()
    report = take(read(io.BytesIO(text.encode()), reading()), book.track, stop=lambda: next(calls) > 4)
    assert report.interrupted
    assert 0 < report.orders < 30_000
    assert report.added == len(book.orders) == report.orders
    assert all(order["complete"] for order in book.orders.values())


def test_progress_is_told_also_where_no_id_stands() -> None:
    heard: list[Report] = []
    text = "nothing of interest in this line of a log\n" * 30_000 + f"{A}\n"
    take(read(io.BytesIO(text.encode()), reading()), Book().track, heard.append)
    sizes = [report.size for report in heard]
    assert len(sizes) > 3
    assert sizes == sorted(sizes)


def test_a_source_that_ends_too_early_leaves_its_last_order_open() -> None:
    book = Book()
    report = book.take(f"{HEAD}1\t{A}\t{A}-C000001\tAda\n2\t{B}\t{B}-C000001\tBob\n2\t{B}\t{B}-C0", MAPPED)
    assert report.broken
    assert (book.orders[A]["complete"], book.orders[B]["complete"]) == (True, False)


def test_the_first_label_counts_but_another_number_is_another_word() -> None:
    sent: list[TrackedOrder] = []
    book = Book()
    text = f"{HEAD}1\t{A}\t\tAda\n1\t{A}\t\tBob\n2\t{A}\t\tCid\n1\t{A}\t{A}-C000001\tDan\n"
    take(
        read(io.BytesIO(text.encode()), MAPPED),
        lambda batch: (sent.extend(batch), book.track(batch))[1],  # type: ignore[func-returns-value]
    )
    assert [(order.number, order.buyer_name, order.charge_ids) for order in sent] == [
        ("1", "Ada", (f"{A}-C000001",)),
        ("2", "Cid", ()),
    ]


def test_complaints_are_counted_and_only_the_first_ones_kept() -> None:
    def items() -> Iterator[BadLine]:
        for number in range(5000):
            yield BadLine(number, "no")
        yield BadLine(0, "shop: all of it", "source")

    report = take(items(), Book().track)
    assert (report.bad, len(report.first), report.problems) == (5000, 1000, ("shop: all of it",))


def test_an_error_of_the_store_is_raised() -> None:
    def track(_: object) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        take(read(io.BytesIO(A.encode()), reading()), track)  # type: ignore[arg-type]


WORDS = st.lists(st.sampled_from([A, B, f"{A}-C000001", f"{A}-R000001", f"{B}-A000002", "word", "\n"]), max_size=30)


@given(WORDS)
def test_the_sums_are_those_of_what_stands_there(words: list[str]) -> None:
    book = Book()
    report = book.take("log " + " ".join(words), reading())
    ids = {word.replace("-A", "-C") for word in words if "-" in word}
    orders = {word[:19] for word in ids}
    assert (report.orders, report.ids) == (len(orders), len(orders | ids))
    assert report.added == len(book.orders) == len(orders)


@given(st.lists(st.sets(st.integers(0, 2**64 - 1), max_size=40), max_size=8))
def test_numbers_are_remembered_exactly(many: list[set[int]]) -> None:
    numbers = Numbers()
    for some in many:
        numbers.add(some)
    every = set().union(*many)
    for number in (*every, 0, 2**64 - 1):
        assert (number in numbers) == (number in every)
        assert numbers.last(number) == max((other for other in every if other <= number), default=-1)


def test_memory_does_not_grow_with_the_lines() -> None:
    """Ten times the lines, half a million of them, take no more memory (a process of its own says how much)."""
    program = """
import io, resource, sys
from azpay_tui.backoffice.harvest import Reading, read, take
from azpay_tui.domain.rows import TrackResult
class Log(io.RawIOBase):
    left, rest = int(sys.argv[1]), b""
    def readable(self): return True
    def readinto(self, buffer):
        if not self.rest and self.left:
            self.left -= 1
            self.rest = b"a line of a log without anything of interest\\n" * 500
            self.rest += b"S01-%07d-0000001-C000001\\n" % (self.left % 50)
        found, self.rest = self.rest[:len(buffer)], self.rest[len(buffer):]
        buffer[:len(found)] = found
        return len(found)
report = take(read(io.BufferedReader(Log()), Reading("log", None, None)), lambda batch: TrackResult(0, 0, 0))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, report.lines)
"""
    found = []
    for blocks in (100, 1000):
        done = subprocess.run(
            [sys.executable, "-I", "-c", program, str(blocks)], capture_output=True, text=True, check=True, timeout=120
        )
        size, lines = map(int, done.stdout.split())
        assert lines == blocks * 501
        found.append(size)
    unit = 1 if sys.platform == "darwin" else 1024
    assert found[1] * unit < found[0] * unit + 8_000_000


def test_a_report_says_what_it_was() -> None:
    report = Book().take(table(10, 5), MAPPED)
    assert (report.format, report.unit, report.size) == ("table", "line", len(table(10, 5)))
