"""Many random lives: `python -m tests.machine FIRST LAST`, 200 of each seed; the first that goes wrong ends it."""

from __future__ import annotations

import sys

from tests.machine.machine import series

RUNS = 200
"""Lives of one seed."""


def main() -> None:
    first, last = map(int, sys.argv[1:])
    for seed in range(first, last + 1):
        series(seed, RUNS)
        print(f"seed {seed}: {RUNS} lives", flush=True)


if __name__ == "__main__":
    main()
