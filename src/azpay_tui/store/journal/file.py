"""The journal's file: every transaction on it, what is refused, and what a full disk leaves possible."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from azpay_tui.points import reach
from azpay_tui.store.engine import make_engine, reading
from azpay_tui.store.errors import JournalUnavailable, journal_error
from azpay_tui.store.files import Ballast, DataDir
from azpay_tui.store.journal.anchors import Anchor, AnchorBook
from azpay_tui.store.journal.audit import AuditWriter, Witness
from azpay_tui.store.journal.rows import EVIDENCE_LIMIT, EVIDENCE_ROOM
from azpay_tui.store.journal.tables import MetaRow
from azpay_tui.store.sqlite import BUSY_SECONDS, JOURNAL_PRAGMAS

_R = TypeVar("_R")


class JournalFile:
    """An existing, migrated journal; safe from any thread and beside other processes.

    Every method raises `JournalUnavailable` when the file is locked for longer than the busy time, full, read-only,
    damaged or newer; then nothing was changed.
    """

    def __init__(
        self,
        data: DataDir,
        *,
        refusal: JournalUnavailable | None = None,
        busy: float = BUSY_SECONDS,
        witness: Witness | None = None,
        anchors: AnchorBook | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Open nothing before it is needed; `refusal` is raised by every write, `busy` is in seconds.

        `witness` is what every row of the audit chain says of this process, `anchors` where its end is told. `engine`
        was made by `make_engine` for this very file, and knows statements that it need not compile again.
        """
        self.path: Path = data.journal
        self.ballast = Ballast(data.ballast)
        self.engine = engine or make_engine(data.journal, JOURNAL_PRAGMAS, busy=busy)
        self._refusal = refusal
        self._witness = witness or Witness()
        self.anchors = anchors
        """Where its end is told."""
        self._writer = self.engine.execution_options(writing=True)
        self._lock = threading.Lock()
        self._identity: str | None = None
        self._untold: Callable[[], Anchor | None] = (lambda: None) if anchors is None else anchors.last
        """The newest anchor, while the chain may not tell of it; at first that of an earlier process."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Run the block in one consistent read, with models."""
        with self._translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def plain(self) -> Iterator[Connection]:
        """Run the block in one consistent read, in plain SQL."""
        with self._translated(), reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, AuditWriter]]:
        """Run the block in one transaction, durable at its end with what it tells the audit chain."""
        self.refuse()
        with (
            self._lock,
            self._translated(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            audit = AuditWriter(session.connection(), self._witness, self._untold)
            yield session, audit
            session.flush()
            audit.close()
            reach("committing")
        reach("committed")
        if self.anchors is not None and audit.last_at is not None:
            dropped = self.anchors.drop(audit.last_at, *audit.head, self.identity(), at_once=audit.at_once)
            self._untold = lambda: dropped

    def refuse(self) -> None:
        """Raise why nothing is written to this file, if there is a reason."""
        if self._refusal is not None:
            raise self._refusal

    def despite_full_disk(self, write: Callable[[int], _R]) -> _R:
        """Write what must not be lost, given how many bytes of an answer to keep; few when the disk is full."""
        try:
            return write(EVIDENCE_LIMIT)
        except JournalUnavailable as error:
            if not error.full:
                raise
        self.ballast.release()
        return write(EVIDENCE_ROOM)

    def close(self) -> None:
        """Close every connection; safe to call twice."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise journal_error(error.orig, self.path) from error

    def identity(self) -> str:
        """Return what tells this journal from any other."""
        if self._identity is None:
            with self.reading() as session:
                row = session.get(MetaRow, "journal_id")
            self._identity = "" if row is None else row.value
        return self._identity
