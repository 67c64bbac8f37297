"""Whether the journal is what was written: its chain, the rows that speaks of, and what was told outside of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from azpay_tui.store.errors import JournalUnavailable, NewerSchema, journal_error
from azpay_tui.store.files import DataDir
from azpay_tui.store.journal.anchors import WRITTEN_DOWN, Anchor, AnchorBook, Known
from azpay_tui.store.journal.bearings import Bearings
from azpay_tui.store.journal.chain import ANCHORED, KINDS, Row, Walked, facts_of, walk
from azpay_tui.store.journal.deliveries_told import DeliveriesTold
from azpay_tui.store.journal.digests import Query
from azpay_tui.store.journal.heard import Heard
from azpay_tui.store.journal.removals import Removals
from azpay_tui.store.journal.seal import Seals
from azpay_tui.store.journal.shape import odd_shapes
from azpay_tui.store.journal.slips_told import SlipsTold
from azpay_tui.store.journal.spoken import Disagreement, Spoken
from azpay_tui.store.sqlite import JOURNAL_SCHEMA, connect_reader, schema_in


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole journal found."""

    rows: int
    head: str = ""
    """Hash of the last row; empty without rows."""
    bad: int | None = None
    """Number of the first row that is not as it was written; None: all are."""
    why: str = ""
    """What is wrong there."""
    disagreements: tuple[Disagreement, ...] = ()
    """Rows of other tables that are not as the chain says; looked for in a whole chain alone."""
    broken_anchors: tuple[str, ...] = ()
    """Sentences on anchors that the chain does not hold."""
    anchors: int = 0
    """How many anchors it holds."""
    newest_anchor: Anchor | None = None
    odd: tuple[str, ...] = ()
    """Sentences on what is built otherwise in the file than azpay builds it, and says what azpay does not say."""

    @property
    def whole(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.bad is None and not self.disagreements and not self.broken_anchors and not self.odd

    def faults(self) -> tuple[str, ...]:
        """Return everything that is wrong, a sentence each, the chain itself first."""
        found = []
        if self.bad is not None:
            found.append(
                f"The chain is broken at row {self.bad:,} of {self.rows:,} ({self.why}): "
                "somebody or something changed the journal."
            )
        for wrong in self.disagreements:
            told = f" (told in row {wrong.row:,})" if wrong.row else ""
            found.append(f"{wrong.what} is not as the audit chain says: {wrong.sentence}{told}.")
        return (*found, *self.odd, *self.broken_anchors)


def look_at_chain(connection: sqlite3.Connection, known: Known | None = None) -> Verified:
    """Check everything in one transaction, so that a row written meanwhile is no broken end.

    `known` are anchors that were read before.
    """
    connection.execute("BEGIN")
    try:
        return examine(connection.execute, known or Known())
    finally:
        connection.execute("COMMIT")


def examine(query: Query, known: Known) -> Verified:
    """Check the journal behind a connection; raises what reading raises, but for rows of the chain."""
    witnesses = Spoken(), SlipsTold(), DeliveriesTold(), Bearings(), Heard(), Seals(), Removals()
    wanted, met, senseless = {anchor.seq for anchor in known.own}, dict[int, str](), list[str]()
    outside = set[int]()

    def visit(row: Row) -> None:
        try:
            if row.kind in KINDS:  # what a later version tells of says nothing to this one
                data = facts_of(row.data)
                for witness in witnesses:
                    witness.take(row, data)
                if ANCHORED in data:
                    outside.add(int(data[ANCHORED]))
        except (ValueError, TypeError):
            senseless.append(f"Row {row.seq:,} of the chain says what azpay never says: it was written by hand.")
        if row.seq in wanted:
            met[row.seq] = row.hash

    walked = walk(query, visit)
    rows = int(next(iter(query("SELECT count(*) FROM audit")))[0]) if walked.bad is None else _count(query, walked)
    there = partial(_there, query)
    asked = witnesses if walked.bad is None else ()
    told = tuple(wrong for witness in asked for wrong in witness.compare(there))
    held = [anchor for anchor in known.own if met.get(anchor.seq, "").startswith(anchor.hash)]
    return Verified(
        rows,
        walked.head,
        walked.bad,
        walked.why,
        told,
        (*_broken(walked, known, met), *_lacking(outside, known, held)),
        len(held),
        max(held, key=lambda anchor: anchor.seq, default=None),
        (*senseless, *odd_shapes(query)),
    )


def verify_journal(
    data_dir: Path, book: AnchorBook | None = None, written_down: Sequence[Anchor] = ()
) -> Verified | None:
    """Check the journal of a data directory, also one that cannot be written; None when there is none yet.

    `book` is where its anchors are, `written_down` are those that a person gave. Raises `JournalUnavailable` when the
    journal cannot be read, `NewerSchema` when this program does not know its rows.
    """
    path = DataDir(data_dir).journal
    try:
        if not path.exists():
            return None
        with closing(connect_reader(path)) as connection:
            schema = schema_in(connection)
            if schema > JOURNAL_SCHEMA:
                raise NewerSchema(
                    f"The journal {path} was written by a newer azpay: only that one can verify it, or a newer one."
                )
            if not schema:
                return None
            named = connection.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()
            known = book.known(str(named[0]) if named else "") if book is not None else Known()
            return look_at_chain(connection, replace(known, own=(*known.own, *written_down)))
    except OSError as error:
        # The journal, or a file of its anchors: nobody finds what to mend when the wrong one is named.
        raise JournalUnavailable(f"{error.filename or path} cannot be read: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise journal_error(error, path) from error


def _there(query: Query, sql: str) -> Iterable[Sequence[Any]]:
    """Ask for the rows of a table, none where it is missing: an older journal has fewer, and what is told is gone."""
    try:
        return query(sql)
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such table: "):
            raise
        return ()


def _count(query: Query, walked: Walked) -> int:
    try:
        return int(next(iter(query("SELECT count(*) FROM audit")))[0])
    except sqlite3.DatabaseError:
        return walked.rows


def _broken(walked: Walked, known: Known, met: dict[int, str]) -> Iterator[str]:
    for anchor in known.own:
        told = f"{anchor.where}{f' of {anchor.day}' if anchor.day else ''}"
        if anchor.seq in met and not met[anchor.seq].startswith(anchor.hash):
            yield f"Row {anchor.seq:,} is not the one that was noted in {told}: the chain was written anew."
        elif anchor.seq not in met and anchor.seq and walked.bad is None:
            yield f"Row {anchor.seq:,}, noted in {told}, is missing: the chain ends at row {walked.rows:,}."
    for anchor in known.others:
        yield (
            f"Another journal stood here and had {anchor.seq:,} rows on {anchor.day}, as {anchor.where} says: this one "
            f"was put in its place. If you began anew yourself, take the lines with {anchor.journal} out of that file."
        )


def _lacking(outside: set[int], known: Known, held: Sequence[Anchor]) -> Iterator[str]:
    """Miss the anchors that the chain itself tells of, but for those before an end that a person vouches for."""
    vouched = max((anchor.seq for anchor in held if anchor.where == WRITTEN_DOWN), default=0)
    lacking = {seq for seq in outside if seq > vouched} - {anchor.seq for anchor in known.own}
    if known.searched and lacking:
        newest = f"row {max(lacking):,}"
        rows = f"{newest} was" if len(lacking) == 1 else f"{len(lacking):,} rows, the newest {newest}, were"
        yield (
            f"The chain says that {rows} told outside, and no file in {known.searched} knows of it: one was removed or "
            "cut, or the journal came from elsewhere. Bring that file along, or give a later end of the chain that you "
            "wrote down with --anchor."
        )
