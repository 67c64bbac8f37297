"""The six money commands: each takes the options that mean something for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from azpay_tui.cli.app import Json, OrderArgument
from azpay_tui.cli.context import context_of
from azpay_tui.cli.ending import app
from azpay_tui.domain.intent import Verb

if TYPE_CHECKING:
    from azpay_tui.cli.charging import More

__all__ = ["app"]

Charge = Annotated[str | None, typer.Option(metavar="ID", help="Which charge, when the order has several.")]
Amount = Annotated[str | None, typer.Option(metavar="A", help="Digits with an optional point, such as 12.50.")]
Note = Annotated[str, typer.Option(metavar="T", help="Kept in the journal; Amazon never sees it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Confirmed; do not ask.")]
Accept = Annotated[list[str] | None, typer.Option(metavar="WARNING", help="Accept this warning; may be repeated.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read live and show what would be sent; send nothing.")]


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
) -> int:
    from azpay_tui.cli.money import Request, act

    request = Request(
        verb=verb,
        order=order,
        charge=charge,
        amount=amount,
        capture_now=capture,
        note=note,
        yes=yes,
        accept=[name for text in accept or () for name in text.split()],
        dry_run=dry_run,
        as_json=json,
        more=more,
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
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, more=More(total, by, told),
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
    accepted = [name for text in accept or () for name in text.split()]
    return set_address(context_of(ctx), order, set_ or [], accepted, clear=clear, as_json=json)


@app.command()
def capture(
    ctx: typer.Context,
    order: OrderArgument,
    charge: Charge = None,
    amount: Amount = None,
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Take the money of an authorization."""
    return _act(
        ctx, Verb.CAPTURE, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, charge=charge, amount=amount,
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
    note: Note = "",
    yes: Yes = False,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Give captured money back to the buyer."""
    return _act(
        ctx, Verb.REFUND, order,
        note=note, yes=yes, accept=accept, dry_run=dry_run, json=json, charge=charge, amount=amount,
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
