"""R1 R3 R8 R10 R12 R17: random lives of a back office against the simulator's ledger.

`make safety` tries 40 seeds of 200 lives (`tests/machine/__main__.py`); here is the first one, shortened.
"""

from __future__ import annotations

from tests.machine.machine import series


def test_random_lives_of_a_back_office() -> None:
    series(0, 15)
