"""The commands over saved views."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json, app, views
from azpay_tui.cli.context import context_of

__all__ = ["app"]

ViewName = Annotated[str, typer.Argument(metavar="NAME", help="What the view is called, in any case.")]


@views.command("list")
def views_list(ctx: typer.Context, json: Json = False) -> int:
    """List the views you saved."""
    from azpay_tui.cli.views import list_views

    return list_views(context_of(ctx), as_json=json)


@views.command("save")
def views_save(
    ctx: typer.Context,
    name: ViewName,
    view: Annotated[str, typer.Option(metavar="V", help="The built-in view it narrows.")] = "all",
    filter_: Annotated[str, typer.Option("--filter", metavar="F", help="As in azpay orders list.")] = "",
    sort: Annotated[str | None, typer.Option(metavar="S", help="As in azpay orders list.")] = None,
) -> int:
    """Save a view with its filter and sort under a name."""
    from azpay_tui.cli.views import save_view

    return save_view(context_of(ctx), name, view=view, filter_=filter_, sort=sort)


@views.command("rename")
def views_rename(
    ctx: typer.Context, name: ViewName, new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]
) -> int:
    """Give a saved view another name."""
    from azpay_tui.cli.views import rename_view

    return rename_view(context_of(ctx), name, new)


@views.command("delete")
def views_delete(ctx: typer.Context, name: ViewName) -> int:
    """Forget a saved view; its orders stay."""
    from azpay_tui.cli.views import delete_view

    return delete_view(context_of(ctx), name)
