"""A journal with one row of every kind in its audit chain, and what a forger with the source at hand can do to it."""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from tests.store.making import NOW, PLACE, Files, answer, draft, files_of, oid, put, tracked
from tests.support.goods import recorded, slip

from azpay_tui.domain.deliveries import Parcel
from azpay_tui.domain.marks import MarkEdit, Standing
from azpay_tui.domain.messages import Delivered, MessageDraft, Unknown, after
from azpay_tui.domain.order import Address
from azpay_tui.store.journal.anchors import AnchorBook, Known
from azpay_tui.store.journal.audit import Witness
from azpay_tui.store.journal.chain import chain_hash
from azpay_tui.store.journal.digests import seal_of_letter
from azpay_tui.store.journal.verify import Verified, examine
from azpay_tui.store.opening import Stores, open_stores

WITNESS = Witness(
    {"os_user": "deploy", "login": "jane", "origin": "203.0.113.7"}, {"writable": True, "public_key_id": "KEY-1"}
)
TEXTS = ("at", "person", "session", "kind", "order_id", "intent_id", "data", "hash")


def open_with(data_dir: Path, anchors: AnchorBook | None = None, witness: Witness = WITNESS) -> Stores:
    return open_stores(data_dir, PLACE, person="deploy", now=lambda: NOW, witness=witness, anchors=anchors)


def live(stores: Stores) -> None:
    """Let one order go through everything that leaves a row, and a second one be refused."""
    journal = stores.journal
    journal.track([tracked(), tracked(oid(2), buyer_name="Jane Secret")], NOW)
    journal.mark([MarkEdit(oid(1), Standing(), Standing(tags=("jane-secret",)), note="Jane Secret called")], NOW)
    journal.mark([MarkEdit(oid(2), Standing(), Standing(), note="a second one")], NOW)
    journal.mark([MarkEdit(oid(2), Standing(), Standing(), retract=(2,))], NOW)
    made = journal.open_intent(draft(note="for Jane Secret"))
    journal.start_attempt(made.id, NOW)
    journal.record(made.id, 1, answer(500, b'{"buyer":"Jane Secret"}'), "unknown", "lost", None, NOW, NOW)
    journal.move(made.id, "succeeded", "seen", "person deploy", NOW, note="Jane Secret has it", reconciled=True)
    other = journal.open_intent(draft(oid(2), base="other"))
    journal.start_attempt(other.id, NOW)
    journal.record(other.id, 1, answer(422), "refused", "InvalidChargeStatus", None, None, NOW)
    journal.readdress(oid(1), Address("Jane Secret", "1 Main St", city="Springfield"), NOW)
    journal.readdress(oid(2), Address("Jane Secret", "1 Main St", city="Springfield"), NOW)
    journal.readdress(oid(2), None, NOW)
    told = MessageDraft("shop", "webhook", oid(1), "AUTHORIZED", "{}")
    asked = MessageDraft("buyer", "mail", oid(2), "Your payment", "Dear Jane Secret", "jane.secret@example.com")
    first, second = stores.messages.announce({oid(1): "AUTHORIZED"}, [told, asked], NOW)
    stores.messages.end(stores.messages.begin(first, NOW), after(Delivered(), 1, NOW, repeatable=True), NOW)
    stores.messages.end(stores.messages.begin(second, NOW), after(Unknown("lost"), 1, NOW, repeatable=False), NOW)
    stores.messages.retry(second.id, NOW)
    stores.messages.drop(second.id, NOW)
    parcel = stores.deliveries.begin(Parcel(oid(2), "UPS", "1ZJANE"), 0, NOW)
    stores.deliveries.end(parcel, answer(200), "sent", "Jane Secret gets it", NOW)
    given_back = slip("TEA=1", document="Jane Secret", tracking="UPS:1Z9")
    journal.record_slip(recorded(oid(1), given_back, "to the bank of Jane Secret"), NOW, 0)


@functools.cache
def lived() -> Files:
    """The files of a shop in which `live` happened."""
    with tempfile.TemporaryDirectory(prefix="azpay-lived-") as directory:
        home = Path(directory) / "data"
        stores = open_with(home)
        live(stores)
        stores.close()
        assert look(home / "journal.db").whole
        return files_of(home)


@functools.cache
def rows_told() -> int:
    """How many rows the audit chain of that shop has."""
    with tempfile.TemporaryDirectory(prefix="azpay-lived-") as directory:
        home = Path(directory) / "data"
        put(lived(), home)
        return look(home / "journal.db").rows


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def look(path: Path, known: Known | None = None) -> Verified:
    with database(path) as connection:
        return examine(connection.execute, known or Known())


def chain_again(connection: sqlite3.Connection) -> None:
    """Make every hash and the noted end fit what the rows say now."""
    before, number = "", 0
    columns = ", ".join(f"CAST({name} AS BLOB)" for name in ("seq", *TEXTS[:-1]))
    for number, *values in connection.execute(f"SELECT seq, {columns} FROM audit ORDER BY seq").fetchall():
        before = chain_hash(tuple(values), before)
        connection.execute("UPDATE audit SET hash = ? WHERE seq = ?", (before, number))
    connection.execute("UPDATE meta SET value = ? WHERE name = 'audit_head'", (f"{number} {before}",))


def letters_without_salts(path: Path) -> list[str]:
    """Write messages and chain as they were written before letters had salts; returns the plain hashes they get.

    Of attempts, and to whom a letter goes, nothing was told then.
    """
    with database(path) as connection:
        bodies = dict(connection.execute("SELECT id, body FROM message").fetchall())
        hashes = {name: hashlib.sha256(body.encode()).hexdigest() if body else None for name, body in bodies.items()}
        _told_bodies(connection, {name: {"body_sha256": hashed} for name, hashed in hashes.items()})
        connection.execute("UPDATE message SET salt = ''")
        chain_again(connection)
    return [hashed for hashed in hashes.values() if hashed]


def letters_with_sealed_bodies(path: Path) -> None:
    """Write messages and chain as they were when a letter without a text had no salt, and only its text a seal."""
    with database(path) as connection:
        bodies = {}
        rows = connection.execute("SELECT id, kind, salt, body FROM message WHERE body != ''").fetchall()
        for name, kind, salt, body in rows:
            plain = {"body_sha256": hashlib.sha256(body.encode()).hexdigest()}
            bodies[name] = plain if kind == "shop" else {"body_seal": seal_of_letter(salt, body)}
        _told_bodies(connection, bodies)
        connection.execute("UPDATE message SET salt = '' WHERE body = ''")
        chain_again(connection)


def _told_bodies(connection: sqlite3.Connection, bodies: Mapping[str, Mapping[str, str | None]]) -> None:
    for seq, data in connection.execute("SELECT seq, data FROM audit WHERE kind = 'message'").fetchall():
        said = json.loads(data)
        for name in ("message_row", "text_seal", "text_sha256", "try_row", "why_seal", "due", "ended"):
            said.pop(name, None)
        if said["act"] == "queued":
            said |= bodies.get(said["message"], {})
        connection.execute("UPDATE audit SET data = ? WHERE seq = ?", (json.dumps(said), seq))
