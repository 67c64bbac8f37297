"""The slips of an order: which lines were captured and refunded, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from rich.text import Text

from azpay_tui.domain.slips import Booked, parts
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import absolute, outside, short


def slip_lines(slips: Iterable[Booked], where: tzinfo) -> Iterator[Text]:
    """Yield each slip with its charge or refund, newest first, and what it is made of."""
    for booked in slips:
        made = booked.refund or booked.charge
        of = f", {short(made)}" if made else ""
        intent = f" ({booked.intent})" if booked.intent else ""
        head = f"{booked.number}  {booked.verb} {booked.slip.total}{of}: {booked.became}{intent}"
        when = f"  {absolute(booked.at, where)}" if booked.at is not None else ""
        yield Text(f"{display(head, 200)}{when}")
        for part in parts(booked.slip):
            yield Text(f"   {outside(part, 160)}")
        if booked.note:
            yield Text(f"   note: {outside(booked.note, 200)}")
