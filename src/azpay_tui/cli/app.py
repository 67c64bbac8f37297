"""The commands and their options; what they do is imported only when one runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from azpay_tui.cli.context import console_settings, context_of
from azpay_tui.cli.outcome import OK

app = typer.Typer(
    name="azpay",
    help="A back office for Amazon Pay in the terminal. Without a command it opens the console.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
orders = typer.Typer(help="List, show, learn of orders.", no_args_is_help=True, rich_markup_mode=None)
journal = typer.Typer(help="What was confirmed, and what became of it.", no_args_is_help=True, rich_markup_mode=None)
audit = typer.Typer(help="Who did what, in a chain of hashes.", no_args_is_help=True, rich_markup_mode=None)
views = typer.Typer(help="The views you saved: --view NAME shows one.", no_args_is_help=True, rich_markup_mode=None)
config = typer.Typer(help="What a profile is set to.", no_args_is_help=True, rich_markup_mode=None)
policy = typer.Typer(help="What the shop narrows of Amazon's rules.", no_args_is_help=True, rich_markup_mode=None)
slips = typer.Typer(
    help="Which lines of an order were captured and refunded.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(orders, name="orders")
app.add_typer(slips, name="slips")
app.add_typer(views, name="views")
app.add_typer(journal, name="journal")
app.add_typer(audit, name="audit")
app.add_typer(config, name="config")
app.add_typer(policy, name="policy")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OrderArgument = Annotated[str, typer.Argument(metavar="ORDER", help="An id of Amazon, or the shop's order number.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from azpay_tui.cli.output import result

        result(f"azpay {version('azpay-tui')}")
        raise typer.Exit(OK)


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="Which profile of the configuration.")] = None,
    # Whether these two can be read is said by whoever reads them, as an error of the configuration.
    config: Annotated[Path | None, typer.Option(metavar="FILE", readable=False, help="Which configuration.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", readable=False, help="Where journal and cache lie.")
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, never act.")] = False,
    theme: Annotated[
        str | None, typer.Option(metavar="T", help="Colours of the console: auto, dark, light, high-contrast or mono.")
    ] = None,
    ascii: Annotated[
        bool | None, typer.Option("--ascii/--no-ascii", help="Borders and signs of the console in ASCII.")
    ] = None,
    mouse: Annotated[
        bool | None, typer.Option("--mouse/--no-mouse", help="The mouse in the console; off over SSH.")
    ] = None,
    low_bandwidth: Annotated[
        bool | None, typer.Option("--low-bandwidth/--full-bandwidth", help="Paint less often; on over SSH.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> int:
    """A back office for Amazon Pay in the terminal. Without a command it opens the console."""
    context = context_of(ctx)
    context.profile_name, context.config_file = profile, config
    context.data_dir, context.read_only = data_dir, read_only
    context.console = console_settings(theme, ascii, mouse, low_bandwidth)
    if ctx.invoked_subcommand is None:
        from azpay_tui.cli.console import open_console

        return open_console(context)
    return OK


@orders.command("list")
def orders_list(
    ctx: typer.Context,
    query: Annotated[str, typer.Option(metavar="Q", help="Words in ids, number, buyer, e-mail.")] = "",
    view: Annotated[
        str,
        typer.Option(
            metavar="V",
            help="attention, to-capture, unpaid, refunds, unknown, all, orphans, diverged, or one you saved.",
        ),
    ] = "all",
    filter_: Annotated[
        str, typer.Option("--filter", metavar="F", help='Conditions such as "status=AUTHORIZED age<31d amount>=100".')
    ] = "",
    status: Annotated[str | None, typer.Option(metavar="WORD,...", help="Only these status words.")] = None,
    older_than: Annotated[str | None, typer.Option(metavar="AGE", help="Such as 7d; m, h, d or w.")] = None,
    newer_than: Annotated[str | None, typer.Option(metavar="AGE", help="Such as 36h.")] = None,
    minimum: Annotated[str | None, typer.Option("--min", metavar="A", help="At least this amount.")] = None,
    maximum: Annotated[str | None, typer.Option("--max", metavar="A", help="At most this amount.")] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE,...", help="Only these currencies.")] = None,
    attention: Annotated[str | None, typer.Option(metavar="CODE,...", help="Only these reasons, any, or none.")] = None,
    ship: Annotated[str | None, typer.Option(metavar="WORD", help="Only SHIP, or only HOLD.")] = None,
    unclosed: Annotated[
        bool, typer.Option("--unclosed", help="Only those that are captured in full and still open at Amazon.")
    ] = False,
    sort: Annotated[
        str | None,
        typer.Option(metavar="S", help="created, expires, amount, number or status; with - in front the reverse."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many, up to 10000.")] = 50,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on after this cursor.")] = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> int:
    """List orders from the local cache."""
    from azpay_tui.cli.reads import list_orders
    from azpay_tui.domain.closing import UNCLOSED
    from azpay_tui.domain.filters import from_options

    options = {
        "status=": status,
        "age>": older_than,
        "age<": newer_than,
        "amount>=": minimum,
        "amount<=": maximum,
        "currency=": currency,
        "attention=": attention,
        "ship=": ship,
    }
    return list_orders(
        context_of(ctx),
        query=query,
        filter_=from_options(f"{filter_} {UNCLOSED if unclosed else ''}".strip(), options),
        view=view,
        sort=sort,
        limit=limit,
        after=after,
        as_json=json,
        as_csv=csv,
    )


@orders.command("show")
def orders_show(
    ctx: typer.Context,
    order: OrderArgument,
    json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help="Add what Amazon sent last, word for word.")] = False,
) -> int:
    """Show everything known of one order."""
    from azpay_tui.cli.order import show_order

    return show_order(context_of(ctx), order, as_json=json, raw=raw)


@orders.command("link")
def orders_link(ctx: typer.Context, order: OrderArgument, json: Json = False) -> int:
    """Print an order's address in Seller Central."""
    from azpay_tui.cli.order import show_link

    return show_link(context_of(ctx), order, as_json=json)


@orders.command("actions")
def orders_actions(ctx: typer.Context, order: OrderArgument, json: Json = False) -> int:
    """Show which actions are valid for an order, and why the others are not."""
    from azpay_tui.cli.order import show_actions

    return show_actions(context_of(ctx), order, as_json=json)


@orders.command("mark")
def orders_mark(
    ctx: typer.Context,
    order: OrderArgument,
    reviewed: Annotated[
        bool | None, typer.Option("--reviewed/--not-reviewed", help="Its trouble was seen: out of the view attention.")
    ] = None,
    remind: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Later: 2h, 3d, 1w, tomorrow, 'friday 14:30', 2026-12-01.")
    ] = None,
    no_remind: Annotated[bool, typer.Option("--no-remind", help="Forget the reminder.")] = False,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="One line for the next person.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Tag it; @NAME assigns it.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Take a tag away.")] = None,
    json: Json = False,
) -> int:
    """Mark an order for the people of the shop; marks stay here, Amazon never sees them."""
    from azpay_tui.cli.marks import Wanted, mark

    wanted = Wanted(reviewed, remind, no_remind, note, tuple(tag or ()), tuple(untag or ()))
    return mark(context_of(ctx), order, wanted, as_json=json)


@orders.command("import")
def orders_import(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="A CSV, TSV or JSON export, or any text with Amazon's ids; - reads standard input."
        ),
    ],
    preset: Annotated[
        str | None, typer.Option(metavar="P", help="Read it as the preset of a shop says, such as woocommerce.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Where it comes from: a source of the profile, or a new name."),
    ] = None,
    complete: Annotated[
        bool | None,
        typer.Option("--complete/--incomplete", help="Whether it names all charges and refunds."),
    ] = None,
    json: Json = False,
) -> int:
    """Learn of orders and of what was ordered from whatever the shop can give: orders.csv, lines.csv, another file."""
    from azpay_tui.cli.importing import import_orders

    return import_orders(context_of(ctx), file, preset=preset, source=source, complete=complete, as_json=json)


@orders.command("track")
def orders_track(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of orders, charges or refunds.")],
    json: Json = False,
) -> int:
    """Learn of orders by Amazon's ids."""
    from azpay_tui.cli.keeping import track

    return track(context_of(ctx), ids, as_json=json)


@app.command()
def refresh(
    ctx: typer.Context,
    orders: Annotated[list[str], typer.Argument(metavar="ORDER...", help="Ids or order numbers.")],
    json: Json = False,
) -> int:
    """Read orders from Amazon now."""
    from azpay_tui.cli.keeping import refresh as run

    return run(context_of(ctx), orders, as_json=json)


@app.command()
def sync(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Read what is due, then end (the default).")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Read everything, due or not.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep in step until stopped.")] = False,
    act: Annotated[bool, typer.Option("--act", help="Take the automatic steps that are switched on, too.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Only show what is read next and what fails.")] = False,
    why: Annotated[str | None, typer.Option(metavar="ORDER", help="Only say why an order was not read.")] = None,
    json: Json = False,
) -> int:
    """Bring the cache in step with Amazon and settle what is open."""
    if status or why is not None:
        if once or all_ or watch or act:
            from azpay_tui.cli.outcome import CommandError

            raise CommandError("--status and --why only look; they do not go with --once, --all, --watch or --act.")
        from azpay_tui.cli.syncing import show_sync

        return show_sync(context_of(ctx), why, as_json=json)
    from azpay_tui.cli.keeping import sync as run

    return run(context_of(ctx), all_=all_, watch=watch, once=once, act=act, as_json=json)


@config.command("show")
def config_show(ctx: typer.Context, json: Json = False) -> int:
    """Show everything that the profile decides: what is done by itself, how orders stay in step, who is told."""
    from azpay_tui.cli.configured import show_configuration

    return show_configuration(context_of(ctx), as_json=json)


@policy.command("show")
def policy_show(
    ctx: typer.Context,
    preset: Annotated[
        str | None, typer.Argument(metavar="[PRESET]", help="A preset as it is; the profile's policy without it.")
    ] = None,
    json: Json = False,
) -> int:
    """Show every setting of the policy, where it comes from and what it does."""
    from azpay_tui.cli.policy import show_policy

    return show_policy(context_of(ctx), preset, as_json=json)
