"""The lapse calendar: how much money ends on each of the next days unless somebody acts, as bars by currency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.lapses import DAYS, FILTER_OF, MARKS, DayOfLapses, Mark, Sum, bars, days_ahead, totals
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import plural

_DAY: Final = 10
_AMOUNT: Final = 16
_ORDERS: Final = 6
_FIXED: Final = 3 + _DAY + 1 + _AMOUNT + 1 + _ORDERS + 2
"""Cells of a line before its bar."""
_SHORTEST: Final = 10
_AROUND: Final = 12
"""Lines of the console that are not for days."""
_TITLES: Final[dict[Mark, str]] = {
    "authorization": "authorizations ending (30 days)",
    "guarantee": "guarantees ending (7 days)",
    "permission": "orders closing (180 days)",
}
_SAYS: Final[dict[Mark, str]] = {
    "authorization": "This money is held and lapses on that day: capture it before, or authorize anew before shipping.",
    "guarantee": "Captured later, this money may be declined: capture it before, or authorize anew before shipping.",
    "permission": "The orders close at Amazon on that day: what was not charged by then cannot be charged any more.",
}


def day_name(day: date) -> str:
    """Return a day as the calendar names it: `Fri 27 Nov`."""
    return f"{day:%a %d %b}"


def calendar_lines(mark: Mark, days: tuple[DayOfLapses, ...], cells: int, room: int) -> Iterator[Choice]:
    """Yield the sums, then each day: its amounts, how many orders, a bar.

    `cells` and `room` are width and height of the console. A bar is measured by the largest day of its own currency.
    Days on which nothing ends keep their line, since the gaps are part of the picture, unless there is no room for all:
    then a row of them takes one line.
    """
    whole = totals(days)
    both = " + ".join(f"{one.amount}" for one in whole if one.amount is not None)
    yield Choice(None, f"NEXT {len(days)} DAYS  {display(both, 200) or 'nothing'}")
    drawn = bars(days, max(_SHORTEST, cells - _FIXED))
    fold = sum(max(1, len(each.sums)) for each in days) > room - _AROUND
    for ends, group in groupby(days, lambda each: bool(each.sums)):
        some = list(group)
        if ends:
            for each in some:
                yield from _day_lines(mark, each, drawn, soon=each in days[:2])
        elif fold and len(some) > 1:
            first, last = some[0].day.day, some[-1].day.day
            span = f"{day_name(first)} - {day_name(last)}"
            yield Choice((first, 0), f"{span:<{_DAY + 1 + _AMOUNT}}", f"Nothing ends from {first} to {last}.")
        else:
            for each in some:
                day = each.day.day
                yield Choice((day, 0), f"{day_name(day)} {'-':>{_AMOUNT}}", f"Nothing ends on {day:%A}, {day}.")


def _day_lines(mark: Mark, each: DayOfLapses, drawn: dict[tuple[date, str], int], *, soon: bool) -> Iterator[Choice]:
    day = each.day.day
    twin = f"azpay orders list --filter {FILTER_OF[mark]}={day}"
    for number, one in enumerate(each.sums):
        name = "" if number else day_name(day)
        bar = "#" * (drawn.get((day, one.amount.currency), 0) if one.amount is not None else 0)
        amount = display(f"{one.amount or 'no amount'}", 40)
        text = f"{name:<{_DAY}} {fit(amount, _AMOUNT, 'right')} {one.orders:>{_ORDERS},}  {bar}"
        style = theme.WARNING if soon else theme.PLAIN
        yield Choice((day, number), text.rstrip(), _detail(mark, day, one, twin), copy=twin, style=style)


def _detail(mark: Mark, day: date, one: Sum, twin: str) -> str:
    what = f"{one.amount} of " if one.amount is not None else "Nothing left to charge: "
    end = f"{_SAYS[mark]} Enter lists them ({twin})."
    return display(f"{day:%A}, {day}: {what}{plural(one.orders, 'order')}. {end}", 500)


class LapsesScreen(PageScreen, inherit_bindings=False):
    """A line per day and currency; Enter on one lists the orders of that day."""

    twin = "azpay lapses"
    copied = "the command that lists them"

    def __init__(self, desk: Desk, sitting: Sitting) -> None:
        """Show the calendar of a desk, first that of money that is held."""
        super().__init__(desk, sitting, "lapses")
        self.mark: Mark = MARKS[0]
        """What ends in the calendar that is shown."""

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Read what ends on each day."""
        mark = self.mark
        found = self.desk.reader.lapses(mark, days_ahead(self.desk.now(), DAYS, self.zone))
        return _TITLES[mark], list(calendar_lines(mark, found, *self.app.size))

    def step_mark(self) -> None:
        """Show the calendar of the next mark."""
        self.mark = MARKS[(MARKS.index(self.mark) + 1) % len(MARKS)]
        self.look_again()

    def open_order(self) -> None:
        """List the orders of the day under the cursor."""
        choice = self.body.choice
        if choice is None or not choice.copy or not isinstance(choice.value, tuple):
            self.say("Nothing ends on this day: it has no orders to list.")
        else:
            self.post_message(self.Narrow(f"{FILTER_OF[self.mark]}={choice.value[0]}"))

    def on_resize(self) -> None:
        """Draw the bars for the new width."""
        self.look_again()
