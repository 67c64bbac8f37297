"""Removing buyers' personal data from the journal; what was wished, sent and answered stays.

The statements are plain SQL and run on back-ups as well, also on those of older schemas. The audit chain is not
touched: nothing personal ever goes into it. Its new row says how the evidence stands afterwards.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from azpay_tui.store.journal.audit import AuditWriter, Fact
from azpay_tui.store.journal.digests import FORGOT, kept_of
from azpay_tui.store.journal.seal import COLUMNS, SEAL, seal
from azpay_tui.store.personal import impersonal
from azpay_tui.store.times import from_text, storable, to_text

Run = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs one statement on a connection and gives its rows."""
_WANTED: Final = "IN (SELECT value FROM json_each(?))"
_BUSY: Final = f"""SELECT order_id FROM intent WHERE order_id {_WANTED}
    AND state IN ('intent', 'sent', 'unknown', 'attention', 'accepted')"""
_TOUCHED: Final = f"""SELECT i.order_id, e.id FROM evidence AS e JOIN intent AS i ON i.id = e.intent_id
    WHERE i.order_id {_WANTED} AND (length(e.raw) > 0 OR e.message <> '') ORDER BY e.id"""
_EVIDENCE: Final = f"""SELECT e.id, e.raw FROM evidence AS e JOIN intent AS i ON i.id = e.intent_id
    WHERE i.order_id {_WANTED} AND (length(e.raw) > 0 OR e.message <> '')"""

_MESSAGES: Final = (
    f"""UPDATE message SET state = 'dropped', next_due = NULL, ended_at = coalesce(ended_at, created)
        WHERE kind <> 'shop' AND state IN ('waiting', 'failed') AND order_id {_WANTED}""",
    f"UPDATE message SET subject = '', body = '', recipient = '' WHERE kind <> 'shop' AND order_id {_WANTED}",
    f"""UPDATE message_try SET why = ''
        WHERE message_seq IN (SELECT seq FROM message WHERE order_id {_WANTED}) AND why <> ''""",
)
"""What is for a shop names no buyer; what the other side answered may."""


def purge_orders(
    connection: Connection, audit: AuditWriter, order_ids: Sequence[str], at: datetime, person: str, session: str
) -> tuple[str, ...]:
    """Take out what is personal of orders inside the caller's transaction; returns those where it is gone now.

    An order with an intent that is not settled is left alone: its evidence is still needed.
    """
    busy = {row[0] for row in connection.exec_driver_sql(_BUSY, (json.dumps(order_ids),))}
    done = purged_among(connection, order_ids)
    new = [order_id for order_id in dict.fromkeys(order_ids) if order_id not in busy | done]
    _remove(connection, audit, [(order_id, at, person) for order_id in new], session)
    for order_id in new:
        values = (order_id, to_text(at), storable(person))
        connection.exec_driver_sql("INSERT INTO purge VALUES (?, ?, ?, 0)", values)
    return tuple(order_id for order_id in dict.fromkeys(order_ids) if order_id not in busy)


def purge_backup(connection: Connection, audit: AuditWriter, purged: Sequence[tuple[str, str, str]]) -> bool:
    """Take out of a back-up, of whatever schema, what was purged since: order, moment, person; tells if there was any.

    Its chain gets the same rows, so that it is whole as well. What was open when it was made is settled by now.
    """
    run = connection.exec_driver_sql
    done = {row[0] for row in run("SELECT order_id FROM audit WHERE kind = 'purge'")}
    known = {row[0] for row in run("SELECT order_id FROM tracked UNION SELECT order_id FROM intent")}
    new = [(order_id, from_text(at), by) for order_id, at, by in purged if order_id in known and order_id not in done]
    _remove(connection, audit, new, "")
    if not _has(run, "purge"):
        return bool(new)
    missing = {row[0] for row in purged} - {row[0] for row in run("SELECT order_id FROM purge")}
    for row in purged:
        if row[0] in missing:
            run("INSERT INTO purge VALUES (?, ?, ?, 1)", row)
    return bool(new or missing)


def _remove(
    connection: Connection, audit: AuditWriter, orders: Sequence[tuple[str, datetime, str]], session: str
) -> None:
    """Blank what is personal and tell the chain of it, with the evidence as it is left."""
    order_ids = [order_id for order_id, _at, _person in orders]
    query = connection.exec_driver_sql
    touched = query(_TOUCHED, (json.dumps(order_ids),)).all()
    before = {number: kept_of(query, number) for _, number in touched}
    erase(query, order_ids)
    forgot: dict[str, list[str]] = {}
    for order_id, number in touched:
        forgot.setdefault(order_id, []).append(f"{number} {before[number]} {kept_of(query, number)}")
    sealed = _sealed(query, order_ids)
    for order_id, at, person in orders:
        told: dict[str, Fact] = {FORGOT: forgot[order_id]} if order_id in forgot else {}
        if order_id in sealed:
            told[SEAL] = sealed[order_id]
        audit.add(at, person, "purge", session=session, order_id=order_id, data=told)


def _sealed(run: Run, order_ids: Sequence[str]) -> dict[str, str]:
    """Return the seals of changed addresses as they are left."""
    if not _has(run, "address"):
        return {}
    columns = ", ".join(COLUMNS)
    rows = run(f"SELECT {columns} FROM address WHERE order_id {_WANTED}", (json.dumps(order_ids),))
    return {row[0]: seal(*row) for row in rows}


def _has(run: Run, table: str) -> bool:
    return bool([*run("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))])


def erase(run: Run, order_ids: Sequence[str]) -> None:
    """Blank what is personal of orders: labels, their digests, tracking numbers, bodies that Amazon sent.

    Raises what `run` raises.
    """
    wanted = (json.dumps(order_ids),)
    run(f"UPDATE tracked SET buyer_name = NULL, buyer_email = NULL WHERE order_id {_WANTED}", wanted)
    if _has(run, "sighting"):
        # The digest would tell of a name that somebody guesses whether it was this one.
        run(f"UPDATE sighting SET labels = '' WHERE order_id {_WANTED}", wanted)
    if _has(run, "message"):
        for statement in _MESSAGES:
            run(statement, wanted)
    if _has(run, "address"):
        # With the salt goes what would tell whoever guesses an address that it was this one.
        run(f"UPDATE address SET salt = '', fields = '' WHERE order_id {_WANTED}", wanted)
    if _has(run, "slip"):
        # With it the carrier's page names the buyer.
        run(f"UPDATE slip SET tracking = '' WHERE order_id {_WANTED}", wanted)
    for table in ("slip", "message"):
        if [*run("SELECT 1 FROM pragma_table_info(?) WHERE name = 'salt'", (table,))]:
            run(f"UPDATE {table} SET salt = '' WHERE order_id {_WANTED}", wanted)
    if _has(run, "delivery"):
        run(f"UPDATE delivery SET tracking = '', salt = '', why = '' WHERE order_id {_WANTED}", wanted)
    for number, raw in [*run(_EVIDENCE, wanted)]:
        kept = impersonal(bytes(raw).decode("utf-8", "replace")).encode()
        run("UPDATE evidence SET raw = ?, message = '' WHERE id = ?", (kept, number))


def purged_among(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    """Return which of these orders' personal data was removed."""
    known = f"SELECT order_id FROM purge WHERE order_id {_WANTED}"
    return {row[0] for row in connection.exec_driver_sql(known, (json.dumps(order_ids),))}


def all_purged(journal: sqlite3.Connection, *, unwiped: bool = False) -> list[str]:
    """Return the orders whose personal data was removed, with `unwiped` those of which traces may be left."""
    where = " WHERE wiped = 0" if unwiped else ""
    return [row[0] for row in journal.execute(f"SELECT order_id FROM purge{where} ORDER BY order_id")]
