"""The commands about sources and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json
from azpay_tui.cli.context import context_of
from azpay_tui.cli.personal import app

__all__ = ["app"]

sources = typer.Typer(help="Where orders come from by themselves.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sources, name="sources")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the source is called.")]
Since = Annotated[
    str | None, typer.Option(metavar="D", help="Orders changed since: 2026-08-24, 2026-08-24T12:00:00Z, or 90d.")
]
Prefix = Annotated[str | None, typer.Option(metavar="P", help="What the names of the shop's tables begin with.")]


@sources.command("list")
def sources_list(ctx: typer.Context, json: Json = False) -> int:
    """List the sources: how the last run went, when the next one is."""
    from azpay_tui.cli.sources.listing import list_sources

    return list_sources(context_of(ctx), as_json=json)


@sources.command("show")
def sources_show(ctx: typer.Context, name: Name, json: Json = False) -> int:
    """Show all of one source: how it is configured, what its preset cannot see, how the last run went."""
    from azpay_tui.cli.sources.listing import show_source

    return show_source(context_of(ctx), name, as_json=json)


@sources.command("run")
def sources_run(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which source; all of them without it.")] = None,
    since: Since = None,
    all_days: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=3650, help="Everything that changed in the last N days.")
    ] = None,
    json: Json = False,
) -> int:
    """Ask sources for orders now, whether they are due or not; Ctrl-C ends it and keeps what came."""
    from azpay_tui.cli.sources.running import run_sources

    if since is not None and all_days is not None:
        raise typer.BadParameter("--since does not go with --all-days: use one of them.")
    return run_sources(context_of(ctx), name, since if all_days is None else f"{all_days}d", as_json=json)


@sources.command("add")
def sources_add(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME] [-- COMMAND...]", help="Its name; behind -- the command that prints orders."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(metavar="P", help="Which shop it is; azpay sources sql lists them.")
    ] = None,
    prefix: Prefix = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The shop's address, in place of a command.")] = None,
    key_file: Annotated[str | None, typer.Option(metavar="FILE", help="With --url: holds the key that reads.")] = None,
    every: Annotated[str | None, typer.Option(metavar="SPAN", help="How often it is asked: 30s, 5m, 2h, 1d.")] = None,
    first: Annotated[str | None, typer.Option(metavar="SPAN", help="How far the first run looks back.")] = None,
    complete: Annotated[
        bool | None,
        typer.Option("--complete/--not-complete", help="It names every charge and refund of an order, or does not."),
    ] = None,
    untried: Annotated[bool, typer.Option("--untried", help="Write it without asking it for orders first.")] = False,
    json: Json = False,
) -> int:
    """Add a source to the configuration: asks it once, says how many orders it gave, then writes it down."""
    from azpay_tui.cli.sources.adding import Wanted, add_source

    wanted = Wanted(tuple(words or ()), preset, prefix, url, key_file, every, first, complete)
    return add_source(context_of(ctx), wanted, untried=untried, as_json=json)


@sources.command("sql")
def sources_sql(
    ctx: typer.Context,
    preset: Annotated[
        str | None, typer.Argument(metavar="[PRESET]", help="Which shop; without it all presets are listed.")
    ] = None,
    since: Since = None,
    prefix: Prefix = None,
    json: Json = False,
) -> int:
    """Print a preset's SQL, to look at it or to use it by hand; without a preset list all of them."""
    from azpay_tui.cli.sources.listing import list_presets, show_sql

    if preset is None:
        return list_presets(as_json=json)
    return show_sql(preset, since, prefix, as_json=json)
