"""Without Amazon, without a sound cache, over a newer program's files: reading goes on, verbs are off and say why."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.cli.conftest import Result, Shop
from tests.support.figures import size, tell

VERBS = (("capture",), ("void",), ("refund",), ("authorize",), ("cancel",), ("close",))
LISTS = (
    ("orders", "list", "--json"),
    ("orders", "list", "--csv"),
    ("orders", "list", "--view", "to-capture", "--json"),
    ("orders", "show", "O-1", "--json"),
    ("orders", "actions", "O-2", "--json"),
    ("views", "list", "--json"),
    ("sources", "list", "--json"),
)
JOURNALS = (("journal", "list", "--json"), ("journal", "show", "I-000001", "--json"))
AUDITS = (("audit", "verify", "--json"),)


def beside(shop: Shop, name: str) -> Shop:
    """The same shop with a copy of its data, to be spoiled."""
    data = shop.data.with_name(name)
    shutil.copytree(shop.data, data)
    return replace(shop, data=data)


def outputs(shop: Shop, commands: tuple[tuple[str, ...], ...]) -> dict[tuple[str, ...], Result]:
    """Run commands that have to succeed."""
    return {command: shop.good(*command) for command in commands}


def spoil(path: Path, place: int) -> None:
    """Overwrite a page."""
    content = bytearray(path.read_bytes())
    content[place : place + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def grow(path: Path, table: str) -> None:
    """Make a database look as a newer program would: another number, a table and a column that nobody here knows."""
    with closing(sqlite3.connect(path)) as connection:
        number = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("CREATE TABLE of_the_future (a TEXT) STRICT")
        connection.execute(f"ALTER TABLE {table} ADD COLUMN of_the_future TEXT NOT NULL DEFAULT 'x'")
        connection.execute(f"PRAGMA user_version = {number + 1}")


def refused(shop: Shop, order: str, code: int, words: str) -> None:
    """Every verb, and what would change anything else, ends with the code and the reason."""
    for verb in VERBS:
        done = shop(*verb, order, "--yes", "--json")
        assert done.code == code, (verb, done)
        assert words in done.error["message"], (verb, done)


def test_reading_goes_on_and_verbs_are_off_with_the_reason(own_shop: Shop) -> None:
    shop = own_shop
    held = shop.make("authorized", number="O-1")
    shop.make("captured", number="O-2")
    assert shop("refund", "O-2", "--amount", "5.00", "--yes", "--json").code == 0
    shop.good("orders", "mark", "O-1", "--note", "look at it")
    whole = outputs(shop, (*LISTS, *JOURNALS, *AUDITS))
    ids = {row["id"] for row in whole[LISTS[0]].json["orders"]}
    ledger = shop.sim("GET", "/_sim/ledger")
    assert (len(ids), len(ledger)) == (2, 1)
    shop.simulated.end()

    # No network at all: word for word the same, and its age is in it.
    assert {c: r.out for c, r in outputs(shop, (*LISTS, *JOURNALS, *AUDITS)).items()} == {
        command: result.out for command, result in whole.items()
    }
    assert all(row["refreshed_at"] for row in whole[LISTS[0]].json["orders"])
    done = shop("capture", held, "--yes", "--json")
    assert (done.code, done.error["code"]) == (6, "offline")
    for command in (("refresh", held), ("sync", "--once"), ("journal", "resume")):
        assert shop(*command, "--json").code in (0, 6), command

    # A cache that is damaged or gone is made anew from the journal; what Amazon said comes with the next connection.
    ways: dict[str, Callable[[Path], object]] = {
        "header": lambda path: spoil(path, 0),
        "page": lambda path: spoil(path, path.stat().st_size // 2 // 4096 * 4096),
        "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        "gone": lambda path: path.unlink(),
    }
    for name, way in list(ways.items())[:: size(3, 1)]:
        other = beside(shop, name)
        way(other.data / "cache.db")
        again = outputs(other, (*LISTS, *JOURNALS, *AUDITS))
        if name != "page":  # one that a read does not come upon is found by the next program that writes
            assert {row["id"] for row in again[LISTS[0]].json["orders"]} == ids, name
        assert [again[c].out for c in (*JOURNALS, *AUDITS)] == [whole[c].out for c in (*JOURNALS, *AUDITS)], name
        assert other("capture", held, "--yes", "--json").code in (3, 6), name

    # What a newer program wrote is shown and not changed, down to the byte.
    for name, table in (("journal.db", "intent"), ("cache.db", "list_row")):
        other = beside(shop, f"newer-{name}")
        grow(other.data / name, table)
        before = (other.data / name).read_bytes()
        again = outputs(other, (*LISTS, *JOURNALS))
        assert {c: r.out for c, r in again.items()} == {c: whole[c].out for c in again}, name
        refused(other, held, 3, "newer azpay")
        assert other("orders", "track", "S01-1234567-1234567", "--json").code == 3, name
        marked = other("orders", "mark", "O-1", "--note", "x", "--json")  # marks are the journal's alone
        assert marked.code == (3 if name == "journal.db" else 0), name
        assert (other.data / name).read_bytes() == before, name
    commands = len((*LISTS, *JOURNALS, *AUDITS)) * (1 + size(2, 4)) + len((*LISTS, *JOURNALS)) * 2
    tell("R16", commands, says="read commands: no network, no sound cache, newer files")
    tell("R20", 2 * (len(VERBS) + 2), says="verbs before a newer program's files: refused, not a byte changed")
