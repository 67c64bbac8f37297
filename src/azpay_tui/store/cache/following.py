"""How far the cache has followed the journal: which orders its rows may be behind of."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from azpay_tui.store.cache.project import RULES
from azpay_tui.store.cache.shop import Bound, bound, unexpected
from azpay_tui.store.times import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """What the journal holds that the cache has not followed."""

    journal_id: str
    last: int
    """The newest entry of the journal."""
    orders: frozenset[str]


def unfollowed(
    cache: sqlite3.Connection, journal: sqlite3.Connection | None, *, opening: bool = False
) -> Unfollowed | None:  # fmt: skip
    """Return what is to be followed, None when there is nothing; `opening`: also rows made by other rules."""
    if journal is None:
        return None
    journal_id, last = journal.execute(
        "SELECT (SELECT value FROM meta WHERE name = 'journal_id'), (SELECT coalesce(max(seq), 0) FROM audit)"
    ).fetchone()
    made_of, known = cache.execute("SELECT journal_id, journal_seq FROM state").fetchone()
    known_id, _, rules = made_of.partition("/")
    same = journal_id == known_id and (rules == RULES or not opening)
    if same and last == known:
        return None
    if same and last > known:
        found = journal.execute("SELECT DISTINCT order_id FROM audit WHERE seq > ?", (known,)).fetchall()
    else:  # a fresh cache, other rules, or another journal than the one it was made of
        found = journal.execute("SELECT order_id FROM tracked UNION SELECT order_id FROM intent").fetchall()
        found += cache.execute("SELECT order_id FROM list_row").fetchall()
    return Unfollowed(journal_id, last, frozenset(row[0] for row in found if row[0]))


def follow(cache: sqlite3.Connection, followed: Unfollowed) -> None:
    """Write down that the rows of these orders were made anew."""
    values = (f"{followed.journal_id}/{RULES}", followed.last)
    cache.execute("UPDATE state SET journal_id = ?, journal_seq = ?", values)


def heard(cache: sqlite3.Connection, journal: sqlite3.Connection | None) -> tuple[Bound, list[str]] | None:
    """Return since when the shop could have named orders, and the orders whose rows were made for another bound.

    None when all rows hold for it: a row holds what was so when it was made.
    """
    if journal is None:
        return None
    wanted = bound(journal)
    asked, since = cache.execute("SELECT shop_asked, shop_since FROM state").fetchone()
    known = Bound(bool(asked), from_micros(since))
    return None if wanted == known else (wanted, unexpected(cache, known, wanted))


def holds(cache: sqlite3.Connection, heard: Bound) -> None:
    """Write down that all rows hold for this bound."""
    cache.execute("UPDATE state SET shop_asked = ?, shop_since = ?", (heard.asked, to_micros(heard.since)))
