"""Marking orders: reviewed, remind later, notes, tags; local, durable, with undo for as long as the program runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from azpay_tui.backoffice.clock import Clock
from azpay_tui.backoffice.errors import NotValidError, UsageError, translated
from azpay_tui.backoffice.records import Event
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.stores import Cache, Journal, Reader
from azpay_tui.domain.marks import MarkChange, Marked, MarkEdit, MarkError, apply, trouble_of
from azpay_tui.store import errors as store_errors

_MEANWHILE = "{order_id} was marked by somebody else meanwhile: look at it again."


@dataclass(frozen=True, slots=True)
class _Done:
    """What undo takes back."""

    what: str
    edits: tuple[MarkEdit, ...]


class Marking:
    """Marks orders one change after the other and keeps what was done, so that it can be undone. Safe from any thread.

    Works without a connection and in a read-only profile: nothing goes to Amazon. What the journal refuses is raised
    as `NotValidError` (it may only be read) or `StoreError`; then nothing changed.
    """

    def __init__(
        self,
        journal: Journal,
        cache: Cache,
        reader: Reader,
        clock: Clock,
        person: str,
        where: tzinfo,
        tell: Callable[[Event], None],
    ) -> None:
        """`person` is who marks, `where` the zone of times said; `tell` hears which orders changed."""
        self._journal = journal
        self._cache = cache
        self._reader = reader
        self._clock = clock
        self._person = person
        self._where = where
        self._tell = tell
        self._lock = threading.Lock()
        self._done: list[_Done] = []

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        """Change the marks of orders, all in one; raises `NotValidError` when not one of them may be marked so."""
        with self._lock:
            now, what = self._clock(), describe(change, self._where)
            edits: list[MarkEdit] = []
            refused: dict[str, str] = {}
            for order_id in dict.fromkeys(order_ids):
                try:
                    edits.append(self._edit(order_id, change, now))
                except MarkError as error:
                    refused[order_id] = str(error)
            if not edits:
                raise NotValidError(next(iter(refused.values()), "There is no order to mark."))
            wanted = [edit for edit in edits if edit.changes]
            written = self._write(wanted, now, undo=False)
            taken_back = tuple(_reversed(edit, written[edit.order_id]) for edit in wanted if edit.order_id in written)
            refused |= _missed(wanted, written)
            if taken_back:
                self._done.append(_Done(what, taken_back))
            return marked(what, tuple(written), refused)

    def undo(self) -> Marked:
        """Take the last change back; raises `NotValidError` when there is none, or nothing of it can be undone."""
        with self._lock:
            if not self._done:
                raise NotValidError("There is nothing to undo: no mark of this sitting is left to take back.")
            last = self._done[-1]
            written = self._write(last.edits, self._clock(), undo=True)
            self._done.pop()
            refused = _missed(last.edits, written)
            if not written:
                raise NotValidError(f"Not undone ({last.what}). {next(iter(refused.values()))}")
            return marked(f"undone ({last.what})", tuple(written), refused)

    def _edit(self, order_id: str, change: MarkChange, now: datetime) -> MarkEdit:
        order, row = self._reader.order(order_id), self._reader.row(order_id)
        if order is None or row is None:
            raise UsageError(f"The order {order_id} is not known here: import or track it first.")
        trouble = trouble_of(order, row.attention, row.expires)
        return apply(change, order_id, self._reader.marks(order_id), trouble, now, self._person)

    def _write(self, edits: Sequence[MarkEdit], now: datetime, *, undo: bool) -> dict[str, int | None]:
        if not edits:
            return {}
        try:
            written = self._journal.mark(edits, now, undo=undo)
        except store_errors.StoreError as error:
            raise translated(error) from error
        show(self._cache, written, now)
        self._tell(Event("orders", tuple(written)))
        return written


def _reversed(edit: MarkEdit, note: int | None) -> MarkEdit:
    return MarkEdit(edit.order_id, edit.after, edit.before, retract=() if note is None else (note,))


def _missed(edits: Sequence[MarkEdit], written: Mapping[str, int | None]) -> dict[str, str]:
    return {e.order_id: _MEANWHILE.format(order_id=e.order_id) for e in edits if e.order_id not in written}


def describe(change: MarkChange, where: tzinfo) -> str:
    """Say in a few words what a change does, times in a zone."""
    parts = []
    if change.reviewed is not None:
        parts.append("reviewed" if change.reviewed else "not reviewed any more")
    if change.remind is not None:
        parts.append(f"put off until {change.remind.astimezone(where):%Y-%m-%d %H:%M %Z}")
    elif change.forget_reminder:
        parts.append("no reminder any more")
    if change.note:
        parts.append("note added")
    if change.tags:
        parts.append(f"tagged {' '.join(change.tags)}")
    if change.untags:
        parts.append(f"untagged {' '.join(change.untags)}")
    return ", ".join(parts)


def marked(what: str, done: tuple[str, ...], refused: Mapping[str, str]) -> Marked:
    """Put a result into words."""
    if not done and not refused:
        return Marked("Nothing to change: it was so already.", ())
    orders = done[0] if len(done) == 1 else f"{len(done)} orders"
    sentence = f"{orders}: {what}."
    if refused:
        more = f" ({len(refused)} in all)" if len(refused) > 1 else ""
        sentence += f" Not done{more}: {next(iter(refused.values()))}"
    return Marked(sentence, done, tuple(refused.items()))
