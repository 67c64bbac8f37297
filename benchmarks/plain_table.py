"""The same orders in Textual's own table, as simply as one would write it: what `list_paint` measures against."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from azpay_tui.store.cache.read import CacheReader

COLUMNS = ("Status", "Order", "Number", "Amount", "Cur", "Buyer")


class PlainTable(App[None]):
    """Reads all rows, adds all rows."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self._reader = CacheReader(data_dir)

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        after: str | None = None
        while True:
            page = self._reader.page("all", after=after, limit=10_000)
            for row in page.rows:
                amount = row.amount.grouped() if row.amount else "-"
                currency = row.amount.currency if row.amount else ""
                table.add_row(row.status, row.id, row.number or "", amount, currency, row.buyer or "")
            after = page.next
            if after is None:
                return


if __name__ == "__main__":
    PlainTable(Path(sys.argv[1])).run()
