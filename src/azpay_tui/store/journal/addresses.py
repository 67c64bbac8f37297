"""Writing addresses that people changed inside the caller's transaction, each with its row in the audit chain."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from azpay_tui.domain.addresses import NAMES
from azpay_tui.domain.order import Address
from azpay_tui.store.journal.audit import AuditWriter, Fact
from azpay_tui.store.journal.purging import purged_among
from azpay_tui.store.journal.seal import KIND, SEAL, seal
from azpay_tui.store.times import storable, to_text


def write_address(
    connection: Connection,
    audit: AuditWriter,
    order_id: str,
    address: Address | None,
    at: datetime,
    person: str,
    session: str,
    draw: Callable[[int], str] = secrets.token_hex,
) -> bool:
    """Keep where a parcel goes, None: where Amazon says; tells whether it was done.

    `draw` returns so many bytes in hexadecimal digits that nobody can guess. Nothing is kept of an order whose buyer's
    personal data was removed, and nothing to take back is not taken back.
    """
    run = connection.exec_driver_sql
    if purged_among(connection, [order_id]):
        return False
    if address is None and not run("SELECT 1 FROM address WHERE order_id = ?", (order_id,)).all():
        return False
    run("DELETE FROM address WHERE order_id = ?", (order_id,))
    told: dict[str, Fact] = {SEAL: None}
    if address is not None:
        parts = {name: storable(value) for name in NAMES if (value := getattr(address, name))}
        row = (order_id, to_text(at), storable(person), draw(16), json.dumps(parts, ensure_ascii=False))
        run("INSERT INTO address (order_id, at, person, salt, fields) VALUES (?, ?, ?, ?, ?)", row)
        told = {"parts": [*parts], SEAL: seal(*row)}
    audit.add(at, person, KIND, session=session, order_id=order_id, data=told)
    return True
