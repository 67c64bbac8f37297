"""What lapses on which day, and when to authorize for a parcel that leaves later."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from azpay_tui.cli import resolve, shapes
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import csv_result, is_terminal, json_result, result, say, shown, table, utc
from azpay_tui.domain.deadlines import advise, marked, parse_ships
from azpay_tui.domain.lapses import FILTER_OF, MARKS, MOST_DAYS, DayOfLapses, Mark, Sum, bars, days_ahead, totals
from azpay_tui.domain.marks import MarkError

_BAR: Final = 30
"""Cells of the longest bar."""
_NOTHING: Final[dict[Mark, str]] = {
    "authorization": "No authorization ends",
    "guarantee": "No guarantee ends",
    "permission": "No order closes at Amazon",
}


def show_lapses(context: Context, *, days: int, of: str, as_json: bool, as_csv: bool) -> int:
    """Show what ends on each day of the profile's time zone, by currency; JSON has the days without anything too."""
    if as_json and as_csv:
        raise CommandError("Choose one of --json and --csv.")
    if not 1 <= days <= MOST_DAYS:
        raise CommandError(f"--days must be from 1 to {MOST_DAYS}, not {days}.")
    mark = next((mark for mark in MARKS if mark == of), None)
    if mark is None:
        raise CommandError(f"--of knows no {of!r}; there are {', '.join(MARKS)}.")
    reader, where = context.reader(), context.profile().zone
    found = reader.lapses(mark, days_ahead(corrected_now(reader), days, where))
    if as_json:
        json_result(
            {
                "of": mark,
                "timezone": context.profile().timezone,
                "days": [{"day": f"{each.day.day}", "lapses": _sums(each.sums)} for each in found],
                "total": _sums(totals(found)),
            }
        )
    elif as_csv:
        csv_result(("day", "currency", "amount", "orders"), _csv_rows(found))
    else:
        _show(mark, found)
    return OK


def _sums(sums: Sequence[Sum]) -> list[shapes.Json]:
    return [{"amount": shapes.money(one.amount), "orders": one.orders} for one in sums]


def _csv_rows(days: Sequence[DayOfLapses]) -> Iterator[list[str]]:
    for each in days:
        for one in each.sums:
            amount = ("", "") if one.amount is None else (one.amount.currency, one.amount.decimal())
            yield [f"{each.day.day}", *amount, f"{one.orders}"]


def _show(mark: Mark, days: tuple[DayOfLapses, ...]) -> None:
    """Show the days on which something ends; on a terminal with bars, each currency measured by its own largest day."""
    columns = {"day": "DAY", "amount": "AMOUNT", "orders": "ORDERS"}
    drawn = bars(days, _BAR) if is_terminal(sys.stdout) else {}
    if drawn:
        columns["bar"] = ""
    rows = [
        {
            "day": f"{each.day.day:%Y-%m-%d %a}",
            "amount": "-" if one.amount is None else f"{one.amount}",
            "orders": f"{one.orders}",
            "bar": "" if one.amount is None else "#" * drawn.get((each.day.day, one.amount.currency), 0),
        }
        for each in days
        for one in each.sums
    ]
    table(columns, rows, frozenset({"amount", "orders"}))
    if not rows:
        say(f"{_NOTHING[mark]} from {days[0].day.day} to {days[-1].day.day}.")
        return
    for one in totals(days):
        say(shown(f"In {len(days)} days: {one.amount or 'no amount'}, orders by day: {one.orders:,}"))
    say(f"The orders of a day: azpay orders list --filter {FILTER_OF[mark]}={rows[0]['day'][:10]}")


def note_shipping(context: Context, text: str, day: str, *, as_json: bool) -> int:
    """Say when to authorize for a parcel that leaves on a day, note the day and set the reminder."""
    where = context.profile().zone
    with context.desk() as desk:
        order = resolve.load(desk.reader, text)
        now = desk.now()
        try:
            ships = parse_ships(day, now, where)
        except MarkError as error:
            raise CommandError(str(error)) from error
        advice = advise(order, ships, now, where)
        done = desk.mark([order.id], marked(ships, advice, where))
    if as_json:
        json_result({"order": order.id, "ships": f"{ships}", "advice": advice.sentence, "reminder": utc(advice.remind)})
    else:
        result(shown(advice.sentence))
        say(shown(done.sentence))
    return OK
