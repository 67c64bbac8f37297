"""The one way to open a data directory for writing: private files, newest schema, a sound cache, one session."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from azpay_tui.domain.intent import Place
from azpay_tui.store.cache.file import CacheFile
from azpay_tui.store.cache.read import CacheReader
from azpay_tui.store.cache.write import CacheStore
from azpay_tui.store.engine import make_engine
from azpay_tui.store.errors import (
    CacheUnavailable,
    JournalUnavailable,
    NewerSchema,
    ProtectedJournal,
    ReadOnlyCache,
    WrongPlace,
    cache_error,
    is_damage,
    journal_error,
)
from azpay_tui.store.files import DataDir, family, free_companions, private_dir, private_file, tighten
from azpay_tui.store.journal.anchors import AnchorBook
from azpay_tui.store.journal.audit import Witness
from azpay_tui.store.journal.backup import back_up, back_up_daily
from azpay_tui.store.journal.deliveries import DeliveryBook
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.messages import MessageBook
from azpay_tui.store.journal.store import JournalStore
from azpay_tui.store.locks import Lease, Session, clean_sessions, exclusive
from azpay_tui.store.migrations.shape import Database, create
from azpay_tui.store.settled import PLACE, place_text
from azpay_tui.store.sqlite import (
    BUSY_SECONDS,
    CACHE_PRAGMAS,
    CACHE_SCHEMA,
    JOURNAL_PRAGMAS,
    JOURNAL_SCHEMA,
    connect_reader,
    damage,
    schema_of,
)
from azpay_tui.store.wiping import wipe


@dataclass(frozen=True, slots=True)
class Readiness:
    """What bringing the files up to date found."""

    rebuilt: str | None = None
    """One sentence when a damaged cache was moved aside."""
    journal_refusal: JournalUnavailable | None = None
    """Why the journal cannot be written; None when it can."""
    cache_refusal: CacheUnavailable | None = None


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything one process needs of a data directory; close it at the end."""

    data: DataDir
    journal: JournalStore
    messages: MessageBook
    deliveries: DeliveryBook
    cache: CacheStore
    reader: CacheReader
    session: Session | None
    """None when nothing can be written."""
    lease: Lease
    """The right to refresh; not taken yet."""
    rebuilt: str | None
    """One sentence when a damaged cache was moved aside and made anew."""
    read_only_reason: str | None
    """Why nothing can be written (newer program, protected directory), one sentence."""

    def back_up_daily(self, now: datetime) -> Path | None:
        """Make today's back-up of the journal when there is none; for the holder of the lease."""
        return back_up_daily(self.data, now)

    def wipe(self, now: datetime, pause: Callable[[float], bool]) -> int:
        """Remove every trace of what was purged; see `wiping.wipe`."""
        return wipe(self.data, self.cache, now, pause)

    def is_alive(self, session_id: str) -> bool:
        """Tell whether the process that owns a session still runs."""
        return self.session is not None and self.session.is_alive(session_id)

    def close(self) -> None:
        """Give up lease, session and connections; safe to call twice."""
        self.lease.release()
        self.reader.close()
        self.cache.file.close()
        self.journal.close()
        if self.session is not None:
            self.session.close()


def open_stores(
    data_dir: Path,
    place: Place,
    *,
    person: str,
    now: Callable[[], datetime],
    busy: float = BUSY_SECONDS,
    witness: Witness | None = None,
    anchors: AnchorBook | None = None,
) -> Stores:
    """Open, make or bring up to date the databases of one profile.

    A damaged cache is moved aside and rebuilt; a database of a newer program opens for reading only. Raises
    `JournalUnavailable` when the journal is damaged, locked or cannot be made, `WrongPlace` when the directory belongs
    to another shop, region or environment. `busy`: seconds to wait for another process's lock. `witness` and `anchors`
    are what the audit chain says of this process, and where its end is told.
    """
    data = DataDir(data_dir)
    ready = bring_up_to_date(data, now())
    session = None
    if ready.journal_refusal is None:
        clean_sessions(data.sessions)
        session = Session(data.sessions, person, now())
    lease = Lease(data.refresh_lock)
    file = JournalFile(data, refusal=ready.journal_refusal, busy=busy, witness=witness, anchors=anchors)
    journal = JournalStore(file, person=person, session=session.id if session else "")
    messages = MessageBook(file, person=person, session=session.id if session else "")
    deliveries = DeliveryBook(file, person=person, session=session.id if session else "")
    cache = CacheStore(CacheFile(data, refusal=ready.cache_refusal, busy=busy))
    reader = CacheReader(data_dir, holder=lambda: lease.held)
    refusal = ready.journal_refusal or ready.cache_refusal
    why = None if refusal is None else str(refusal)
    stores = Stores(data, journal, messages, deliveries, cache, reader, session, lease, ready.rebuilt, why)
    try:
        _claim(journal, place, writable=ready.journal_refusal is None)
        if refusal is None:
            cache.catch_up(now(), opening=True)
    except BaseException:
        stores.close()
        raise
    return stores


def bring_up_to_date(data: DataDir, now: datetime) -> Readiness:
    """Make missing files and migrate older ones, one process at a time; raises `JournalUnavailable`."""
    if data.journal.exists() and (protected := _protected(data)) is not None:
        sentence = f"{protected} cannot be written; nothing is changed. Check owner and permissions."
        return Readiness(None, ProtectedJournal(sentence), ReadOnlyCache(sentence))
    private_dir(data.path)
    with exclusive(data.opening_lock):
        _refuse_lost_journal(data)
        journal_refusal = _open_journal(data, now)
        rebuilt = None
        try:
            cache_refusal = _open_cache(data)
        except CacheUnavailable as error:
            if not is_damage(error.__cause__):
                raise
            rebuilt = move_cache_aside(data, now)
            cache_refusal = _open_cache(data)
    return Readiness(rebuilt, journal_refusal, cache_refusal)


def _protected(data: DataDir) -> str | None:
    """Name what we may not write although it is there; SQLite would find it out in the middle of something."""
    if not os.access(data.path, os.W_OK):
        return f"The data directory {data.path}"
    files = (path for path in (data.journal, data.cache) if path.exists() and not os.access(path, os.W_OK))
    return next((f"The file {path}" for path in files), None)


def move_cache_aside(data: DataDir, now: datetime) -> str:
    """Rename a damaged cache and its log so that a new one is made; returns a sentence that says so."""
    kept = _set_aside(data, "damaged", now)
    return f"The cache was damaged: it was kept as {kept} and is rebuilt from the journal and Amazon."


def _set_aside(data: DataDir, why: str, now: datetime) -> str:
    """Rename the cache with the files that belong to it; returns the new name."""
    kept = data.cache.with_name(f"{data.cache.name}.{why}-{now:%Y%m%dT%H%M%S}-{os.getpid()}")
    for path in family(data.cache):
        if path.exists():
            path.rename(kept.with_name(kept.name + path.name.removeprefix(data.cache.name)))
    return kept.name


def rebuild_cache(data_dir: Path, now: datetime) -> str:
    """Make the cache anew although it looks sound, as `doctor --rebuild-cache` asks; every object is then due.

    The old one is kept beside it. Returns a sentence. Other processes go over to the new file by themselves. Raises
    `StoreError`, and then changed nothing, when the journal cannot be read: it is what the rows are made of.
    """
    data = DataDir(data_dir)
    if not data.journal.exists():
        raise JournalUnavailable(f"There is no journal in {data_dir}, so there is nothing to rebuild a cache from.")
    with exclusive(data.opening_lock):
        _refuse_lost_journal(data)
        refusal = _open_journal(data, now)
        if refusal is not None:
            raise refusal
        kept = f" The old one is kept as {_set_aside(data, 'replaced', now)}." if data.cache.exists() else ""
        _open_cache(data)
    cache = CacheStore(CacheFile(data))
    try:
        count = cache.catch_up(now)
    finally:
        cache.file.close()
    return f"The cache was made anew: {count} orders are read again.{kept}"


def _refuse_lost_journal(data: DataDir) -> None:
    """Raise `JournalUnavailable` when the journal is gone although the cache knows orders: intents would be lost."""
    try:
        if schema_of(data.journal) or not schema_of(data.cache):
            return
        with closing(connect_reader(data.cache)) as connection:
            known = connection.execute("SELECT EXISTS (SELECT 1 FROM list_row)").fetchone()[0]
    except sqlite3.Error:
        return  # a damaged file is said by the steps that follow
    if known:
        raise JournalUnavailable(
            f"The journal {data.journal} is missing or empty although the cache knows orders; nothing is changed. Put "
            f"back the newest file of {data.backups}, or remove cache.db to begin anew."
        )


def _open_journal(data: DataDir, now: datetime) -> JournalUnavailable | None:
    private_file(data.journal)
    try:
        found = schema_of(data.journal)
        _quick_check(data.journal)
    except sqlite3.Error as error:
        raise journal_error(error, data.journal) from error
    if found > JOURNAL_SCHEMA:
        return NewerSchema(
            f"The journal {data.journal} was written by a newer azpay: it is shown, nothing is changed. "
            "Use that version."
        )
    if found < JOURNAL_SCHEMA:
        if found:
            back_up(data, f"before-schema-{JOURNAL_SCHEMA}-{now:%Y%m%dT%H%M%S}.db")
        try:
            _migrate(data.journal, "journal")
        except sqlite3.Error as error:
            raise journal_error(error, data.journal) from error
        except DBAPIError as error:
            raise journal_error(error.orig, data.journal) from error
    _tighten(data.journal)
    return None


def _open_cache(data: DataDir) -> CacheUnavailable | None:
    private_file(data.cache)
    free_companions(data.cache)
    try:
        found = schema_of(data.cache)
        if found > CACHE_SCHEMA:
            return ReadOnlyCache(
                f"The cache {data.cache} was written by a newer azpay: it is shown, nothing is changed. "
                "Use that version, or make the cache anew for this one with azpay doctor --rebuild-cache."
            )
        if found < CACHE_SCHEMA:
            _migrate(data.cache, "cache")
        _quick_check(data.cache)
    except sqlite3.Error as error:
        raise cache_error(error, data.cache) from error
    except DBAPIError as error:
        raise cache_error(error.orig, data.cache) from error.orig
    _tighten(data.cache)
    return None


def _migrate(path: Path, database: Database) -> None:
    pragmas = JOURNAL_PRAGMAS if database == "journal" else CACHE_PRAGMAS
    if _empty(path):
        create(path, database, pragmas)
        return
    from azpay_tui.store.migrations.run import migrate  # a fifth of a second that an up-to-date file need not wait for

    engine = make_engine(path, pragmas, pooled=False)
    try:
        migrate(engine, database)
    finally:
        engine.dispose()


def _empty(path: Path) -> bool:
    with closing(connect_reader(path)) as connection:
        return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _quick_check(path: Path) -> None:
    with closing(connect_reader(path)) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except UnicodeDecodeError as error:
            raise damage("it cannot be checked") from error
    if found != "ok":
        raise damage(found)


def _tighten(database: Path) -> None:
    for path in family(database):
        tighten(path)


def _claim(journal: JournalStore, place: Place, *, writable: bool) -> None:
    """Bind the directory to a place, or check that it is bound to this one."""
    here = place_text(place)
    known = journal.meta(PLACE)
    if known is None and writable:
        journal.set_meta(PLACE, here)
    elif known not in (None, here):
        raise WrongPlace(
            f"The data directory {journal.file.path.parent} belongs to {known}, not to {here}; use another data_dir."
        )
