"""`azpay orders list`: a view of the local cache, with or without a connection."""

from __future__ import annotations

from azpay_tui.cli import shapes
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import amount_text, csv_result, json_result, say, table, utc
from azpay_tui.cli.views import saved_view
from azpay_tui.domain.disagreements import DIFFERENCES, none_found
from azpay_tui.domain.filters import FilterError, Narrowed, parse
from azpay_tui.domain.rows import VIEWS, ListRow
from azpay_tui.store.cache.paging import ListError

MOST_ROWS = 10_000
_LIST = {
    "number": "NUMBER",
    "id": "ID",
    "status": "STATUS",
    "amount": "AMOUNT",
    "captured": "CAPTURED",
    "refunded": "REFUNDED",
    "ship": "SHIP",
    "expires": "EXPIRES",
    "buyer": "BUYER",
    "attention": "ATTENTION",
}
_BESIDE = {"shop": "SHOP", "differs": "DIFFERS"}
"""What the views of differences show beside that."""
_CSV = (
    "id",
    "number",
    "status",
    "currency",
    "amount",
    "captured",
    "refunded",
    "buyer",
    "created",
    "expires",
    "refreshed_at",
    "ship",
    "attention",
    "shop_status",
    "differs",
)
_MONEY_COLUMNS = frozenset({"amount", "captured", "refunded"})


def list_orders(
    context: Context,
    *,
    query: str,
    filter_: str,
    view: str,
    sort: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Show part of a view; the cursor of the next part goes with the JSON, else to standard error."""
    if as_json and as_csv:
        raise CommandError("Choose one of --json and --csv.")
    if not 1 <= limit <= MOST_ROWS:
        raise CommandError(f"--limit must be from 1 to {MOST_ROWS:,}, not {limit}.")
    if view not in VIEWS:
        saved = saved_view(context, view)
        view, sort, filter_ = saved.view, sort or saved.sort, f"{saved.filter} {filter_}"
    reader = context.reader()
    try:
        narrowed = Narrowed(parse(filter_), corrected_now(reader), context.profile().zone)
        page = reader.page(view, query=query, sort=sort, after=after, limit=limit, narrowed=narrowed)
    except (FilterError, ListError) as error:
        raise CommandError(str(error)) from error
    rows, following = page.rows, page.next
    if as_json:
        total = reader.total(view, query, narrowed=narrowed)
        json_result({"orders": [shapes.row(row) for row in rows], "next": following, "total": total})
    elif as_csv:
        csv_result(_CSV, (_csv_row(row) for row in rows))
    else:
        columns = _LIST | _BESIDE if view in DIFFERENCES else _LIST
        if view in DIFFERENCES and not rows and not query and not filter_.strip() and after is None:
            status = reader.status(corrected_now(reader))
            say(none_found(view, heard=status.shop_heard, reading=bool(status.queue)))
        table(columns, [_list_row(row) for row in rows], _MONEY_COLUMNS)
    if following is not None and not as_json:
        say(f"There are more: add --after {following}")
    return OK


def _list_row(row: ListRow) -> dict[str, str]:
    return {
        "number": row.number or "",
        "id": row.id,
        "status": row.status,
        "amount": amount_text(row.amount),
        "captured": amount_text(row.captured),
        "refunded": amount_text(row.refunded),
        "ship": row.ship,
        "expires": utc(row.expires) or "",
        "buyer": row.buyer or "",
        "attention": " ".join(row.attention),
        "shop": row.shop_status or row.claim or "",
        "differs": " ".join(row.differs),
    }


def _csv_row(row: ListRow) -> list[str]:
    amounts = (row.amount, row.captured, row.refunded)
    currency = next((money.currency for money in amounts if money is not None), "")
    return [
        row.id,
        row.number or "",
        row.status,
        currency,
        *("" if money is None else money.decimal() for money in amounts),
        row.buyer or "",
        *(utc(at) or "" for at in (row.created, row.expires, row.refreshed_at)),
        row.ship,
        " ".join(row.attention),
        row.shop_status or "",
        " ".join(row.differs),
    ]
