"""Writing that a sale was cancelled here, and that an order was deleted; each with its row of the audit chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from azpay_tui.domain.sale import Cancelled
from azpay_tui.store.journal.audit import AuditWriter, fingerprint
from azpay_tui.store.journal.digests import digest_of_sale
from azpay_tui.store.journal.purging import purge_orders
from azpay_tui.store.sales import goals_text, pieces_text, read
from azpay_tui.store.times import storable, to_text

_ACTS: Final = "SELECT order_id, at, person, whole, refunds, goals, pieces FROM sale WHERE order_id = ? ORDER BY id"
_COUNTS: Final = """SELECT (SELECT count(*) FROM intent WHERE order_id = ?),
    (SELECT count(*) FROM slip WHERE order_id = ?)"""
_ADD: Final = "INSERT INTO sale (order_id, at, person, whole, refunds, goals, pieces) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DELETED: Final = "SELECT order_id FROM deletion WHERE order_id IN (SELECT value FROM json_each(?))"


def write_act(
    connection: Connection,
    audit: AuditWriter,
    order_id: str,
    act: Cancelled,
    seen: Cancelled | None,
    counts: tuple[int, int] | None,
    person: str,
    session: str,
) -> bool:
    """Write that a sale was cancelled; tells whether it was written.

    It is not where another act came between: what was `seen` of the order is not what is there. With `counts`, of its
    intents and slips, nor where anything else did.
    """
    if counts is not None and tuple(connection.exec_driver_sql(_COUNTS, (order_id, order_id)).one()) != counts:
        return False
    if read(connection.exec_driver_sql(_ACTS, (order_id,)).all()).get(order_id) != seen:
        return False
    goals, pieces = goals_text(act), pieces_text(act)
    values = (order_id, to_text(act.at), storable(person), int(act.whole), act.refunds, goals, pieces)
    number = connection.exec_driver_sql(_ADD, values).lastrowid
    data = {
        "sale": number,
        "whole": act.whole,
        "refunds": act.refunds,
        "goals": [f"{goal.charge_id} {goal.refunded}" for goal in act.goals],
        # Keys of lines are a shop's own words; of such texts the chain keeps a hash.
        "pieces_sha256": fingerprint(pieces) if act.pieces else None,
        "row": digest_of_sale(connection.exec_driver_sql, number),
    }
    audit.add(act.at, person, "sale", session=session, order_id=order_id, data=data)
    return True


def delete_order(
    connection: Connection, audit: AuditWriter, order_id: str, at: datetime, person: str, session: str
) -> bool:
    """Take out what is personal of an order and mark it as deleted; tells whether it is deleted now.

    It is not while an action on it is not settled. Amounts and ids of what was wished, sent and answered stay.
    """
    if order_id in deleted_among(connection, [order_id]):
        return True
    if not purge_orders(connection, audit, [order_id], at, person, session):
        return False
    connection.exec_driver_sql("INSERT INTO deletion VALUES (?, ?, ?)", (order_id, to_text(at), storable(person)))
    audit.add(at, person, "delete", session=session, order_id=order_id, data={})
    return True


def deleted_among(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    """Return which of these orders were deleted."""
    return {row[0] for row in connection.exec_driver_sql(_DELETED, (json.dumps([*order_ids]),))}
