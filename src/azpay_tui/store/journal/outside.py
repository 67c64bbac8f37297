"""Whether a journal still is what was told outside since its switch was turned, and no back-up that was put back.

A back-up that is put back switches on again what somebody switched off after it was made. Every turn is told outside at
once, so what was told after the turn that the journal knows has to be in the journal as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azpay_tui.store.journal.anchors import Anchor, AnchorBook
from azpay_tui.store.journal.chain import ANCHORED, facts_of
from azpay_tui.store.journal.digests import Query
from azpay_tui.store.journal.file import JournalFile

_NEWEST: Final = f"""SELECT data FROM audit WHERE data LIKE '%"{ANCHORED}":%' ORDER BY seq DESC LIMIT 1"""
_LOOK: Final = "look into Seller Central and at azpay audit verify before you switch it on again."


def strayed(file: JournalFile) -> str | None:
    """Say why nothing may be done by itself on the word of a journal, one sentence; None: nothing speaks against it.

    A turn of the switch that was told outside of it settles whatever was told before: a person looked.
    """
    if file.anchors is None:
        return None
    journal = file.identity()
    try:
        with file.plain() as connection:
            return _missed(connection.exec_driver_sql, file.anchors, journal)
    except (OSError, ValueError) as error:
        return f"What was told outside of the journal cannot be read ({error}): {_LOOK}"


def _missed(query: Query, book: AnchorBook, journal: str) -> str | None:
    files = dict(book.files())
    turned, wrong = _since_turn(query, files.pop(book.path, ()), journal)
    if turned:
        return None
    if wrong is None:  # no turn is known of in this place: the journal may have come from another one
        others = [[anchor for anchor in anchors if anchor.journal == journal] for anchors in files.values()]
        wrong = next((found for anchors in others if (found := _since_turn(query, anchors, journal)[1])), None)
    return wrong or _forgotten(query, book, journal)


def _since_turn(query: Query, anchors: Sequence[Anchor], journal: str) -> tuple[bool, str | None]:
    """Compare what was told from the newest anchor back to a turn that the journal knows; tells if it came to one."""
    for anchor in reversed(anchors):
        if anchor.journal != journal:
            return False, f"Another journal stood here on {anchor.day}: {_LOOK}"
        row = next(iter(query(f"SELECT hash, kind FROM audit WHERE seq = {anchor.seq}")), ("", ""))
        if row[0] != anchor.hash:
            told = f"Row {anchor.seq:,} of the journal, which was told outside on {anchor.day}, is not in it"
            return False, f"{told}, as after a back-up was put back: {_LOOK}"
        if row[1] == "switch":
            return True, None
    return False, None


def _forgotten(query: Query, book: AnchorBook, journal: str) -> str | None:
    """Miss the row that the journal says was told outside last."""
    for (data,) in query(_NEWEST):
        told = facts_of(data).get(ANCHORED)
        if told is not None and told not in {anchor.seq for anchor in book.known(journal).own}:
            return f"Row {told} of the journal was told outside, and no file there knows of it: {_LOOK}"
    return None
