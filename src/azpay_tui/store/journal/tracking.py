"""Learning of orders: labels are filled in and replaced, ids are added, nothing is ever removed.

A report of Amazon's only fills labels in: the shop's own word for a number or a name is the better one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert
from sqlmodel import col, select, update

from azpay_tui.domain.order import kind_of, order_id_of
from azpay_tui.domain.rows import TrackedOrder, TrackResult
from azpay_tui.store.journal.audit import AuditWriter
from azpay_tui.store.journal.purging import purged_among
from azpay_tui.store.journal.sales import deleted_among
from azpay_tui.store.journal.sightings import Sightings
from azpay_tui.store.journal.tables import SightingRow, TrackedIdRow, TrackedRow
from azpay_tui.store.times import storable, to_text

_LABELS: Final = (
    "number",
    "amount_minor",
    "amount_currency",
    "amount_exponent",
    "created",
    "buyer_name",
    "buyer_email",
)
_ORDER: Final = ("order_id", *_LABELS, "complete", "source", "added_at", "updated_at")
_NEW_ORDER: Final = f"INSERT INTO tracked ({', '.join(_ORDER)}) VALUES ({', '.join('?' * len(_ORDER))})"
_NEW_ID: Final = "INSERT INTO tracked_id (object_id, order_id, source, added_at) VALUES (?, ?, ?, ?)"
_Labels = dict[str, str | int | None]
_CHUNK: Final = 500


def track_orders(
    connection: Connection, audit: AuditWriter, orders: Sequence[TrackedOrder], at: datetime, person: str, session: str
) -> TrackResult:
    """Merge what sources say into the journal; the same again changes nothing.

    Raises `ValueError` for a charge or refund id that does not belong to its order.
    """
    added = updated = unchanged = 0
    changed: dict[str, None] = {}
    deleted: dict[str, None] = {}
    stamp = to_text(at)
    for start in range(0, len(orders), _CHUNK):
        chunk = orders[start : start + _CHUNK]
        named = [order.order_id for order in chunk]
        gone = deleted_among(connection, named)
        known = _known(connection, named)
        owned = _owned(connection, [*known])
        purged = purged_among(connection, named)
        sightings = Sightings(connection, named)
        new_ids: list[tuple[str, ...]] = []
        inserts: dict[str, dict[str, str | int | bool | None]] = {}
        updates: dict[str, dict[str, str | int | bool | None]] = {}
        for told in chunk:
            if told.order_id in gone:  # somebody wanted it to be as if it had never been
                deleted.setdefault(told.order_id)
                unchanged += 1
                continue
            # What was removed stays removed, whoever names the buyer again.
            order = replace(told, buyer_name=None, buyer_email=None) if told.order_id in purged else told
            _check(order)
            before = known.get(order.order_id)
            ids = [i for i in dict.fromkeys((*order.charge_ids, *order.refund_ids)) if i not in owned]
            news = sightings.say(order)
            # Only what a source says anew replaces a label: two numbers of one order would overwrite each other's.
            after = _merged(before, order) if news != "nothing" or before is None else before
            if before is not None and after == before and not ids and news != "sighting":
                unchanged += 1
                continue
            if before is None:
                added += 1
                inserts[order.order_id] = {
                    "order_id": order.order_id, **after, "source": order.source, "added_at": stamp, "updated_at": stamp
                }  # fmt: skip
            else:
                updated += 1
                if order.order_id in inserts:
                    inserts[order.order_id].update(after)
                elif after != before:
                    updates[order.order_id] = {"key": order.order_id, **after, "updated_at": stamp}
            known[order.order_id] = after
            owned.update(ids)
            new_ids.extend((i, order.order_id, order.source, stamp) for i in ids)
            changed[order.order_id] = None
            audit.add(
                at, person, "track", session=session, order_id=order.order_id,
                data={
                    "source": order.source, "side": order.side, "ids": ids, "complete": after["complete"],
                    "claim": order.claim,
                },
            )  # fmt: skip
        if inserts:
            connection.exec_driver_sql(_NEW_ORDER, [tuple(row[name] for name in _ORDER) for row in inserts.values()])
        if updates:
            names = [*_LABELS, "complete", "updated_at"]
            statement = update(TrackedRow).where(col(TrackedRow.order_id) == bindparam("key"))
            connection.execute(statement.values({name: bindparam(name) for name in names}), list(updates.values()))
        if new_ids:
            connection.exec_driver_sql(_NEW_ID, new_ids)
        sightings.write(stamp)
    return TrackResult(added, updated, unchanged, tuple(changed), tuple(deleted))


def add_own_id(connection: Connection, order_id: str, object_id: str, at: datetime) -> None:
    """Remember a charge or refund that an own intent made."""
    stamp = to_text(at)
    if kind_of(object_id) in (None, "permission") or order_id_of(object_id) != order_id:
        return
    tracked = insert(TrackedRow).prefix_with("OR IGNORE")
    connection.execute(tracked.values(order_id=order_id, complete=False, source="us", added_at=stamp, updated_at=stamp))
    found = insert(TrackedIdRow).prefix_with("OR IGNORE")
    connection.execute(found.values(object_id=object_id, order_id=order_id, source="us", added_at=stamp))
    sighted = insert(SightingRow).prefix_with("OR IGNORE")
    said = {"number": "", "side": "us", "lines": "[]", "labels": "", "first_at": stamp, "changed_at": stamp}
    connection.execute(sighted.values(order_id=order_id, source="us", **said))


def _check(order: TrackedOrder) -> None:
    for object_id in (*order.charge_ids, *order.refund_ids):
        if order_id_of(object_id) != order.order_id or kind_of(object_id) in (None, "permission"):
            raise ValueError(f"{object_id} is not a charge or refund of {order.order_id}.")


def _known(connection: Connection, order_ids: list[str]) -> dict[str, _Labels]:
    names = [*_LABELS, "complete"]
    columns = [TrackedRow.__table__.c[name] for name in ("order_id", *names)]  # type: ignore[attr-defined]
    rows = connection.execute(select(*columns).where(col(TrackedRow.order_id).in_(order_ids)))
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _owned(connection: Connection, order_ids: list[str]) -> set[str]:
    found = select(TrackedIdRow.object_id).where(col(TrackedIdRow.order_id).in_(order_ids))
    return set(connection.execute(found).scalars())


def _merged(before: _Labels | None, order: TrackedOrder) -> _Labels:
    said: _Labels = {
        "number": order.number,
        "created": to_text(order.created),
        "buyer_name": order.buyer_name,
        "buyer_email": order.buyer_email,
    }
    if order.amount is not None:
        said |= {
            "amount_minor": order.amount.minor,
            "amount_currency": order.amount.currency,
            "amount_exponent": order.amount.exponent,
        }
    known: _Labels = dict.fromkeys(_LABELS) if before is None else before
    merged: _Labels = {name: known[name] for name in _LABELS}
    for name, value in said.items():
        if value not in (None, "") and (order.side != "amazon" or merged[name] is None):
            merged[name] = storable(value) if isinstance(value, str) else value
    merged["complete"] = bool(known.get("complete")) or order.complete
    return merged
