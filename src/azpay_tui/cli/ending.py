"""The commands that end a sale, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json, OrderArgument, orders
from azpay_tui.cli.context import context_of
from azpay_tui.cli.deadlines import app
from azpay_tui.cli.options import Accept, DryRun, Note, Yes, accepted
from azpay_tui.domain.sale import Refunds

__all__ = ["app"]

Manual = Annotated[bool, typer.Option("--manual", help="Leave the refund of money already taken to a person.")]
Automatic = Annotated[bool, typer.Option("--automatic", help="Refund money already taken along with it.")]


def _refunds(manual: bool, automatic: bool) -> Refunds | None:
    if manual and automatic:
        from azpay_tui.cli.outcome import CommandError

        raise CommandError("Choose one of --manual and --automatic.")
    return "manual" if manual else "automatic" if automatic else None


@app.command("cancel-sale")
def cancel_sale(
    ctx: typer.Context,
    order: OrderArgument,
    manual: Manual = False,
    automatic: Automatic = False,
    extra: Annotated[
        str | None, typer.Option(metavar="A", help="Goodwill: refund so much more than was captured.")
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option("--line", metavar="SKU=N", help="Cancel only so many pieces of this line; may be repeated."),
    ] = None,
    shipping: Annotated[
        str | None, typer.Option(metavar="A", help="So much of the shipping with the lines: an amount, all or half.")
    ] = None,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Cancel a sale: end what is held at Amazon, refund what was taken; the same again goes on where it stopped."""
    from azpay_tui.cli.sales import Request
    from azpay_tui.cli.sales import cancel_sale as run

    how = _refunds(manual, automatic)
    request = Request(order, how, extra, line or (), shipping, note, yes, accepted(accept), dry_run, json)
    return run(context_of(ctx), request)


@app.command("cannot-fulfil")
def cannot_fulfil(
    ctx: typer.Context,
    order: OrderArgument,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the letter to the buyer; else the profile's.")
    ] = "",
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Cancel a sale that cannot be fulfilled, and prepare the letter that asks the buyer to order again."""
    from azpay_tui.cli.sales import Request
    from azpay_tui.cli.unfulfilled import cannot_fulfil as run

    request = Request(order, note=note, yes=yes, accept=accepted(accept), dry_run=dry_run, as_json=json)
    return run(context_of(ctx), request, language)


@orders.command("delete")
def orders_delete(
    ctx: typer.Context,
    order: OrderArgument,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Delete an order as if it had never been: what was paid goes back first; the journal keeps amounts and ids."""
    from azpay_tui.cli.sales import Request, delete_order

    request = Request(order, note=note, yes=yes, accept=accepted(accept), dry_run=dry_run, as_json=json)
    return delete_order(context_of(ctx), request)
