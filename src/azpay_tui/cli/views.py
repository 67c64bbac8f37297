"""The views a person saved: list, save, rename and delete them without a screen."""

from __future__ import annotations

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, say, shown, table
from azpay_tui.domain.rows import VIEWS
from azpay_tui.paths import check_readable
from azpay_tui.store.views import SavedView, SavedViews


def _saved(context: Context) -> SavedViews:
    data_dir = context.profile().data_dir
    check_readable(data_dir)
    return SavedViews(data_dir)


def saved_view(context: Context, name: str) -> SavedView:
    """Return a saved view by its name; raises `CommandError` with the names there are."""
    views = _saved(context)
    found = views.find(name)
    if found is None:
        names = ", ".join((*VIEWS, *(view.name for view in views.all())))
        raise CommandError(f"There is no view {name!r}; the views are {names}.")
    return found


def list_views(context: Context, *, as_json: bool) -> int:
    """Show every saved view."""
    views = _saved(context).all()
    if as_json:
        json_result({"views": [_shape(view) for view in views]})
        return OK
    columns = {"name": "NAME", "view": "VIEW", "filter": "FILTER", "sort": "SORT"}
    rows = [{"name": one.name, "view": one.view, "filter": one.filter, "sort": one.sort or ""} for one in views]
    table(columns, rows, frozenset())
    return OK


def _shape(view: SavedView) -> dict[str, object]:
    columns = None if view.columns is None else list(view.columns)
    return {"name": view.name, "view": view.view, "filter": view.filter, "sort": view.sort, "columns": columns}


def save_view(context: Context, name: str, *, view: str, filter_: str, sort: str | None) -> int:
    """Save a view under a name, in the place of one that is called so; its columns stay."""
    views = _saved(context)
    try:
        old = views.find(name)
        saved = views.save(SavedView(name, view, filter_, sort, old.columns if old is not None else None))
    except ValueError as error:
        raise CommandError(str(error)) from error
    say(f"Saved: azpay orders list --view {shown(saved.name)!r}")
    return OK


def rename_view(context: Context, name: str, new: str) -> int:
    """Give a saved view another name."""
    try:
        _saved(context).rename(name, new)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return OK


def delete_view(context: Context, name: str) -> int:
    """Forget a saved view; its orders stay."""
    try:
        _saved(context).delete(name)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return OK
