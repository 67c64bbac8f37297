"""Whether the file of the journal is built as azpay builds it: otherwise what is read is not what was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from azpay_tui.store.journal.digests import Query

_ONE_OPEN: Final = (
    "CREATE UNIQUE INDEX intent_one_open_per_order ON intent (merchant, order_id) "
    "WHERE state IN ('intent', 'sent', 'unknown', 'attention')"
)
_STRANGE: Final = """SELECT type, name FROM sqlite_master
    WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%' ORDER BY name"""


def odd_shapes(query: Query) -> Iterator[str]:
    """Yield a sentence on everything in the file that azpay did not build so; raises nothing.

    A trigger changes what is written, a view what is read; without its index an order may have two open actions; and
    an index that lacks a row hides that row from whoever looks through it.
    """
    try:
        for kind, name in query(_STRANGE):
            yield f"The journal has a {kind} {name!r} that azpay did not make: somebody put it there."
        found = [sql for (sql,) in query("SELECT sql FROM sqlite_master WHERE name = 'intent_one_open_per_order'")]
        if [" ".join(str(sql).split()) for sql in found] != [_ONE_OPEN]:
            yield "The rule that an order has one open action at a time was taken out of the journal."
        if not next(iter(query("PRAGMA user_version")))[0]:
            yield "The schema number of the journal was taken out of its file: azpay puts it in with the tables."
        damage = str(next(iter(query("PRAGMA integrity_check(1)")))[0])
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        damage = str(error)
    if damage != "ok":
        yield f"The file of the journal is damaged or was edited past SQLite: {damage}."
