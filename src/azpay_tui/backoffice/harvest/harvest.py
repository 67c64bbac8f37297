"""Reading a source of any kind, as it comes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from azpay_tui.backoffice.harvest.contract import read_orders
from azpay_tui.backoffice.harvest.decoding import CHUNK, HEAD, Counted, blocks
from azpay_tui.backoffice.harvest.documents import read_document, read_objects
from azpay_tui.backoffice.harvest.goods import read_lines
from azpay_tui.backoffice.harvest.ids import Finder
from azpay_tui.backoffice.harvest.labels import LabelError
from azpay_tui.backoffice.harvest.prose import read_text
from azpay_tui.backoffice.harvest.reading import BadLine, Reading, Tally
from azpay_tui.backoffice.harvest.records import HeaderError
from azpay_tui.backoffice.harvest.rows import Rows
from azpay_tui.backoffice.harvest.sniffing import sniff
from azpay_tui.backoffice.harvest.tables import read_table
from azpay_tui.domain.rows import TrackedOrder

Item = TrackedOrder | BadLine


class Harvest(Iterator[Item]):
    """The orders of a source and the complaints about it, in its order; what was read is counted in `tally`.

    Nothing is read before it is asked for. `tick` is called whenever something was read, also where no id stands; an
    exception it raises ends the harvest.
    """

    def __init__(self, items: Callable[[Harvest], Iterator[Item]]) -> None:
        self.tally = Tally()
        self.tick: Callable[[], None] | None = None
        self._items = items(self)

    def __next__(self) -> Item:
        """Return what comes next."""
        return next(self._items)

    def ticked(self) -> None:
        """Tell whoever wants to know that something was read."""
        if self.tick is not None:
            self.tick()


def read(stream: BinaryIO, reading: Reading) -> Harvest:
    """Read bytes of any format: orders.csv, lines.csv, CSV or TSV with a line of titles, JSON, JSON Lines, or any text.

    The stream is not closed. An `OSError` of its `read` ends the harvest with a complaint that holds its text.
    """

    def items(harvest: Harvest) -> Iterator[Item]:
        finder = Finder(reading)
        try:
            rows = Rows(reading, finder)
        except LabelError as error:
            yield BadLine(0, f"{reading.source}: {error}", "source")
            return
        counted = Counted(stream, harvest.tally, harvest.ticked)
        yield from _read(counted, reading, rows, harvest.tally)
        if counted.problem is not None:
            harvest.tally.broken = True
            yield BadLine(0, f"{reading.source}: {counted.problem}", "source")
        if (complaint := finder.complaint(harvest.tally.unit)) is not None:
            yield complaint

    return Harvest(items)


def _read(stream: Counted, reading: Reading, rows: Rows, tally: Tally) -> Iterator[Item]:
    sniffed = sniff(stream.head, reading, len(stream.head) < HEAD)
    tally.format = sniffed.format
    if sniffed.problem is not None:
        yield BadLine(0, f"{reading.source}: {sniffed.problem}", "source")
    if sniffed.format in ("contract", "lines"):
        try:
            if sniffed.format == "contract":
                yield from read_orders(io.BufferedReader(stream, CHUNK), reading, tally)
            else:
                yield from read_lines(io.BufferedReader(stream, CHUNK), reading, tally, lambda: stream.problem is None)
        except HeaderError as error:
            yield BadLine(1, f"{reading.source}: {error}", "source")
        return
    texts = blocks(stream, tally)
    if sniffed.format == "table":
        yield from read_table(texts, sniffed, rows, tally)
    elif sniffed.format == "json":
        yield from read_document(texts, rows, tally)
    else:
        yield from read_text(texts, rows, tally)


def read_records(records: Iterable[object], reading: Reading) -> Harvest:
    """Read JSON objects that somebody has parsed already, such as the orders on the pages of an answer."""

    def items(harvest: Harvest) -> Iterator[Item]:
        def ticking() -> Iterator[object]:
            for record in records:
                harvest.ticked()
                yield record

        finder = Finder(reading)
        try:
            rows = Rows(reading, finder)
        except LabelError as error:
            yield BadLine(0, f"{reading.source}: {error}", "source")
            return
        harvest.tally.format, harvest.tally.unit = "json", "record"
        yield from read_objects(ticking(), rows, harvest.tally)
        if (complaint := finder.complaint(harvest.tally.unit)) is not None:
            yield complaint

    return Harvest(items)
