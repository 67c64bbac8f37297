"""The six money commands, each with the options that mean something for it, and the slips that they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from azpay_tui.cli.app import Json, OrderArgument, slips
from azpay_tui.cli.context import context_of
from azpay_tui.cli.options import Accept, DryRun, Note, Yes, accepted
from azpay_tui.cli.parcels import app
from azpay_tui.domain.intent import Verb

if TYPE_CHECKING:
    from azpay_tui.cli.charging import More

__all__ = ["app"]

Charge = Annotated[str | None, typer.Option(metavar="ID", help="Which charge, when the order has several.")]
Amount = Annotated[str | None, typer.Option(metavar="A", help="Digits with an optional point, such as 12.50.")]
Lines = Annotated[
    list[str] | None,
    typer.Option("--line", metavar="SKU=N", help="So many pieces of this line; may be repeated. 0: none of it."),
]
Shipping = Annotated[str, typer.Option(metavar="A", help="So much of the shipping: an amount, all or half.")]
Adjust = Annotated[str, typer.Option(metavar="+A|-A", help="On top of the lines, or taken off.")]
Document = Annotated[str, typer.Option(metavar="NO", help="The shop's own number of the invoice or credit memo.")]
Restock = Annotated[bool, typer.Option("--restock", help="The pieces go back to the stock.")]


def _act(
    ctx: typer.Context,
    verb: Verb,
    order: str,
    *,
    note: str,
    yes: bool,
    accept: list[str] | None,
    dry_run: bool,
    json: bool,
    charge: str | None = None,
    amount: str | None = None,
    capture: bool = False,
    more: More | None = None,
    line: list[str] | None = None,
    shipping: str = "",
    adjust: str = "",
    document: str = "",
    tracking: str = "",
    restock: bool = False,
) -> int:
    from azpay_tui.cli.money import Request, act
    from azpay_tui.domain.picking import Picked

    request = Request(
        verb=verb,
        order=order,
        charge=charge,
        amount=amount,
        capture_now=capture,
        note=note,
        yes=yes,
        accept=accepted(accept),
        dry_run=dry_run,
        as_json=json,
        more=more,
        picked=Picked(tuple(line or ()), shipping.strip(), adjust.strip(), document, tracking, restock),
    )
    return act(context_of(ctx), request)


@app.command()
def authorize(
    ctx: typer.Context,
    order: OrderArgument,
    amount: Amount = None,
    capture: Annotated[bool, typer.Option("--capture", help="Take the money at once.")] = False,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Hold the buyer's money for an order."""
    return _act(
        ctx, Verb.AUTHORIZE, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, amount=amount, capture=capture,
    )  # fmt: skip


@app.command("charge-more")
def charge_more(
    ctx: typer.Context,
    order: OrderArgument,
    total: Annotated[str | None, typer.Option(metavar="A", help="The order's new total, such as 230.")] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="A", help="So much more than its total, or than is captured and held if that is more."),
    ] = None,
    told: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How the buyer was told, kept with the order: by phone.")
    ] = None,
    letter: Annotated[
        str | None, typer.Option(metavar="WHY", help="Send the buyer a letter with this reason, and say so.")
    ] = None,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Raise an order above its total: authorize all of it, or the difference where something is held or taken."""
    from azpay_tui.cli.charging import More

    return _act(
        ctx, Verb.AUTHORIZE, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, more=More(total, by, told, letter),
    )  # fmt: skip


@app.command()
def address(
    ctx: typer.Context,
    order: OrderArgument,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A part that changes; may be repeated.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Again where Amazon says.")] = False,
    accept: Accept = None,
    json: Json = False,
) -> int:
    """Show where the parcel goes and who is billed, or have it sent elsewhere: it stays here and is not protected."""
    from azpay_tui.cli.addressing import set_address, show_address

    if not set_ and not clear:
        return show_address(context_of(ctx), order, as_json=json)
    return set_address(context_of(ctx), order, set_ or [], accepted(accept), clear=clear, as_json=json)


@app.command()
def capture(
    ctx: typer.Context,
    order: OrderArgument,
    charge: Charge = None,
    amount: Amount = None,
    line: Lines = None,
    shipping: Shipping = "",
    adjust: Adjust = "",
    document: Document = "",
    tracking: Annotated[
        str,
        typer.Option(metavar="CARRIER:NUMBER", help="The tracking number; kept here; track-delivery sends it."),
    ] = "",
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Take the money of an authorization: all of it, an amount, or what some lines of the order come to."""
    return _act(
        ctx, Verb.CAPTURE, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, charge=charge, amount=amount,
        line=line, shipping=shipping, adjust=adjust, document=document, tracking=tracking,
    )  # fmt: skip


@app.command()
def void(
    ctx: typer.Context,
    order: OrderArgument,
    charge: Charge = None,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """End an authorization and let the held money go; the order stays open."""
    return _act(
        ctx, Verb.VOID, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, charge=charge,
    )  # fmt: skip


@app.command()
def refund(
    ctx: typer.Context,
    order: OrderArgument,
    charge: Charge = None,
    amount: Amount = None,
    line: Lines = None,
    shipping: Shipping = "",
    adjust: Adjust = "",
    document: Document = "",
    restock: Restock = False,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Give captured money back to the buyer: all of it, an amount, or what some lines of the order come to."""
    return _act(
        ctx, Verb.REFUND, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, charge=charge, amount=amount,
        line=line, shipping=shipping, adjust=adjust, document=document, restock=restock,
    )  # fmt: skip


@app.command()
def cancel(
    ctx: typer.Context,
    order: OrderArgument,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Cancel an order of which nothing was captured, with its open charges."""
    return _act(ctx, Verb.CANCEL, order, note=note, yes=yes, accept=accept, dry_run=dry_run, json=json)


@app.command()
def close(
    ctx: typer.Context,
    order: OrderArgument,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Close an order: no new charge can be made; what is open stays."""
    return _act(ctx, Verb.CLOSE, order, note=note, yes=yes, accept=accept, dry_run=dry_run, json=json)


@slips.command("list")
def slips_list(
    ctx: typer.Context,
    order: Annotated[
        str | None, typer.Argument(metavar="[ORDER]", help="Only of this order; of all orders without it.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many, the newest first.")] = 100,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a row for each line of a slip.")] = False,
) -> int:
    """List which lines were captured and refunded, and what became of it."""
    from azpay_tui.cli.slips import list_slips

    return list_slips(context_of(ctx), order, limit, as_json=json, as_csv=csv)


@slips.command("record")
def slips_record(
    ctx: typer.Context,
    order: OrderArgument,
    charge: Charge = None,
    line: Lines = None,
    shipping: Shipping = "",
    adjust: Adjust = "",
    document: Document = "",
    restock: Restock = False,
    note: Annotated[str, typer.Option(metavar="T", help="How the money was given back.")] = "",
    json: Json = False,
) -> int:
    """Write down a refund that was made elsewhere: it is recorded, not sent to Amazon, and no money is counted."""
    from azpay_tui.cli.slips import record_slip
    from azpay_tui.domain.picking import Picked

    picked = Picked(tuple(line or ()), shipping.strip(), adjust.strip(), document, restock=restock)
    return record_slip(context_of(ctx), order, charge, picked, note, as_json=json)
