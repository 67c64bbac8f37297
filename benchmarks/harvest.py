"""Reading exports and logs, against what one would write for the day: Python's own csv or json, and a search for ids.

The plain way finds ids as they stand. Ours tells encoding and format, groups ids by order, reads amounts, times and
status words, and says of every line that it did not understand; `take` also puts together what is new of each order.
Nothing is stored.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from azpay_tui.backoffice.harvest import Reading, read, take
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from benchmarks.common import Table, finish, interleaved, options, timed, workplace

LINES = 60_000
ORDERS = 12_000
COLUMNS = ("plain csv, json, re", "read", "read and take")
TITLES = ("order_number", "permission_id", "charge_id", "currency", "amount", "created", "buyer_name", "note")
READING = Reading("import", None, None)
_ID = re.compile(r"[A-Z]\d\d-\d{7}-\d{7}(?:-[ACR]\d{6})?")


def _row(line: int) -> tuple[str, ...]:
    number = line * 7919 % ORDERS
    order_id = f"S01-{number:07d}-{number * 37 % 10**7:07d}"
    created = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d} 10:{number % 60:02d}:00"
    note = f'A note, in which "{number}" stands'
    return (
        str(100_000 + number),
        order_id,
        f"{order_id}-C{line % 3:06d}",
        "EUR",
        f"{number % 500}.50",
        created,
        f"Ada Müller {number}",
        note,
    )


def made(directory: Path) -> dict[str, Path]:
    """Write the same orders in four forms."""
    rows = [_row(line) for line in range(LINES)]
    files = {name: directory / f"harvest.{name}" for name in ("tsv", "csv", "json", "log")}
    with open(files["tsv"], "w", encoding="utf-8") as stream:
        stream.writelines("\t".join(row) + "\n" for row in (TITLES, *rows))
    with open(files["csv"], "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows((TITLES, *rows))
    with open(files["json"], "w", encoding="utf-8") as stream:
        json.dump({"total": LINES, "data": [dict(zip(TITLES, row, strict=True)) for row in rows]}, stream)
    with open(files["log"], "w", encoding="utf-8") as stream:
        stream.writelines(
            f"2026-11-22 10:00:12.{line % 1000:03d} [INFO] AmazonPay: POST /v2/charges/{row[2]}/capture: 200\n"
            if line % 2
            else f"2026-11-22 10:00:12.{line % 1000:03d} [DEBUG] cache miss for customer_{line}, rebuilding the index\n"
            for line, row in enumerate(rows)
        )
    return files


def plain(file: Path) -> float:
    """Find the ids with what Python has; seconds."""

    def table(delimiter: str, quote: str | None) -> int:
        with open(file, encoding="utf-8", newline="") as stream:
            quoting: Literal[0, 3] = csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL
            rows = csv.DictReader(stream, delimiter=delimiter, quotechar=quote or "\0", quoting=quoting)
            return sum(len(_ID.findall(cell)) for row in rows for cell in row.values())

    def document() -> int:
        with open(file, encoding="utf-8") as stream:
            return sum(len(_ID.findall(cell)) for row in json.load(stream)["data"] for cell in row.values())

    def log() -> int:
        with open(file, encoding="utf-8") as stream:
            return sum(len(_ID.findall(line)) for line in stream)

    ways: dict[str, Callable[[], int]] = {
        ".tsv": partial(table, "\t", None),
        ".csv": partial(table, ",", '"'),
        ".json": document,
        ".log": log,
    }
    return timed(ways[file.suffix]) / 1000


def reading(file: Path) -> float:
    """Read the orders; seconds."""
    with open(file, "rb") as stream:
        return timed(lambda: sum(1 for _ in read(stream, READING))) / 1000


def taking(file: Path) -> float:
    """Read the orders and put together what is new of each; seconds."""

    def track(orders: Sequence[TrackedOrder]) -> TrackResult:
        return TrackResult(0, 0, len(orders))

    with open(file, "rb") as stream:
        return timed(lambda: take(read(stream, READING), track)) / 1000


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=3)
    table = Table(f"Harvest, {LINES:,} lines of {ORDERS:,} orders", COLUMNS, "lines/s")
    with workplace() as directory:
        for name, file in made(directory).items():
            cases = {"plain": partial(plain, file), "read": partial(reading, file), "take": partial(taking, file)}
            table.add(name, *(LINES / seconds for seconds in interleaved(cases, chosen.rounds).values()))
    finish([table], chosen.json)


if __name__ == "__main__":
    main()
