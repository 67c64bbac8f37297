"""Two lines under the list: the order under the cursor, and what can be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.intent import MONEY_VERBS
from azpay_tui.domain.marks import needs_person
from azpay_tui.domain.money import AmountError
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.rows import ListRow
from azpay_tui.domain.status import attention, ship, status_of
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.action_lines import amount_of, why_not
from azpay_tui.tui.widgets.line import Line, Part
from azpay_tui.tui.widgets.marks import MARKS
from azpay_tui.tui.widgets.words import LETTERS, NAMES, glyph, outside, zone

REST: Final = "  Enter: all of it"
"""Behind a text that was cut."""


def facts_text(order: Order, now: datetime, row: ListRow | None = None) -> str:
    """Return the first line: id, number, status, attention, captured, refunded, in flight, ship verdict, what else."""
    word = status_of(order, now)
    parts = [display(order.id, 40)]
    if order.number:
        parts.append(f"#{outside(order.number, 30)}")
    parts.append(f"{glyph(word)} {word}")
    codes, marks = attention(order, now), row.marks if row is not None else ()
    if codes:
        # Before the sums, which the detail shows too: what needs a person must be read at 80 columns.
        parts.append(f"{'!' if needs_person(codes, marks) else '-'} {', '.join(codes)}")
    if row is not None and row.differs:
        # Whether to send the parcel and what differs must be read at 80 columns; the sums have no room beside them.
        parts += [ship(order, now).word, f"differs: {', '.join(row.differs)}"]
    try:
        captured, refunded = limits.captured_total(order), refund_limits.settled_refunds(order)
        every = refund_limits.refunded_total(order)
        flying = every - refunded if every is not None and refunded is not None else None
    except AmountError:
        captured = refunded = flying = None
    if flying and refunded is not None:
        # What was captured is left out here: both sums of refunds must be read at 80 columns.
        parts.append(f"refunded {refunded.grouped()}, in flight {flying}")
    else:
        parts += [f"captured {captured}"] if captured else []
        parts += [f"refunded {refunded}"] if refunded else []
    if row is None or not row.differs:
        parts.append(ship(order, now).word)
    parts += [name for word, name in MARKS.items() if word in marks]
    if row is not None and row.tags:
        parts.append(outside(" ".join(row.tags), 60))
    return "  ".join(parts)


def offers_text(order: Order, offers: Sequence[Offer], now: datetime, where: tzinfo) -> str:
    """Return the second line: the valid actions with their keys and amounts, else the reason of one that is not."""
    calm: list[str] = []
    warned: list[str] = []
    for verb in MONEY_VERBS:
        valid = [offer for offer in offers if offer.verb is verb and offer.verdict != "no" and offer.target]
        if not valid:
            continue
        # Its parts are set apart by a comma and a space; a comma alone groups digits.
        amount = amount_of(order, valid[0], now).split(", ")[0] if len(valid) == 1 else f"({len(valid)} charges)"
        name = f"a {LETTERS[verb]} {NAMES[verb].split()[0]}{f' {amount}' if amount else ''}"
        if any(offer.verdict == "warn" for offer in valid):
            warned.append(f"{name} !")
        else:
            calm.append(name)
    if calm or warned:
        return "  ".join([*calm, *warned])
    reasons = [offer for offer in offers if offer.verdict == "no" and offer.reason]
    # Of an order that would allow something, not why the rest is over: what is missing now.
    refused = next((offer for offer in reasons if offer.waits), None)
    if refused is None and reasons:
        # What stands in the way of most, such as read-only, rather than why a single one would be pointless anyway.
        often = Counter(offer.reason for offer in reasons)
        refused = max(reasons, key=lambda offer: often[offer.reason])
    return f"- no action: {why_not(refused, where)}" if refused else "- no action"


class _Told(Line):
    """A line that says where the rest is when it has no room for it."""

    def parts_for(self, cells: int) -> Sequence[Part]:
        """Cut the text in front of the hint."""
        if width(self.text) <= cells:
            return self._parts
        return ((fit(self.text, max(1, cells - width(REST))), theme.PLAIN), (REST, theme.KEYS))


class Peek(Vertical):
    """The order under the cursor in two lines."""

    DEFAULT_CSS = """
    Peek { height: 2; }
    """

    def __init__(self, *, timezone: str = "UTC", id: str | None = None) -> None:
        """Make an empty peek; `timezone` is the profile's IANA zone for dates."""
        super().__init__(id=id)
        self._zone = zone(timezone)

    def compose(self) -> ComposeResult:
        """Facts, then actions."""
        yield Line(id="peek-facts")
        yield _Told(id="peek-offers")

    def show(self, order: Order | None, offers: Sequence[Offer], row: ListRow | None, now: datetime) -> None:
        """Show an order at `now` (UTC); without one what its list row says."""
        if order is not None:
            first, second = facts_text(order, now, row), offers_text(order, offers, now, self._zone)
        elif row is not None:
            first, second = f"{display(row.id, 40)}  {glyph(row.status)} {row.status}", ""
        else:
            first = second = ""
        self.query_one("#peek-facts", Line).put((first, theme.BOLD))
        self.query_one("#peek-offers", Line).put((second, theme.PLAIN))
