"""orders.csv: the shop's export, read line by line so that one bad line costs no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from azpay_tui.backoffice.harvest.ids import foreign
from azpay_tui.backoffice.harvest.labels import quoted
from azpay_tui.backoffice.harvest.reading import BadLine, Reading, Tally
from azpay_tui.backoffice.harvest.records import LineError, amount_of, has_columns, label_of, read_named
from azpay_tui.domain.moments import believable
from azpay_tui.domain.order import kind_of, order_id_of
from azpay_tui.domain.rows import TrackedOrder

COLUMNS: Final = (
    "order_number",
    "permission_id",
    "charge_ids",
    "refund_ids",
    "currency",
    "amount",
    "created",
    "buyer_name",
    "buyer_email",
)
"""The header; the order of columns is free and others are ignored. All cells but `permission_id` may be empty."""
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


_PLAINLY: Final = Reading("import", None, None)

_NO_TEXT: Final = "The line is not UTF-8 text; its order is taken, and letters that cannot be read are replaced."


def is_contract(line: str) -> bool:
    """Tell whether a line is the header of orders.csv."""
    return has_columns(line, COLUMNS)


def read_orders(
    stream: BinaryIO, reading: Reading = _PLAINLY, tally: Tally | None = None
) -> Iterator[TrackedOrder | BadLine]:
    """Read an export (UTF-8, a byte order mark is tolerated, RFC 4180): each record as an order or as a bad line.

    A record that is no UTF-8 is both: ids are ASCII, so the order is taken, and its labels lack letters.

    An order of it is completely known: an empty `charge_ids` means that there are none. Raises `HeaderError` when the
    header is missing or lacks a column.
    """
    for record in read_named(stream, COLUMNS, Tally() if tally is None else tally):
        if isinstance(record.cells, str):
            yield BadLine(record.number, record.cells)
            continue
        try:
            yield _order(record.cells, reading)
        except LineError as error:
            yield BadLine(record.number, str(error))
            continue
        if record.damaged:
            yield BadLine(record.number, _NO_TEXT, "label")


def _order(cells: dict[str, str], reading: Reading) -> TrackedOrder:
    order_id = cells["permission_id"]
    if kind_of(order_id) != "permission":
        raise LineError(f"permission_id is {quoted(order_id)}, which is no id of an order such as S01-1234567-1234567.")
    if (whose := foreign(order_id, reading.environment)) is not None:
        raise LineError(f"permission_id is {order_id}, which is of Amazon's {whose}.")
    return TrackedOrder(
        order_id=order_id,
        number=label_of(cells, "order_number"),
        amount=amount_of(cells["amount"], cells["currency"]),
        currency=cells["currency"] or None,
        created=_time(cells["created"]),
        buyer_name=label_of(cells, "buyer_name"),
        buyer_email=label_of(cells, "buyer_email"),
        charge_ids=_ids(cells["charge_ids"], "charge", order_id),
        refund_ids=_ids(cells["refund_ids"], "refund", order_id),
        complete=True if reading.complete is None else reading.complete,
        source=reading.source,
        side="shop" if reading.side is None else reading.side,
    )


def _ids(text: str, kind: str, order_id: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(text.split()))
    for object_id in ids:
        if kind_of(object_id) != kind:
            raise LineError(f"{kind}_ids holds {quoted(object_id)}, which is not the id of a {kind}.")
        if order_id_of(object_id) != order_id:
            raise LineError(f"{kind}_ids holds {object_id}, which does not belong to {order_id}.")
    return ids


def _time(text: str) -> datetime | None:
    if not text:
        return None
    sentence = f"created is {quoted(text)}, which is not a time such as 2026-01-31T08:15:00Z."
    if not _RFC3339.fullmatch(text):
        raise LineError(sentence)
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise LineError(sentence) from error
    if not believable(moment):
        raise LineError(sentence)
    return moment
