"""Amounts in minor units, and the limits Amazon puts on them."""

from __future__ import annotations

import re
from typing import Final

#: Decimals of every currency Amazon Pay names (ledger and presentment currencies).
EXPONENTS: Final[dict[str, int]] = {
    "USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "AUD": 2, "CHF": 2,
    "DKK": 2, "HKD": 2, "NOK": 2, "NZD": 2, "SEK": 2, "ZAR": 2,
}  # fmt: skip

#: The fixed part of the refund surplus (Amazon's guide, managing refunds), in minor units.
SURPLUS: Final[dict[str, int]] = {"USD": 7_500, "EUR": 7_500, "GBP": 7_500, "JPY": 8_400}

MAX_CHARGES: Final = 25
MAX_REFUNDS: Final = 10

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,4}))?", re.ASCII)


def parse_amount(text: str, currency: str) -> int | None:
    """Minor units of a plain decimal text, or None when it is no amount of that currency.

    Zeros beyond the currency's decimals are accepted (plugins send 475.4500), other digits there are not;
    yen takes no fraction at all.
    """
    match = _AMOUNT.fullmatch(text)
    exponent = EXPONENTS.get(currency)
    if match is None or exponent is None:
        return None
    whole, fraction = match.group(1), match.group(2) or ""
    if exponent == 0:
        return None if fraction else int(whole)
    kept, rest = fraction[:exponent], fraction[exponent:]
    if rest.strip("0"):
        return None
    return int(whole + kept.ljust(exponent, "0"))


def format_amount(minor: int, currency: str) -> str:
    """Amazon's decimal text for an amount in minor units."""
    exponent = EXPONENTS[currency]
    if exponent == 0:
        return str(minor)
    whole, fraction = divmod(minor, 10**exponent)
    return f"{whole}.{fraction:0{exponent}d}"


def refund_cap(captured: int, currency: str) -> int:
    """Most that can be refunded of a captured amount: captured + min(15 %, fixed sum), cut, not rounded.

    Currencies without a published fixed sum have no surplus.
    """
    fixed = SURPLUS.get(currency)
    return captured if fixed is None else captured + min(captured * 15 // 100, fixed)


def single_maximum(currency: str) -> int:
    """Most that one charge or refund may be: 150,000, or 10,000,000 yen."""
    return 10_000_000 if currency == "JPY" else 150_000 * 10 ** EXPONENTS[currency]
