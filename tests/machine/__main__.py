"""Many random lives: `python -m tests.machine FIRST LAST`, 200 of each seed; the first that goes wrong ends it.

With `--sales` in front they are those of a shop, see `selling.py`; with `--deaths` each seed is one, see `deaths.py`.
"""

from __future__ import annotations

import sys

from tests.machine.deaths import lives
from tests.machine.machine import Machine, series
from tests.machine.selling import Selling

RUNS = 200
"""Lives of one seed."""


def main() -> None:
    words = sys.argv[1:]
    if words[0] == "--deaths":
        lives(*map(int, words[-2:]))
        return
    of: type[Machine] = Selling if words[0] == "--sales" else Machine
    first, last = map(int, words[-2:])
    for seed in range(first, last + 1):
        series(seed, RUNS, of)
        print(f"seed {seed}: {RUNS} lives", flush=True)


if __name__ == "__main__":
    main()
