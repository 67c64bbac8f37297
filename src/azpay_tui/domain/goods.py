"""The lines of an order in whole pieces: what each costs, with its share of discounts and taxes, in minor units.

A line's amount is what all its pieces cost, tax in it. Where an amount is split, the parts add up to the whole: each
gets its share cut to minor units, and what remains goes to the largest remainders, the first of equals.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.domain.money import Money, total
from azpay_tui.domain.rows import OrderLine

_QUANTITY: Final = re.compile(r"([0-9]{1,6})(?:\.0{1,4})?", re.ASCII)
_FRACTION: Final = re.compile(r"[0-9]{1,6}[.,][0-9]{1,8}", re.ASCII)


class SlipError(ValueError):
    """Lines or quantities of which no slip can be made; the text is one sentence for the operator."""


class LinesUnknown(SlipError):
    """Nobody can tell what the lines are, or which of them were taken; what needs no lines can be done all the same."""


class SlipLimit(SlipError):
    """More than there is: of pieces, of shipping, or of the money that may be taken or given back."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one article, with what they cost together."""

    key: str
    """What it is called on a command line: the article number where only one line has it, else its place: `@3`."""
    name: str
    quantity: int
    amount: Money
    """Of all pieces, tax in it, discount taken off."""
    tax: Money
    """What of the amount is tax."""

    def take(self, pieces: int) -> Line:
        """Return the first so many pieces; the others are what `minus` leaves."""
        amount, tax = (_part(money, pieces, self.quantity) for money in (self.amount, self.tax))
        return replace(self, quantity=pieces, amount=amount, tax=tax)


@dataclass(frozen=True, slots=True)
class Goods:
    """Lines with the shipping that belongs to them: of an order, of one capture, or what is left of either."""

    lines: tuple[Line, ...]
    shipping: Money
    """Tax in it, never below nothing."""
    shipping_tax: Money

    @property
    def total(self) -> Money:
        """What all of it comes to."""
        return total([line.amount for line in self.lines], self.shipping) + self.shipping

    @property
    def fingerprint(self) -> str:
        """A short text that is the same as long as every key means as many pieces at the same amount.

        A place is no article number: of such lines the name counts as well.
        """
        lines = [
            (line.key, line.name if line.key.startswith("@") else "", line.quantity, line.amount) for line in self.lines
        ]
        told = [(*said, str(amount)) for *said, amount in sorted(lines, key=lambda line: line[0])]
        return hashlib.sha256(json.dumps([told, str(self.shipping)]).encode()).hexdigest()[:16]

    def minus(self, others: Iterable[Goods]) -> Goods:
        """Return what is left when others were taken from it; raises `SlipError` when they held more."""
        lines = {line.key: line for line in self.lines}
        shipping, tax = self.shipping, self.shipping_tax
        for other in others:
            if not other.shipping.same_currency(shipping):
                raise SlipError(f"The lines are in {shipping.currency} now, an earlier slip in another currency.")
            shipping, tax = shipping - other.shipping, tax - other.shipping_tax
            for line in other.lines:
                lines[line.key] = _less(lines.get(line.key), line)
        if shipping.minor < 0:
            raise SlipLimit("More shipping was taken than the lines of the order have; import them anew.")
        return Goods(tuple(lines.values()), shipping, tax)


@dataclass(frozen=True, slots=True)
class Slip:
    """What one capture takes or one refund gives back."""

    goods: Goods
    adjustment: Money
    """On top of the goods, or below nothing: taken off, such as a fee that is kept."""
    document: str = ""
    """The shop's own number of the invoice or credit memo."""
    carrier: str = ""
    """Who carries the shipment, such as `UPS`."""
    tracking: str = ""
    """The shipment's tracking number."""
    restock: bool = False
    """Whether the pieces of a refund go back to the stock."""

    @property
    def total(self) -> Money:
        """The amount of the capture or refund."""
        return self.goods.total + self.adjustment

    @property
    def shipment(self) -> str:
        """Carrier and tracking number for people; empty when there is no shipment."""
        return " ".join(word for word in (self.carrier, self.tracking) if word)


def spread(whole: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Split an amount by weights, none of them below nothing and not all nothing; the parts add up to it."""
    of = sum(weights)
    minors = [whole.minor * weight // of for weight in weights]
    remainders = [whole.minor * weight % of for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: -remainders[at])
    for at in order[: whole.minor - sum(minors)]:
        minors[at] += 1
    return tuple(Money(minor, whole.currency, whole.exponent) for minor in minors)


def _part(whole: Money, pieces: int, of: int) -> Money:
    """Return what the first so many of equal pieces cost: what remains goes to the first ones, a minor unit each."""
    if not of:
        return Money.zero(whole)
    each, rest = divmod(whole.minor, of)
    return Money(each * pieces + min(rest, pieces), whole.currency, whole.exponent)


def _less(line: Line | None, taken: Line) -> Line:
    if line is None or taken.quantity > line.quantity or taken.amount > line.amount:
        raise SlipLimit(f"More of {taken.key} was taken than the lines of the order have; import them anew.")
    amount, tax = line.amount - taken.amount, line.tax - taken.tax
    return replace(line, quantity=line.quantity - taken.quantity, amount=amount, tax=tax)


# What was ordered


def ordered(lines: Sequence[OrderLine], amount: Money | None) -> Goods:
    """Read the lines of an order strictly; `amount` is that of the order, when it is known.

    Discounts are spread over the articles by what they cost, tax of the whole order over articles and shipping. Raises
    `SlipError` for a quantity that is no whole number, an amount that is missing, and for what does not add up.
    """
    if not lines:
        raise LinesUnknown("No source gave the lines of this order: import them.")
    given = [one for line in lines for one in (line.amount, line.unit, line.tax) if one is not None]
    like = given[0] if given else None
    if like is None or not all(one.same_currency(like) for one in given):
        raise SlipError("The lines of this order have no amounts, or amounts in several currencies.")
    items = [line for line in lines if line.kind == "item"]
    if not items:
        raise SlipError("The lines of this order name no article.")
    made = [_read(line, key) for line, key in zip(items, _keys(items), strict=True)]
    shipping = [_read(replace(line, quantity=line.quantity or "1"), "shipping") for line in _of(lines, "shipping")]
    freight = total([line.amount for line in shipping], like)
    freight_tax = total([line.tax for line in shipping], like)
    for line in _of(lines, "discount"):
        made = _discounted(made, _whole(line))
    for line in _of(lines, "tax"):
        tax = _whole(line)
        parts = spread(tax, _weights([*(one.amount for one in made), freight], tax))
        made = [
            replace(one, amount=one.amount + part, tax=one.tax + part)
            for one, part in zip(made, parts[:-1], strict=True)
        ]
        freight, freight_tax = freight + parts[-1], freight_tax + parts[-1]
    goods = Goods(tuple(made), freight, freight_tax)
    if amount is not None and amount != goods.total:
        raise SlipError(f"The lines of this order come to {goods.total}, the order to {amount}: they do not add up.")
    return goods


def quantity_of(text: str) -> int:
    """Read a number of pieces, such as `2` or `2.0000`; raises `SlipError` for one below nothing or in fractions."""
    found = _QUANTITY.fullmatch(text)
    if found is not None:
        return int(found[1])
    if text.startswith(("-", "\u2212")):
        raise SlipError(f"The quantity {text[:40]!r} is below nothing.")
    if _FRACTION.fullmatch(text):
        raise SlipError(f"The quantity {text[:40]!r} is no whole number of pieces.")
    raise SlipError(f"The quantity {text[:40]!r} is no number of pieces, such as 2.")


def costs(line: OrderLine) -> str:
    """Say what a line tells beside its amount: price of a piece and tax; empty when it tells no more."""
    said = [f"{line.unit} each" if line.unit is not None else "", f"{line.tax} tax" if line.tax is not None else ""]
    return ", ".join(text for text in said if text)


def priced(line: OrderLine) -> OrderLine:
    """Return a line with its amount, from the price of one piece where it was not given.

    Prices may be with tax or without. Raises `SlipError` when price, tax and amount do not add up.
    """
    return replace(line, amount=_read(line, line.sku or line.name).amount)


def _read(line: OrderLine, key: str) -> Line:
    try:
        quantity = quantity_of(line.quantity)
    except SlipError as error:
        raise SlipError(f"Line {key}: {str(error)[0].lower()}{str(error)[1:]}") from error
    if not quantity:
        raise SlipError(f"Line {key}: the quantity is 0.")
    amount, unit = line.amount, line.unit
    if unit is not None:
        net = Money(unit.minor * quantity, unit.currency, unit.exponent)
        tax = line.tax if line.tax is not None else Money.zero(net)
        if amount is None:
            amount = net + tax
        elif amount not in (net, net + tax):
            raise SlipError(f"Line {key}: {quantity} x {unit} and {tax} tax do not add up to {amount}.")
    if amount is None:
        raise SlipError(f"Line {key}: no amount was given.")
    tax = line.tax if line.tax is not None else Money.zero(amount)
    if tax > amount:
        raise SlipError(f"Line {key}: the tax of {tax} is more than the {amount} of the line.")
    return Line(key, line.name, quantity, amount, tax)


def _keys(items: Sequence[OrderLine]) -> list[str]:
    skus = [line.sku or "" for line in items]
    return [
        sku if sku and skus.count(sku) == 1 and not sku.startswith("@") else f"@{at}" for at, sku in enumerate(skus, 1)
    ]


def _of(lines: Sequence[OrderLine], kind: str) -> list[OrderLine]:
    return [line for line in lines if line.kind == kind]


def _whole(line: OrderLine) -> Money:
    if line.amount is None:
        raise SlipError(f"The {line.kind} of this order has no amount.")
    return line.amount


def _weights(amounts: Sequence[Money], spread_out: Money) -> list[int]:
    weights = [amount.minor for amount in amounts]
    if not any(weights):
        raise SlipError(f"There is nothing over which {spread_out} could be spread: the lines of this order cost 0.")
    return weights


def _discounted(lines: Sequence[Line], discount: Money) -> list[Line]:
    parts = spread(discount, _weights([line.amount for line in lines], discount))
    if any(part > line.amount for line, part in zip(lines, parts, strict=True)):
        raise SlipError(f"The discount of {discount} is more than the lines of this order cost.")
    made = []
    for line, part in zip(lines, parts, strict=True):
        rest = line.amount - part
        # The tax of what is given away is not owed: it shrinks with the amount that it is a part of.
        tax = spread(line.tax, (rest.minor, part.minor))[0] if line.amount else line.tax
        made.append(replace(line, amount=rest, tax=tax))
    return made
