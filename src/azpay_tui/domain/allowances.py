"""How much more than a sum a shop allows to be charged or given back, as its policy says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from azpay_tui.domain import refund_limits
from azpay_tui.domain.money import Money

MOST_PERCENT: Final = 15
MOST_ABOVE: Final = 75
"""Amazon's goodwill above a sum: at most 15 %, and at most 75 USD, EUR or GBP (8,400 yen) (API guide, refunds)."""
_ALLOWANCE: Final = re.compile(r"([0-9]{1,4})%/([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much above a sum a shop allows: what Amazon does, nothing, or a share of the sum up to an amount."""

    percent: int | None
    """Per cent of the sum, cut down to the minor unit; None: all that Amazon allows."""
    most: int = 0
    """At most so many USD, EUR or GBP; in yen 112 for each."""

    @classmethod
    def parse(cls, text: str) -> Allowance | None:
        """Read `limit`, `none` or `15%/75`; None for anything else."""
        if text == "limit":
            return AS_AMAZON
        if text == "none":
            return NOTHING
        match = _ALLOWANCE.fullmatch(text)
        return None if match is None else cls(int(match[1]), int(match[2]))

    @property
    def widens(self) -> bool:
        """Whether it is more than Amazon's own rule."""
        return self.percent is not None and (self.percent > MOST_PERCENT or self.most > MOST_ABOVE)

    def of(self, base: Money) -> Money | None:
        """Return how much above `base` is allowed; None where Amazon alone decides.

        Nothing in a currency for which Amazon names no sum.
        """
        if self.percent is None:
            return None
        return min(self._share(base), self._most(base))

    def reckoned(self, base: Money) -> str:
        """Say how `of` comes to what it is, such as `15 % of 200.00 EUR are 30.00 EUR`."""
        if not (self.percent and self.most):
            return "all that Amazon allows" if self.percent is None else "no more than the total"
        share, most = self._share(base), self._most(base)
        cut = f", cut to {most}" if most < share else ""
        return f"{self.percent} % of {base} are {share}{cut}"

    def _share(self, base: Money) -> Money:
        return Money(base.minor * (self.percent or 0) // 100, base.currency, base.exponent)

    def _most(self, base: Money) -> Money:
        return Money(refund_limits.goodwill(base.currency) * self.most // MOST_ABOVE, base.currency, base.exponent)

    def __str__(self) -> str:
        """Return it as a configuration says it."""
        if self.percent is None:
            return "limit"
        return f"{self.percent}%/{self.most}" if self.percent and self.most else "none"


AS_AMAZON: Final = Allowance(None)
NOTHING: Final = Allowance(0)
