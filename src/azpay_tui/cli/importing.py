"""Learning of orders from a file or a pipe of any format, however long."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, cast

from azpay_tui.backoffice.harvest import Reading, Report, Stopped, read, take
from azpay_tui.backoffice.ports import Desk
from azpay_tui.cli import signals
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, USAGE, CommandError
from azpay_tui.cli.output import Progress, error_value, json_result, result, say, shown
from azpay_tui.domain.order import ShopFacts
from azpay_tui.domain.rows import Side, TrackedOrder, TrackResult
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile

SOURCE: Final = "import"
"""What orders come from when nobody gave it a name."""
_MOST_SHOWN: Final = 100
"""Bad lines that are told one by one."""
_CONTRACTS: Final = ("contract", "lines")
"""Files of azpay's own format: what is wrong in one is not taken."""


def import_orders(
    context: Context, file: str, *, preset: str | None, source: str | None, complete: bool | None, as_json: bool
) -> int:
    """Learn of the orders of a file; exit code 2 when a part of it was not understood, the rest is taken all the same.

    A signal ends it after the batch at hand, with the report of what was taken.
    """
    reading = _reading(context.profile(), preset, source, complete)
    with _opened(file) as (stream, size), context.desk() as desk, signals.held():
        known = replace(reading, facts=lambda order_id: _facts(desk, order_id))
        report = import_stream(desk, stream, known, size)
        return _tell(report, reading.source if file == "-" else file, as_json=as_json)


def import_export(desk: Desk, stream: BinaryIO) -> int:
    """Learn of the orders of an orders.csv that azpay has written itself; returns how many there are."""
    with signals.held():
        return import_stream(desk, stream, Reading(SOURCE, "shop", desk.profile.environment)).orders


def import_stream(desk: Desk, stream: BinaryIO, reading: Reading, size: int | None = None) -> Report:
    """Learn of every order of a stream in batches, with progress on standard error; `size` in bytes, where it is known.

    To be called with signals held: one that comes ends it after the batch at hand.
    """

    def track(orders: Sequence[TrackedOrder]) -> TrackResult:
        return desk.track(orders)

    progress = _Progress(size)
    try:
        return take(read(cast(BinaryIO, _Waiting(stream)), reading), track, progress, signals.waiting)
    finally:
        progress.end()


def _reading(profile: Profile, preset: str | None, source: str | None, complete: bool | None) -> Reading:
    from azpay_tui import presets
    from azpay_tui.sourcing import is_source_name

    name = SOURCE if source is None else source
    known = next((each for each in profile.sources if each.name == name), None)
    if known is None and source is not None and not is_source_name(name):
        raise CommandError(
            f"{name!r} cannot be the name of a source: use letters, digits, point, - and _, and none of azpay's own."
        )
    if known is not None:
        preset = known.preset if preset is None else preset
        complete = known.complete if complete is None else complete
    try:
        mapping = None if preset is None else presets.load(preset).mapping
    except presets.PresetError as error:
        raise CommandError(str(error)) from error
    side: Side | None = "shop" if mapping is not None else None
    return Reading(name, side if known is None else known.side, profile.environment, mapping, complete)


@contextlib.contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Open a file, or take standard input; the second is its size in bytes, None for what has none."""
    if file == "-":
        yield sys.stdin.buffer, _size(sys.stdin.buffer)
        return
    path = Path(file)
    try:
        with open(path, "rb") as stream:
            yield stream, _size(stream)
    except OSError as error:
        if error.filename is None or str(error.filename) != str(path):
            raise
        raise CommandError(f"The file {shown_path(path)} cannot be read: {error.strerror}.") from error


def _size(stream: BinaryIO) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        found = os.fstat(stream.fileno())
        if stat.S_ISREG(found.st_mode):
            return found.st_size
    return None


def _facts(desk: Desk, order_id: str) -> ShopFacts | None:
    order = desk.reader.order(order_id)
    return None if order is None else order.shop


class _Waiting:
    """A stream whose reads a signal may end: nobody knows when a pipe gives more."""

    def __init__(self, stream: BinaryIO) -> None:
        self._read = getattr(stream, "read1", stream.read)

    def read(self, size: int) -> bytes:
        with signals.waking(Stopped):
            return cast(bytes, self._read(size))


class _Progress:
    """How far an import is: lines, orders, ids, bytes, and the time left where the size is known."""

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._line = Progress("Read")
        self._start = time.monotonic()

    def __call__(self, report: Report) -> None:
        self._line.text(lambda: self._text(report))

    def _text(self, report: Report) -> str:
        text = _sums(report)
        if not self._size:
            return f"{text}; {_megabytes(report.size)}"
        text += f"; {_megabytes(report.size)} of {_megabytes(self._size)}"
        seconds = time.monotonic() - self._start
        if report.size and seconds > 2:
            left = int(seconds * max(0, self._size - report.size) / report.size)
            text += f", {left // 60}:{left % 60:02d} left"
        return text

    def end(self) -> None:
        self._line.end()


def _sums(report: Report) -> str:
    counts = ((report.lines, report.unit), (report.orders, "order"), (report.ids, "id"))
    return ", ".join(f"{count:,} {word if count == 1 else word + 's'}" for count, word in counts)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _tell(report: Report, name: str, *, as_json: bool) -> int:
    """Print what came of it; returns the exit code."""
    if not report.orders and not report.interrupted and (report.format not in _CONTRACTS or report.problems):
        why = " ".join(report.problems)
        if not why:
            why = (
                f"{name} is empty."
                if not report.size
                else f"{name} holds no id of Amazon, such as S01-1234567-1234567."
            )
        raise CommandError(why, code="bad-file")
    for text in report.problems:
        say(shown(text))
    for line in report.first[:_MOST_SHOWN]:
        say(shown(f"{report.unit.capitalize()} {line.number}: {line.reason}"))
    if report.bad > _MOST_SHOWN:
        say(f"... and {report.bad - _MOST_SHOWN:,} more.")
    if report.replaced:
        count = "1 byte is" if report.replaced == 1 else f"{report.replaced:,} bytes are"
        say(f"{count} no text in the encoding of the file; ids are not concerned.")
    sentence = f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged"
    bad = USAGE if report.bad or report.problems else OK
    if report.bad:
        sentence += f"; {_counted(report.bad, report)}"
    if report.interrupted:
        sentence += "; interrupted: what was read is kept, run it again for the rest"
    if as_json:
        json_result(_value(report, sentence if bad else None))
    else:
        result(f"{sentence}.")
        result(f"{_sums(report)}.")
    return bad


def _counted(bad: int, report: Report) -> str:
    if report.format in _CONTRACTS:
        return f"{bad:,} bad {'line' if bad == 1 else 'lines'} not taken as {'it stands' if bad == 1 else 'they stand'}"
    return f"{bad:,} {'thing was' if bad == 1 else 'things were'} not understood, ids were taken all the same"


def _value(report: Report, error: str | None) -> dict[str, object]:
    value: dict[str, object] = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "bad": [{"line": line.number, "reason": line.reason} for line in report.first],
        "bad_count": report.bad,
        "problems": list(report.problems),
        "lines": report.lines,
        "orders": report.orders,
        "ids": report.ids,
        "replaced_bytes": report.replaced,
        "interrupted": report.interrupted,
    }
    if error is not None:
        value["error"] = error_value(CommandError(f"{error}.", code="bad-lines" if report.bad else "bad-file"))
    return value
