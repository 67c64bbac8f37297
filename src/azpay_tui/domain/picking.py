"""What a person says of a slip, as typed: `SKU=2` for each line, shipping, adjustment, and what is written beside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from azpay_tui.domain.goods import Goods, Slip, SlipError, quantity_of, spread
from azpay_tui.domain.money import AmountError, Money, parse_amount
from azpay_tui.domain.slips import draw

Share = Literal["all", "half"]
"""A part of the shipping, in a word."""
SHARES: Final[tuple[Share, ...]] = get_args(Share)
MOST: Final = 60
"""Characters of a document number, of a carrier or of a tracking number."""
TRACKING: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,58}[A-Za-z0-9])?", re.ASCII)
"""What may be a tracking number."""
_CARRIER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._&-]{0,58}[A-Za-z0-9.])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Picked:
    """A slip as typed; what is empty was not said."""

    lines: tuple[str, ...] = ()
    """Such as `TEA=2`; a line that is not named, or has 0, is not taken."""
    shipping: str = ""
    """An amount, `all` or `half` of what is left of it."""
    adjustment: str = ""
    """An amount on top, or with a minus taken off."""
    document: str = ""
    tracking: str = ""
    """A tracking number, with its carrier in front: `UPS:1Z999`."""
    restock: bool = False

    @property
    def anything(self) -> bool:
        """Whether a slip was asked for at all."""
        return self != Picked()

    @property
    def pieces(self) -> bool:
        """Whether it says what the amount is made of; otherwise it is about all that is left."""
        return bool(self.lines or self.shipping or self.adjustment)


def pick(left: Goods, picked: Picked) -> Slip:
    """Make the slip that was typed out of what is left; raises `SlipError`, or `SlipLimit` for more than is left."""
    if picked.pieces:
        slip = draw(left, quantities(picked.lines), part(picked.shipping, left.shipping), signed(picked, left.shipping))
    else:
        slip = draw(left, {line.key: line.quantity for line in left.lines}, left.shipping, None)
    carrier, tracking = shipment(picked.tracking)
    return replace(slip, document=document(picked.document), carrier=carrier, tracking=tracking, restock=picked.restock)


def quantities(lines: Iterable[str]) -> dict[str, int]:
    """Read `KEY=QUANTITY` for each line; raises `SlipError`."""
    found: dict[str, int] = {}
    for text in lines:
        key, equals, quantity = text.rpartition("=")
        if not equals or not key:
            raise SlipError(f"{text[:MOST]!r} is no line with its quantity, such as TEA=2.")
        if key in found:
            raise SlipError(f"The line {key[:MOST]!r} is named twice.")
        found[key] = quantity_of(quantity)
    return found


def part(text: str, whole: Money) -> Money | None:
    """Read how much of the shipping is meant, None when nothing was said; raises `SlipError`."""
    if not text:
        return None
    return share_of(whole, freight(text, whole.currency))


def freight(text: str, currency: str) -> Money | Share:
    """Read an amount of shipping, `all` or `half`; raises `SlipError`."""
    if text in SHARES:
        return text
    return _amount("Shipping", text, currency)


def share_of(whole: Money, said: Money | Share) -> Money:
    """Return what was said of the shipping as an amount; the larger half where it cannot be halved."""
    if isinstance(said, Money):
        return said
    return whole if said == "all" else spread(whole, (1, 1))[0]


def signed(picked: Picked, like: Money) -> Money | None:
    """Read the adjustment, None when there is none; raises `SlipError`."""
    text = picked.adjustment
    if not text:
        return None
    amount = _amount("Adjustment", text[1:] if text[0] in "+-" else text, like.currency)
    return Money(-amount.minor, amount.currency, amount.exponent) if text[0] == "-" else amount


def document(text: str) -> str:
    """Read the shop's own number of an invoice or credit memo; raises `SlipError`."""
    line = " ".join(text.split())
    if len(line) > MOST:
        raise SlipError(f"The document number has {len(line)} characters; at most {MOST} fit.")
    if not line.isprintable():
        raise SlipError(f"The document number {line!r} has characters that cannot be printed.")
    return line


def shipment(text: str) -> tuple[str, str]:
    """Read `CARRIER:NUMBER`, the carrier may be missing; empty when there is none. Raises `SlipError`."""
    if not text.strip():
        return "", ""
    carrier, _, number = (word.strip() for word in text.rpartition(":"))
    if not TRACKING.fullmatch(number) or (carrier and not _CARRIER.fullmatch(carrier)):
        raise SlipError(f"{text[:MOST]!r} is no tracking number with its carrier, such as UPS:1Z999AA10123456784.")
    return carrier, number


def _amount(what: str, text: str, currency: str) -> Money:
    try:
        return parse_amount(text, currency)
    except AmountError as error:
        raise SlipError(f"{what}: {error}") from error
