"""The sample orders as shops would give them: what the question of each shop's preset prints, and a settlement.

Every file names every order; a settlement only those where money moved. Columns are those of the presets, which a test
outside holds together: the simulator shares no code with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.simulator.export import orders_csv
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.report_files import settlement_text
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.settlement import movements
from azpay_tui.simulator.shapes.batch import batch_text
from azpay_tui.simulator.shapes.databases import MAGENTO2, OXID, TRANSACTIONS, WOOCOMMERCE
from azpay_tui.simulator.shapes.shopware import shopware_json

_SHAPES: Final[dict[str, Callable[[list[Order], datetime], str]]] = {
    "woocommerce.tsv": lambda orders, now: batch_text(WOOCOMMERCE, orders, now),
    "magento2.tsv": lambda orders, now: batch_text(MAGENTO2, orders, now),
    "oxid.tsv": lambda orders, now: batch_text(OXID, orders, now),
    "transactions.tsv": lambda orders, now: batch_text(TRANSACTIONS, orders, now),
    "shopware.json": shopware_json,
}


def exports(orders: Iterable[Order], settings: Settings, now: datetime) -> dict[str, str]:
    """Return the text of each file by its name, orders.csv among them; ``now`` says what has been shipped by now."""
    known = list(orders)
    made = {name: shape(known, now) for name, shape in _SHAPES.items()}
    return own_export(known) | made | {"settlement.txt": _settlement(known, settings, now)}


def own_export(orders: Iterable[Order]) -> dict[str, str]:
    """Return orders.csv alone, which says all that a client needs."""
    return {"orders.csv": orders_csv(orders)}


def _settlement(orders: list[Order], settings: Settings, now: datetime) -> str:
    """One file about everything that moved, however long ago: Amazon would send one for each day."""
    moved = movements(orders)
    posted = [movement.posted for movement in moved] or [order.created for order in orders] or [now]
    return settlement_text(moved, min(posted), max(posted) + timedelta(seconds=1), settings)
