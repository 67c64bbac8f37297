"""R1 R3 R8 R10: random lives of a shop that sells by lines, cancels sales and has steps taken without a person.

`make safety` tries 20 seeds of 200 lives; here is the first one, shortened.
"""

from __future__ import annotations

from tests.machine.machine import series
from tests.machine.selling import Selling


def test_random_lives_of_a_shop() -> None:
    series(0, 6, Selling)
