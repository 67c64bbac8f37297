"""Writing slips inside the caller's transaction, each with its row in the audit chain."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from azpay_tui.domain.intent import IntentDraft, Verb
from azpay_tui.domain.slips import Booked
from azpay_tui.store.deliveries import seal_of
from azpay_tui.store.errors import SlipsChanged
from azpay_tui.store.journal.audit import AuditWriter
from azpay_tui.store.journal.digests import digest_of_slip
from azpay_tui.store.journal.purging import purged_among
from azpay_tui.store.slips import to_columns
from azpay_tui.store.times import storable, to_text

_INSERT: Final = """INSERT INTO slip (id, order_id, intent_id, verb, charge, at, person, note, currency, exponent,
    lines, shipping, shipping_tax, adjustment, document, carrier, tracking, restock, salt)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def write_slip_of(connection: Connection, audit: AuditWriter, draft: IntentDraft, intent: str) -> None:
    """Write the slip of an intent, if it has one, in the transaction that writes the intent: neither is without the
    other, whatever happens.

    Raises `SlipsChanged` when the order has other slips than those it was checked against.
    """
    wish = draft.wish
    if wish.slip is None:
        return
    verb = Verb.REFUND if wish.verb is Verb.REFUND else Verb.CAPTURE
    charge = "" if wish.verb is Verb.AUTHORIZE else wish.target
    booked = Booked(intent, verb, charge, None, wish.slip, order_id=wish.order_id, person=draft.person)
    write_slip(connection, audit, booked, draft.at, draft.session, draft.slips_seen)


def write_slip(
    connection: Connection, audit: AuditWriter, booked: Booked, at: datetime, session: str, seen: int
) -> int:
    """Write one slip and return its number; `seen` is how many the order had when it was checked.

    Raises `SlipsChanged` when there are others by now.
    """
    count = connection.exec_driver_sql("SELECT count(*) FROM slip WHERE order_id = ?", (booked.order_id,)).scalar_one()
    if count != seen:
        raise SlipsChanged(f"Another slip of {booked.order_id} was written meanwhile: look at it and run it again.")
    last = connection.exec_driver_sql("SELECT max(id) FROM slip").scalar_one()
    number, slip = (last or 0) + 1, booked.slip
    if purged_among(connection, [booked.order_id]):  # with it the carrier's page names the buyer again
        slip = replace(slip, tracking="")
    salt = secrets.token_hex(16) if slip.tracking else ""
    values = (
        number,
        booked.order_id,
        booked.intent or None,
        str(booked.verb),
        booked.charge,
        to_text(at),
        storable(booked.person),
        storable(booked.note),
        *to_columns(slip).values(),
        salt,
    )
    connection.exec_driver_sql(_INSERT, values)
    told = {
        "slip": number,
        "of": booked.intent,
        "verb": str(booked.verb),
        "charge": booked.charge,
        "amount": str(slip.total),
        "pieces": sum(line.quantity for line in slip.goods.lines),
        "restock": slip.restock,
        # By the number a carrier names the buyer: a purge takes it out, and the salt, without which nobody guesses it.
        "tracking_seal": seal_of(salt, storable(slip.tracking)) if salt else None,
        "slip_row": digest_of_slip(connection.exec_driver_sql, number),
    }
    audit.add(at, booked.person, "slip", session=session, order_id=booked.order_id, data=told)
    return number
