"""What can be copied of an order: its ids, its number, its link, and what Amazon sent."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from azpay_tui.domain.order import Order
from azpay_tui.tui.dialogs.chooser import Chooser
from azpay_tui.tui.dialogs.guard import Monotonic
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import object_name


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing to copy."""

    what: str
    """Its name, the program's own words and ids: also what one types behind `:copy`."""
    text: str
    twin: str
    """The command that prints it."""


def copyables(order: Order, link: str | None, json: str) -> Iterator[Copyable]:
    """Yield what can be copied of an order, its id first; `json` is what Amazon sent, fit to be shown."""
    show = f"azpay orders show {display(order.id, 40)}"
    yield Copyable("id", order.id, show)
    if order.number:
        yield Copyable("number", order.number, show)
    for charge in order.charges:
        yield Copyable(object_name(charge.id), charge.id, show)
    for refund in order.refunds:
        yield Copyable(object_name(refund.id), refund.id, show)
    if link is not None:
        yield Copyable("link", link, f"azpay orders link {display(order.id, 40)}")
    if json:
        yield Copyable("json", json, f"{show} --raw")


class CopyMenu(Chooser):
    """Returns what to copy; Enter at once takes the order's id."""

    DEFAULT_CSS = """
    CopyMenu {
        align: center top;
        #box { height: 16; }
    }
    """

    def __init__(self, things: Sequence[Copyable], *, clock: Monotonic = time.monotonic) -> None:
        """Offer things to copy."""
        super().__init__("COPY", keys="Enter copies, Esc closes; type to find.", clock=clock)
        self._things = tuple(things)

    def choices(self, typed: str) -> Sequence[Choice]:
        """Return the things that hold what was typed."""
        lines = []
        for thing in self._things:
            first = display(thing.text.split("\n")[0], 200)
            text = f"{len(thing.text):,} characters" if "\n" in thing.text else first
            if typed.casefold() in f"{thing.what} {text}".casefold():
                lines.append(Choice(thing, f"{fit(thing.what, 18)} {text}", f"On the command line: {thing.twin}"))
        return lines
