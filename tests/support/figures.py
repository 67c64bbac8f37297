"""How much a test tries, and what it found: a slice within `make test`, everything within `make safety`.

`make safety` names a file in AZPAY_FIGURES. Tests then take their full size and write down, as lines of JSON, what they
tried; its table is made of these lines.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "AZPAY_FIGURES"


def full() -> bool:
    """Whether everything is to be tried."""
    return bool(os.environ.get(VARIABLE))


def size(few: int, many: int) -> int:
    """Return how often to try: `few` within `make test`, `many` within `make safety`."""
    return many if full() else few


def tell(promise: str, runs: int, violations: int = 0, *, seed: str = "", says: str = "") -> None:
    """Write down what was tried for a promise (`R1` to `R22`, `S1` to `S15`); call it before asserting.

    `seed` is what replays the first violation, `says` a measured figure such as `p95 0.4 s`.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return
    line = {"promise": promise, "runs": runs, "violations": violations, "seed": seed, "says": says}
    with Path(name).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
