"""R1 R3 R6: a death at any point of a cancelled sale or of an automatic step, with a fault on the line or without.

`make safety` lives 2,000 of them; here are the first.
"""

from __future__ import annotations

from tests.machine.deaths import lives


def test_what_died_in_the_middle_is_completed_once() -> None:
    lives(0, 5)
