"""Why a store did not do something; every text is a sentence for the operator.

StoreError
├── JournalUnavailable      locked, full, read-only, damaged: nothing was changed
│   ├── NewerSchema         written by a newer program: readable, never written
│   ├── ProtectedJournal    in a directory that cannot be written
│   └── WrongPlace          the data directory belongs to another shop, region or environment
├── OrderBusy               another intent on the order is open
├── ViewsUnavailable        the saved views cannot be read or written; nothing else depends on them
├── SwitchedOff             the switch of automatic steps does not stand as it did
├── IntentConflict          the intent is not in a state that allows the change
├── MessageConflict         the state of a message does not allow the change
│   └── NoSuchMessage       there is not exactly one message of this id
├── DeliveryConflict        what was seen of a parcel's number is not so any more
├── NotAsConfirmed          what the journal says of an intent is not what was confirmed
└── CacheUnavailable        the cache cannot be read or written; nothing that matters is lost
    ├── ReadOnlyCache       written by a newer program, or in a directory that cannot be written
    └── OlderSchema         made by an older program and not brought up to date yet
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from azpay_tui.domain.intent import Intent
from azpay_tui.domain.moments import written


class StoreError(Exception):
    """Base of everything the stores refuse; `str()` of it is one sentence."""


class ReadOnly(StoreError):
    """What is there can be read and must not or cannot be written; mixed into the errors of journal and cache."""


class JournalUnavailable(StoreError):
    """The journal cannot be used; the transaction left no trace."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        """Keep the sentence; `full` says that more room may cure it."""
        super().__init__(message)
        self.full = full


class NewerSchema(JournalUnavailable, ReadOnly):
    """The file was written by a newer program; it is read, never written."""


class ProtectedJournal(JournalUnavailable, ReadOnly):
    """The directory of the journal cannot be written."""


class WrongPlace(JournalUnavailable):
    """The data directory belongs to another shop, region or environment."""


class ViewsUnavailable(StoreError):
    """The saved views cannot be read or written."""


class OrderBusy(StoreError):
    """Another intent on this order is open; it locks every verb of the order."""

    def __init__(self, intent: Intent) -> None:
        """Keep the open intent and say whose it is and since when."""
        wish = intent.draft.wish
        super().__init__(
            f"{wish.order_id} is busy: {intent.draft.person} confirmed {wish.verb} {intent.id} at "
            f"{written(intent.draft.at)} and it is not settled ({intent.state}): "
            f"see azpay journal show {intent.id}."
        )
        self.intent = intent


class SwitchedOff(StoreError):
    """The switch of automatic steps does not stand as whoever acted on it had seen it; nothing was changed."""


class IntentConflict(StoreError):
    """The intent does not exist or its state does not allow the change; nothing was changed."""


class MessageConflict(StoreError):
    """The state of a message does not allow the change; nothing was changed."""


class NoSuchMessage(MessageConflict):
    """There is not exactly one message of this id."""


class SlipsChanged(StoreError):
    """Another slip of the order was written since this one was checked; nothing was written."""


class DeliveryConflict(StoreError):
    """An attempt to tell of a parcel cannot be begun, or is not what it was; nothing was written."""


class NotAsConfirmed(StoreError):
    """An intent is not what a person confirmed any more: the file was damaged or edited; it must not be sent."""


class CacheUnavailable(StoreError):
    """The cache cannot be read or written; it can be rebuilt."""


class ReadOnlyCache(CacheUnavailable, ReadOnly):
    """The cache was written by a newer program or lies in a directory that cannot be written."""


class OlderSchema(CacheUnavailable):
    """The file was made by an older program and must be brought up to date by opening it for writing."""


_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_READ_ONLY: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def primary_code(error: BaseException | None) -> int:
    """Return SQLite's primary result code of an error, 0 when it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: BaseException | None) -> bool:
    """Tell whether an error means that the file itself is damaged."""
    return primary_code(error) in _DAMAGED


def journal_error(error: BaseException | None, path: Path) -> JournalUnavailable:
    """Turn an error of SQLite on the journal into its sentence."""
    code = primary_code(error)
    if code in _BUSY:
        return JournalUnavailable(
            f"The journal {path} is locked by another program; nothing was recorded. Try again in a moment."
        )
    if code in _FULL:
        return JournalUnavailable(
            f"The journal {path} cannot be written: the disk is full or failing; nothing was recorded. "
            "Free some space and try again.",
            full=True,
        )
    if code in _READ_ONLY:
        return JournalUnavailable(
            f"The journal {path} or its directory cannot be written; nothing was recorded. Check owner and permissions."
        )
    if code in _DAMAGED:
        return JournalUnavailable(
            f"The journal {path} is damaged; nothing was recorded. Keep the file and restore the newest back-up."
        )
    return JournalUnavailable(f"The journal {path} cannot be used ({error}); nothing was recorded. See azpay doctor.")


def unreadable_intent(intent_id: str) -> JournalUnavailable:
    """Return what is said where the words of an intent are not words any more."""
    return _unreadable(intent_id)


@contextmanager
def readable(order_ids: Collection[str]) -> Iterator[None]:
    """Raise `JournalUnavailable` where the block cannot read what the journal holds of orders: somebody edited it."""
    try:
        yield
    except (ValueError, TypeError, LookupError, RecursionError) as error:  # an index may find a row of another name
        what = next(iter(order_ids)) if len(order_ids) == 1 else "some orders"
        raise _unreadable(what) from error


def _unreadable(what: str) -> JournalUnavailable:
    return JournalUnavailable(
        f"The journal is damaged: what it holds of {what} cannot be read; nothing was recorded. "
        "Keep the file and restore the newest back-up."
    )


def cache_error(error: BaseException | None, path: Path) -> CacheUnavailable:
    """Turn an error of SQLite on the cache into its sentence."""
    code = primary_code(error)
    if code in _BUSY:
        return CacheUnavailable(f"The cache {path} is locked by another program; try again in a moment.")
    if code in _FULL:
        return CacheUnavailable(f"The cache {path} cannot be written: the disk is full or failing. Free some space.")
    if code in _READ_ONLY:
        return CacheUnavailable(f"The cache {path} or its directory cannot be used; check owner and permissions.")
    if code in _DAMAGED:
        return CacheUnavailable(f"The cache {path} is damaged; start again, it is rebuilt from the journal and Amazon.")
    return CacheUnavailable(f"The cache {path} cannot be used ({error}); rebuild it with azpay doctor --rebuild-cache.")


def remedy(error: Exception) -> str:
    """Return what a person can do about a file that cannot be made, one sentence."""
    return "Free some space." if lacks_room(error) else "Check owner and permissions."


def lacks_room(error: Exception) -> bool:
    """Tell whether an error of the system means that the disk, or our share of it, is full."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM
