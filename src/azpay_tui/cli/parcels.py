"""The command that tells Amazon of parcels, with its options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json, OrderArgument
from azpay_tui.cli.context import context_of
from azpay_tui.cli.options import DryRun, Yes
from azpay_tui.cli.steps import app

__all__ = ["app"]


@app.command("track-delivery")
def track_delivery(
    ctx: typer.Context,
    order: OrderArgument,
    carrier: Annotated[str, typer.Option(metavar="CODE", help="Amazon's code of the carrier, such as UPS.")] = "",
    number: Annotated[
        str, typer.Option(metavar="N", help="The tracking number; without it that of the newest slip not sent yet.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also when Amazon has this number, or nobody knows whether it has.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Send a tracking number to Amazon, which tells the buyer when the parcel arrives; moves no money."""
    from azpay_tui.cli.deliveries import Request, track_delivery

    request = Request(order, carrier, number, again=again, yes=yes, dry_run=dry_run, as_json=json)
    return track_delivery(context_of(ctx), request)
