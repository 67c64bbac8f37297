"""How often in a row a payment may be declined for now before another try needs more than a key.

Amazon names no number: while the permission is chargeable a soft decline may be tried again, each time with a new key
(API guide, reasons of a declined charge); its older guide speaks of one more try.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from azpay_tui.domain.limits import MAX_CHARGES

LONGEST: Final = 180 * 24
"""Hours in the life of an order."""
_WRITTEN: Final = re.compile(r"([1-9][0-9]{0,3})(?:/([1-9][0-9]{0,4})h)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tries:
    """How many soft declines in a row a shop takes, and what comes then."""

    most: int | None
    """After so many another try is warned of; None: as Amazon has it, never."""
    hours: int | None = None
    """And so many hours have to pass since the first of the last `most`; None: a warning is all."""

    @classmethod
    def parse(cls, text: str) -> Tries | None:
        """Read `limit`, `3` or `3/24h`; None for anything else."""
        if text == "limit":
            return UNLIMITED
        match = _WRITTEN.fullmatch(text)
        return None if match is None else cls(int(match[1]), int(match[2]) if match[2] else None)

    @property
    def widens(self) -> bool:
        """Whether it is more than Amazon lets an order be charged, or longer than an order lives."""
        return (self.most or 0) > MAX_CHARGES or (self.hours or 0) > LONGEST

    @property
    def pause(self) -> timedelta | None:
        """How long it has to rest."""
        return None if self.hours is None else timedelta(hours=self.hours)

    def __str__(self) -> str:
        """Return it as a configuration says it."""
        if self.most is None:
            return "limit"
        return str(self.most) if self.hours is None else f"{self.most}/{self.hours}h"


UNLIMITED: Final = Tries(None)
USUAL: Final = Tries(3)
"""Without a word of the shop's: three, then the buyer is asked for another payment method, and a try is warned of."""
