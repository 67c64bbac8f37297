"""Money as integer minor units plus a currency; strict parsing and fixed formatting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

EXPONENTS: Final[dict[str, int]] = {
    "AUD": 2,
    "CHF": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "JPY": 0,
    "NOK": 2,
    "NZD": 2,
    "SEK": 2,
    "USD": 2,
    "ZAR": 2,
}
"""Decimals of every currency Amazon Pay presents (API guide, multi-currency integration)."""

_AMOUNT = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
MAX_DIGITS: Final = 15
"""More digits than any permitted amount; a longer text is refused before it becomes a number."""
MAX_LENGTH: Final = MAX_DIGITS + 5
"""Characters of an amount as Amazon sends it: it may have zeros behind its decimals."""


class AmountError(ValueError):
    """An amount that is not acceptable; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units of one currency.

    `exponent` is the number of decimals. It comes from `EXPONENTS`; for a currency that is not in the table it
    is the number of decimals the amount was received with, and `known` is False: such money is shown, never moved.
    """

    minor: int
    """Minor units (cents; whole yen)."""
    currency: str
    """ISO 4217 code as received."""
    exponent: int = -1
    """Decimals; filled from the table when not given."""

    def __post_init__(self) -> None:
        """Fill the exponent of a known currency; refuse an unknown one without an exponent, and an endless one."""
        if self.exponent < 0:
            exponent = EXPONENTS.get(self.currency)
            if exponent is None:
                raise AmountError(f"The currency {self.currency!r} is not one Amazon Pay presents.")
            object.__setattr__(self, "exponent", exponent)
        elif self.exponent > MAX_LENGTH:
            raise AmountError(f"No currency has {self.exponent} decimals.")

    @property
    def known(self) -> bool:
        """Whether the currency is one whose decimals are certain."""
        return EXPONENTS.get(self.currency) == self.exponent

    @classmethod
    def zero(cls, like: Money) -> Money:
        """Return nothing in the currency of `like`."""
        return cls(0, like.currency, like.exponent)

    def same_currency(self, other: Money) -> bool:
        """Whether both amounts can be added and compared: one currency, counted in the same decimals."""
        return (self.currency, self.exponent) == (other.currency, other.exponent)

    def _same(self, other: Money) -> None:
        if not self.same_currency(other):
            raise AmountError(f"Amounts in {self.currency} and {other.currency} cannot be combined.")

    def __add__(self, other: Money) -> Money:
        """Add money of the same currency; raises `AmountError` otherwise."""
        self._same(other)
        return Money(self.minor + other.minor, self.currency, self.exponent)

    def __sub__(self, other: Money) -> Money:
        """Subtract money of the same currency; raises `AmountError` otherwise."""
        self._same(other)
        return Money(self.minor - other.minor, self.currency, self.exponent)

    def __lt__(self, other: Money) -> bool:
        """Compare money of the same currency; raises `AmountError` otherwise."""
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        """Compare money of the same currency; raises `AmountError` otherwise."""
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        """Compare money of the same currency; raises `AmountError` otherwise."""
        return other < self

    def __ge__(self, other: Money) -> bool:
        """Compare money of the same currency; raises `AmountError` otherwise."""
        return other <= self

    def __bool__(self) -> bool:
        """Tell whether there is any amount."""
        return self.minor != 0

    def decimal(self) -> str:
        """Return the amount as Amazon's decimal text, such as `12.50` or (JPY) `1250`."""
        return _decimal(self.minor, self.exponent, grouped=False)

    def grouped(self) -> str:
        """Return the amount for people, with fixed comma grouping: `1,249.00`."""
        return _decimal(self.minor, self.exponent, grouped=True)

    def __str__(self) -> str:
        """Return amount and currency for people: `1,249.00 USD`."""
        return f"{self.grouped()} {self.currency}"


def _decimal(minor: int, exponent: int, *, grouped: bool) -> str:
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**exponent)
    text = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{text}.{fraction:0{exponent}d}" if exponent else f"{sign}{text}"


def parse_amount(text: str, currency: str) -> Money:
    """Read an amount a person or a file gave: ASCII digits, an optional point, at most the currency's decimals.

    Zero is accepted here; whether an amount is allowed is decided by the limits. Raises `AmountError` with a
    sentence for signs, exponents, grouping, foreign digits, NaN, blanks, too many decimals or digits.
    """
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        raise AmountError(f"The currency {currency!r} is not one Amazon Pay presents; amounts in it cannot be entered.")
    match = _AMOUNT.fullmatch(text)
    if match is None or len(text) - text.count(".") > MAX_DIGITS:
        example = "1250" if exponent == 0 else "12.50"
        raise AmountError(f"{text[:40]!r} is not an amount. Write digits with an optional point, such as {example}.")
    fraction = match["fraction"] or ""
    if len(fraction) > exponent:
        allowed = "no decimals" if exponent == 0 else f"at most {exponent} decimals"
        raise AmountError(f"{text!r} has too many decimals: {currency} has {allowed}.")
    return Money(int(match["whole"] + fraction.ljust(exponent, "0")), currency)


def parse_wire(text: str, currency: str) -> Money:
    """Read an amount as Amazon sends it: a decimal text, extra zero decimals tolerated (`475.4500`).

    An unknown currency keeps the decimals it came with. Raises `AmountError` when it is no decimal number, has a
    sign, or carries a fraction the currency does not have.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None or len(text) > MAX_LENGTH or _CURRENCY.fullmatch(currency) is None:
        raise AmountError(f"Amazon sent {text[:40]!r} {currency[:8]!r}, which is not an amount.")
    fraction = match["fraction"] or ""
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        return Money(int(match["whole"] + fraction), currency, len(fraction))
    if fraction[exponent:].strip("0"):
        raise AmountError(f"Amazon sent {text!r} {currency}, which is finer than the currency's {exponent} decimals.")
    return Money(int(match["whole"] + fraction[:exponent].ljust(exponent, "0")), currency)


def total(amounts: list[Money], like: Money) -> Money:
    """Add up amounts of one currency, starting from nothing in the currency of `like`."""
    result = Money.zero(like)
    for amount in amounts:
        result = result + amount
    return result
