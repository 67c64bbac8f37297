"""The command over buyers' personal data."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json
from azpay_tui.cli.beginning import app
from azpay_tui.cli.context import context_of
from azpay_tui.cli.options import Yes

__all__ = ["app"]


@app.command()
def purge(
    ctx: typer.Context,
    orders: Annotated[
        list[str] | None,
        typer.Option("--order", metavar="ORDER", help="Of this order, expired or not; may be repeated."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="N", help="Of all orders with which nothing was due for N days.")
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show of which orders; remove nothing.")] = False,
    json: Json = False,
) -> int:
    """Remove buyers' names, e-mail and postal addresses for good; without options, of orders whose time is over."""
    from azpay_tui.cli.purging import purge as run

    return run(context_of(ctx), orders or [], days, yes=yes, dry_run=dry_run, as_json=json)
