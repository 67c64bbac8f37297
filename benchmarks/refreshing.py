"""Keys while the console reads 2,000 objects in the background, against the same keys when there is nothing to read.

From the key to the painted cursor row, in the whole console at a real pseudo terminal of 80x24. No pace is kept, so the
refresh works as hard as it can; the simulated Amazon runs on the same machine and checks each signature.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.common import Table, finish, options, workplace
from benchmarks.shop import simulated
from benchmarks.terminal import Terminal

ORDERS = 1000
ALL_ORDERS, DOWN, UP = b"6", b"\x1b[B", b"\x1b[A"
CURSOR_ROW = b"\x1b[1;7m"
"""How the row that the cursor is on begins; where the list scrolls under the cursor, its mark is there already."""
PRESSES = 400
PAUSE = 0.03
"""Seconds between two keys: as fast as a key repeats."""
COLUMNS = ("nothing to read", "2,000 objects being read")


def console(shop: Path, data_dir: Path) -> list[str]:
    """Return the command of the console on a data directory."""
    return [sys.executable, "-I", "-m", "azpay_tui", "--config", str(shop / "config.toml"), "--data-dir", str(data_dir)]


def unread(data_dir: Path) -> int:
    """Count the objects that were never read, from outside."""
    with closing(sqlite3.connect(f"file:{data_dir / 'cache.db'}?mode=ro", uri=True, timeout=10)) as cache:
        found: int = cache.execute("SELECT count(*) FROM object WHERE read_at IS NULL").fetchone()[0]
        return found


def pressed(terminal: Terminal, on: Callable[[], bool]) -> list[float]:
    """Move the cursor down and up while there is something to measure; returns milliseconds."""
    found: list[float] = []
    while on() and len(found) < PRESSES:
        found.append(terminal.answer((DOWN, UP)[len(found) // 8 % 2], CURSOR_ROW))
        terminal.watch(PAUSE)
    return found


def measure(shop: Path, data_dir: Path) -> tuple[list[float], list[float]]:
    """Press keys until a first refresh has read everything, then as often again."""
    subprocess.run(
        [*console(shop, data_dir), "orders", "import", str(shop / "orders.csv")], check=True, stdout=subprocess.DEVNULL
    )
    with Terminal(console(shop, data_dir)) as terminal:
        terminal.until(b"S01-")
        terminal.press(ALL_ORDERS)
        busy = pressed(terminal, lambda: unread(data_dir) > 0)
        while unread(data_dir):
            terminal.watch(0.2)
        terminal.settle(1.0)
        return pressed(terminal, lambda: True)[: len(busy)], busy


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of the others does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=2)
    quiet: list[float] = []
    busy: list[float] = []
    with workplace() as directory, simulated(directory / "refreshing", ORDERS) as shop:
        for number in range(chosen.rounds):
            one, other = measure(shop, directory / f"refreshing-{number}")
            quiet += one
            busy += other
    table = Table(f"From a key to its paint, {len(busy)} keys each", COLUMNS)
    table.add("median", statistics.median(quiet), statistics.median(busy))
    for share in (0.95, 0.99):
        table.add(f"p{share:.0%}".rstrip("%"), percentile(quiet, share), percentile(busy, share))
    table.add("slowest", max(quiet), max(busy))
    finish([table], chosen.json)


if __name__ == "__main__":
    main()
