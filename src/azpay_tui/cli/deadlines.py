"""The commands about deadlines and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json, OrderArgument, orders
from azpay_tui.cli.context import context_of
from azpay_tui.cli.mail.commands import app
from azpay_tui.domain.lapses import DAYS, MARKS

__all__ = ["app"]


@app.command()
def lapses(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(metavar="N", help="So many days from today on, up to 366.")] = DAYS,
    of: Annotated[
        str, typer.Option("--of", metavar="MARK", help=f"What ends: {', '.join(MARKS)} (7, 30 or 180 days).")
    ] = MARKS[0],
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> int:
    """Show how much money lapses on each day unless somebody acts."""
    from azpay_tui.cli.calendar import show_lapses

    return show_lapses(context_of(ctx), days=days, of=of, as_json=json, as_csv=csv)


@orders.command("ships")
def orders_ships(
    ctx: typer.Context,
    order: OrderArgument,
    day: Annotated[str, typer.Argument(metavar="DAY", help="The day on which the parcel leaves, such as 2026-12-01.")],
    json: Json = False,
) -> int:
    """Say when to authorize for a parcel that leaves later, and be reminded of it then; nothing goes to Amazon."""
    from azpay_tui.cli.calendar import note_shipping

    return note_shipping(context_of(ctx), order, day, as_json=json)
