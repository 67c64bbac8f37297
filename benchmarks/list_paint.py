"""The order list against the same rows in Textual's own table, at a real pseudo terminal of 80x24.

Ours is the whole console with its panes; a cursor move is counted twice: the list alone, and with the panes that follow
when the cursor rests. The table is only a table. Ours again at ten times the orders shows that it does not grow.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.common import Table, finish, options, workplace
from benchmarks.shop import made, offline_config
from benchmarks.terminal import Terminal

DOWN, PAGE_DOWN, END, CONTROL_END = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[1;5F"
_Figures = dict[str, tuple[float | None, int | None]]
"""By what was done: milliseconds and bytes."""
REST = 0.4
"""Seconds after which the panes have followed the cursor."""


def measure(
    command: Sequence[str], *, last: bytes, to_end: bytes = END, all_orders: bytes = b"", remote: bool = False
) -> _Figures:
    """Start, move and rest once; `last` is in the last row, `all_orders` the key that shows every order."""
    figures: _Figures = {}
    with Terminal(command, remote=remote) as terminal:
        ready = terminal.until(b"S01-1234567-")
        terminal.settle(REST)
        figures["start to first rows"] = ready, len(terminal.received)
        if all_orders:
            terminal.press(all_orders, quiet=REST)
        for name, key, times in (("cursor down", DOWN, 5), ("page down", PAGE_DOWN, 4), ("jump to end", to_end, 1)):
            painted, rests = [], []
            for _ in range(times):
                painted.append(terminal.press(key))
                before = len(terminal.received)
                terminal.settle(REST)
                rests.append(painted[-1].size + len(terminal.received) - before)
            figures[f"{name}, first byte"] = statistics.median(one.first for one in painted), None
            figures[f"{name}, last byte"] = statistics.median(one.last for one in painted), None
            figures[name] = None, int(statistics.median(one.size for one in painted))
            figures[f"{name}, and rest"] = None, int(statistics.median(rests))
        if last not in painted[-1].text:
            raise RuntimeError("the jump did not reach the last order")
        figures["idle for 2 s"] = None, terminal.idle(2.0)
        figures["memory, MB"] = terminal.memory(), None
    return figures


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=2)
    with workplace() as directory:
        small, large = made(directory, 10_000), made(directory, 100_000)
        config = offline_config(directory)

        def console(data_dir: Path) -> list[str]:
            return [sys.executable, "-I", "-m", "azpay_tui", "--config", str(config), "--data-dir", str(data_dir)]

        plain = [sys.executable, str(Path(__file__).with_name("plain_table.py")), str(small)]
        cases: dict[str, Callable[[], _Figures]] = {
            "DataTable 10,000": lambda: measure(plain, last=b"S01-1234567-0010000", to_end=CONTROL_END),
            "azpay 10,000": lambda: measure(console(small), last=b"S01-1234567-0010000", all_orders=b"6"),
            "azpay 100,000": lambda: measure(console(large), last=b"S10-1234567-0010000", all_orders=b"6"),
            "azpay 10,000, SSH": lambda: measure(
                console(small), last=b"S01-1234567-0010000", all_orders=b"6", remote=True
            ),
        }
        found: dict[str, list[_Figures]] = {name: [] for name in cases}
        for _ in range(chosen.rounds):
            for name, case in cases.items():
                found[name].append(case())
    times, sizes = Table("Order list: time", [*cases]), Table("Order list: sent to the terminal", [*cases], "bytes")
    for what in found["azpay 10,000"][0]:
        for table, which in ((times, 0), (sizes, 1)):
            if found["azpay 10,000"][0][what][which] is not None:
                table.add(what, *(statistics.median(one[what][which] or 0 for one in found[name]) for name in cases))
    finish([times, sizes], chosen.json)


if __name__ == "__main__":
    main()
