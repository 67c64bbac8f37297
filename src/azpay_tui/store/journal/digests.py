"""Digests of journal rows as they are stored: the audit chain holds them, so that an edit of such a row is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from azpay_tui.store.errors import JournalUnavailable

Row = TypeVar("Row")
Query = Callable[[str], Iterable[Sequence[Any]]]
"""Runs one statement on a connection, SQLAlchemy's or sqlite3's, and gives its rows."""

FORGOT: Final = "forgot"
"""Key of a row's data under which a purge tells of each evidence row: `NUMBER BEFORE AFTER`, see `kept_of`."""
INTENT: Final = (
    "seq", "id", "at", "person", "session", "api", "region", "environment", "merchant", "verb", "order_id", "target",
    "amount_minor", "amount_currency", "amount_exponent", "capture_now", "pending_allowed", "note", "method", "path",
    "body", "body_sha256", "key_base", "counter", "key", "seen", "accepted_warnings", "state", "reason", "attempts",
    "next_due", "result_id", "settled_by", "settled_at", "settled_note", "approver", "reconciled",
)  # fmt: skip
ATTEMPT: Final = ("intent_id", "number", "started_at", "ended_at", "outcome")
EVIDENCE: Final = (
    "id", "intent_id", "attempt", "at", "kind", "message", "status", "reason_code", "request_id", "server_date",
    "received_at", "raw_length", "raw_sha256",
)  # fmt: skip
SALE: Final = ("id", "order_id", "at", "person", "whole", "refunds", "goals", "pieces")
SLIP: Final = (
    "id", "order_id", "intent_id", "verb", "charge", "at", "person", "currency", "exponent", "lines", "shipping",
    "shipping_tax", "adjustment", "document", "carrier", "restock", "note",
)  # fmt: skip
DELIVERY: Final = ("id", "order_id", "carrier", "at", "person", "outcome", "request_id", "ended_at")
MESSAGE: Final = ("seq", "id", "kind", "channel", "order_id", "created", "person", "occasion")
TRY: Final = ("message_seq", "number", "at", "ended_at", "result")
"""Columns of each table that a digest covers. A later column is no part of it, or older digests would be wrong; the
body of an answer, tracking numbers and texts have hashes of their own, because they may be forgotten before their rows;
how far a message has come follows from what the chain tells of it."""


def row_hash(kinds: str, values: Sequence[bytes | None]) -> str:
    """Hash one row: the types of its columns, then each column's bytes with their length in front."""
    digest = hashlib.sha256(kinds.encode())
    for value in values:
        if value is not None:  # a NULL is told by the types
            digest.update(len(value).to_bytes(8, "big"))
            digest.update(value)
    return digest.hexdigest()


def digests(query: Query, table: str, columns: Sequence[str], where: str = "") -> Iterator[tuple[list[bytes], str]]:
    """Yield the columns of rows as bytes, each row with its digest; `where` is a condition made of our own words."""
    kinds = " || ' ' || ".join(f"typeof({name})" for name in columns)
    blobs = ", ".join(f"CAST({name} AS BLOB)" for name in columns)
    for found, *values in query(f"SELECT {kinds}, {blobs} FROM {table} {where}"):
        yield [value or b"" for value in values], row_hash(found, values)


def digest_of_intent(query: Query, seq: int) -> str:
    """Return the digest of one intent's row as it stands in this transaction; `JournalUnavailable`: it is not found."""
    return _only(digests(query, "intent", INTENT, f"WHERE seq = {int(seq)}"))[1]


def digest_of_attempt(query: Query, seq: int, number: int) -> str:
    """Return the digest of an attempt; `seq` is its intent's. Raises `JournalUnavailable` when it is not found."""
    where = f"WHERE intent_id = (SELECT id FROM intent WHERE seq = {int(seq)}) AND number = {int(number)}"
    return _only(digests(query, "attempt", ATTEMPT, where))[1]


def digest_of_evidence(query: Query, number: int) -> str:
    """Return the digest of an evidence row but for the answer's body; `JournalUnavailable`: it is not found."""
    return _only(digests(query, "evidence", EVIDENCE, f"WHERE id = {int(number)}"))[1]


def digest_of_sale(query: Query, number: int) -> str:
    """Return the digest of one act by which a sale was cancelled; raises `JournalUnavailable` when it is not found."""
    return _only(digests(query, "sale", SALE, f"WHERE id = {int(number)}"))[1]


def digest_of_slip(query: Query, number: int) -> str:
    """Return the digest of a slip but for its tracking number; `JournalUnavailable`: it is not found."""
    return _only(digests(query, "slip", SLIP, f"WHERE id = {int(number)}"))[1]


def digest_of_delivery(query: Query, number: int) -> str:
    """Return the digest of an attempt to tell of a parcel but for its number; `JournalUnavailable`: it is not found."""
    return _only(digests(query, "delivery", DELIVERY, f"WHERE id = {int(number)}"))[1]


def digest_of_try(query: Query, message: int, number: int) -> str:
    """Return the digest of an attempt to deliver but for what came of it in words; `message` is its message's `seq`.

    Raises `JournalUnavailable` when it is not found.
    """
    return _only(digests(query, "message_try", TRY, f"WHERE message_seq = {message:d} AND number = {number:d}"))[1]


def seal_of_letter(salt: str | bytes, *texts: str | bytes) -> str:
    """Return what the chain keeps of a letter's texts: without the salt, which a purge removes, it tells nothing.

    Salt and texts are told apart by their lengths: a text of many lines could lend one of them to its salt.
    """
    return row_hash("", [part.encode() if isinstance(part, str) else part for part in (salt, *texts)])


def kept_of(query: Query, number: int) -> str:
    """Say how an evidence row stands: `DIGEST HASH`, the hash that of what is kept of the answer.

    Raises `JournalUnavailable` when it is not found.
    """
    raw = _only(query(f"SELECT raw FROM evidence WHERE id = {int(number)}"))[0]
    return f"{digest_of_evidence(query, number)} {hashlib.sha256(bytes(raw)).hexdigest()}"


def _only(rows: Iterable[Row]) -> Row:
    """Return the row that was written before; where an index is damaged, SQLite does not find it."""
    for row in rows:
        return row
    raise JournalUnavailable(
        "The journal is damaged: a row that was written is not found; nothing was recorded. "
        "Keep the file and restore the newest back-up."
    )
