"""Writing which parcels Amazon is told of, each step a durable transaction with its row in the audit chain.

There is no table of messages for it, although a message also tells somebody of something: what is in the outbox is
tried again by itself until it has arrived, and a number that Amazon takes once must not be.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.deliveries import Delivery, Outcome, Parcel
from azpay_tui.store.deliveries import seal_of, with_number
from azpay_tui.store.errors import DeliveryConflict
from azpay_tui.store.journal.audit import AuditWriter, Fact, code_only
from azpay_tui.store.journal.digests import digest_of_delivery, seal_of_letter
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.purging import purged_among
from azpay_tui.store.times import storable, to_text

_INSERT: Final = """INSERT INTO delivery
    (id, order_id, carrier, tracking, salt, at, person, outcome, why, request_id, ended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'unknown', '', '', NULL)"""
_END: Final = "UPDATE delivery SET outcome = ?, why = ?, request_id = ?, ended_at = ? WHERE id = ?"
_SALT: Final = "SELECT salt FROM delivery WHERE id = ?"
_WHY_LIMIT: Final = 2000
"""Characters kept of what came of an attempt."""


class DeliveryBook:
    """The parcels in one journal; safe from any thread and beside other processes. Every method is one transaction.

    Raises `JournalUnavailable` when the file cannot be read or written: then nothing changed.
    """

    def __init__(self, file: JournalFile, *, person: str = "", session: str = "") -> None:
        """Keep them in this file; `person` and `session` are those of this process."""
        self._file = file
        self._person = person
        self._session = session

    def with_number(self, tracking: str) -> tuple[Delivery, ...]:
        """Return the attempts with a tracking number, of whichever order, newest first."""
        with self._file.plain() as connection:
            return with_number(connection.exec_driver_sql, tracking)

    def begin(self, parcel: Parcel, seen: int, at: datetime) -> Delivery:
        """Write that Amazon is told of a parcel next; until an answer came it is not known whether it was.

        Durable before it returns. `seen` is how many attempts with its number there were when it was decided. Raises
        `DeliveryConflict` when there are others by now, or the personal data of the order's buyer was removed.
        """
        with self._file.writing() as (session, audit):
            connection = session.connection()
            query = connection.exec_driver_sql
            if purged_among(connection, [parcel.order_id]):
                raise DeliveryConflict(
                    f"The personal data of the buyer of {parcel.order_id} was removed: nothing is sent."
                )
            if len(with_number(query, parcel.tracking)) != seen:
                raise DeliveryConflict(
                    f"Somebody else sent {parcel.tracking} meanwhile: look at the order and run it again."
                )
            begun = Delivery((query("SELECT max(id) FROM delivery").scalar_one() or 0) + 1, parcel, at, self._person)
            salt = secrets.token_hex(16)
            told = (parcel.order_id, parcel.carrier, parcel.tracking, salt, to_text(at), storable(self._person))
            query(_INSERT, (begun.number, *told))
            seal = seal_of(salt, parcel.tracking)
            self._tell(
                connection, audit, begun, at, {"carrier": parcel.carrier, "outcome": "unknown", "tracking_seal": seal}
            )
            return begun

    def end(self, begun: Delivery, answer: Answer, outcome: Outcome, why: str, at: datetime) -> Delivery:
        """Write what became of an attempt and return it so, also when the disk is full.

        Of a buyer who was forgotten meanwhile no sentence is kept.
        """

        def write(_keep: int) -> Delivery:
            with self._file.writing() as (session, audit):
                connection = session.connection()
                before = digest_of_delivery(connection.exec_driver_sql, begun.number)
                gone = purged_among(connection, [begun.parcel.order_id])
                kept, request_id = "" if gone else storable(why)[:_WHY_LIMIT], storable(answer.request_id or "")
                salt = str(connection.exec_driver_sql(_SALT, (begun.number,)).scalar_one())
                connection.exec_driver_sql(_END, (outcome, kept, request_id, to_text(at), begun.number))
                told: dict[str, Fact] = {
                    "outcome": outcome,
                    "kind": answer.kind,
                    "status": answer.status,
                    "code": code_only(answer.reason_code),
                    "request": code_only(answer.request_id),
                    "delivery_was": before,
                    "why_seal": seal_of_letter(salt, kept) if salt else None,
                }
                self._tell(connection, audit, begun, at, told)
                return replace(begun, outcome=outcome, why=kept, request_id=request_id, ended_at=at)

        return self._file.despite_full_disk(write)

    def _tell(
        self, connection: Connection, audit: AuditWriter, begun: Delivery, at: datetime, told: Mapping[str, Fact]
    ) -> None:
        row = digest_of_delivery(connection.exec_driver_sql, begun.number)
        facts: dict[str, Fact] = {"delivery": begun.number, **told, "delivery_row": row}
        order_id = begun.parcel.order_id
        audit.add(at, self._person, "delivery", session=self._session, order_id=order_id, data=facts)
