"""One process of the product: its own connections, its own session, and an end that may come at any point."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from tests.schedules.bench import Host
from tests.schedules.wire import Wire

from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.amazon.transport import open_client
from azpay_tui.amazon.v2.client import V2Gateway
from azpay_tui.amazon.v2.signing import Signature
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.desk import BackOffice
from azpay_tui.backoffice.messages.ports import MessageParts
from azpay_tui.backoffice.records import Event, ProfileInfo
from azpay_tui.backoffice.sources.engine import SourceParts
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.wiring import Parts
from azpay_tui.domain.intent import Place
from azpay_tui.store.cache.file import CacheFile
from azpay_tui.store.cache.read import CacheReader
from azpay_tui.store.cache.reports import ReportBook
from azpay_tui.store.cache.sources import SourceBook
from azpay_tui.store.cache.write import CacheStore
from azpay_tui.store.journal.deliveries import DeliveryBook
from azpay_tui.store.journal.file import JournalFile
from azpay_tui.store.journal.messages import MessageBook
from azpay_tui.store.journal.store import JournalStore
from azpay_tui.store.locks import Lease, Session, clean_sessions, is_held

if TYPE_CHECKING:
    from tests.schedules.world import World

PLACE: Final = Place("v2", "na", "simulator", "A1TESTMERCHANT")
KEY_ID: Final = "SANDBOX-AHTESTKEY0000000000000001"
SITE: Final = endpoint("simulator", "na", "http://127.0.0.1:9")
T = TypeVar("T")
R = TypeVar("R")


class Killed(BaseException):
    """The end of a process, from which no code of it recovers."""


class Seal:
    """Stands for both halves of a key pair: what is signed is bound to date and body, and costs no RSA."""

    def sign(self, data: bytes, *_: object) -> bytes:
        return hashlib.sha256(b"seal" + data).digest()

    def verify(self, signature: bytes, data: bytes, *_: object) -> None:
        if signature != self.sign(data):
            raise InvalidSignature


SEAL: Final[Any] = Seal()


class InLine(Threads):
    """Does everything in the thread of whoever asks; what was begun is done when its turn has come."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: deque[Callable[[], None]] = deque()

    def begin(self, name: str, body: Callable[[], None], *, awaited: bool = True) -> None:
        if name == "azpay-send":  # the others have no end: a run takes their turns one by one
            self._begun.append(body)

    def aside(self, name: str, body: Callable[[], T]) -> T:
        return body()

    def pool(self, name: str, workers: int) -> InLine:
        return self

    def map(self, body: Callable[[T], R], things: Iterable[T], /) -> Iterator[R]:
        return iter([body(thing) for thing in things])

    def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
        pass

    def catch_up(self) -> None:
        """Do what was begun."""
        while self._begun:
            self._begun.popleft()()


class Actor:
    """A process at work in a data directory; `die` ends it as a kill would."""

    def __init__(self, world: World, host: Host, slot: int) -> None:
        self.host = host
        self.slot = slot
        self.name = f"{'AB'[host.number]}{slot}.{host.starts}"
        host.starts += 1
        self.dead = False
        self.doing: Literal["act", "machine", "word", "none"] = "none"
        self.reached: dict[str, int] = {}
        data, person = host.data, f"person {slot}"
        clean_sessions(data.sessions)
        self._session = Session(data.sessions, person, world.local(host), lambda size: f"{host.starts:0{2 * size}x}")
        self.session = self._session.id
        self._lease = Lease(data.refresh_lock)
        self._connections: list[sqlite3.Connection] = []
        file = JournalFile(data, busy=0.0, engine=host.engine(slot, self._connections))
        self._journal = JournalStore(file, person=person, session=self.session)
        self._cache = CacheStore(CacheFile(data, busy=0.0))
        self._reader = CacheReader(data.path)
        self._cache.catch_up(world.local(host), opening=True)
        self._threads = InLine()
        self.wire = Wire(world, self)

        def local() -> Any:
            return world.local(host)

        clock = CorrectedClock(self._cache, self._reader.status(local()).clock_offset, local)
        self.clock = clock
        gateway = V2Gateway(
            client=open_client(SITE, transport=self.wire),
            endpoint=SITE,
            base="/v2",
            signature=Signature(key_id=KEY_ID, key=lambda: SEAL, host=SITE.host, region="na", now=clock),
            throttle=Throttle(
                {}, clock=world.seconds, wait=lambda _, s: world.wait(s, self), jitter=world.source.random
            ),
            wall=local,
        )
        info = ProfileInfo("sim", "simulator", "na", PLACE, person, "host", "UTC", True, None)
        parts = Parts(
            journal=self._journal,
            cache=self._cache,
            reader=self._reader,
            gateway=gateway,
            reports=ReportBook(self._cache.file),
            session=self._session,
            lease=self._lease,
            daily=lambda: None,
            close=self._close,
            sources=SourceParts(
                (),
                SourceBook(self._cache.file),
                lambda name: Lease(data.source_lock(name)),
                lambda name: is_held(data.path),
            ),
            scratch=data.path,
            messages=MessageParts(MessageBook(file, person=person), lambda: Lease(data.messages_lock)),
            deliveries=DeliveryBook(file, person=person),
            wipe=lambda now, pause: 0,
        )

        def pause(seconds: float) -> bool:
            world.wait(seconds, self)
            return False

        self.desk = BackOffice(
            info, parts, clock=clock, local=local, pause=pause, jitter=world.source.random, threads=self._threads
        )
        self.desk.subscribe(lambda event: world.told(self, event))

    def must_live(self) -> None:
        """Raise `Killed` in what still runs of a dead process."""
        if self.dead:
            raise Killed

    def catch_up(self) -> None:
        """Let the threads of the process do what they were begun for."""
        self._threads.catch_up()

    def die(self) -> None:
        """Take the process's hands off everything: from now on nothing that it does reaches a file or the wire."""
        self.dead = True
        for connection in (*self._connections, *self._opened()):
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed before
                connection.set_authorizer(_nothing_more)

    def bury(self) -> None:
        """Let the kernel close what a dead process had open: locks are free, session files stay."""
        for descriptor in (self._session._descriptor, self._lease._descriptor):
            if descriptor is not None:
                descriptor.close()
        with contextlib.suppress(Exception):
            self._journal.close()
        for connection in (*self._connections, *self._opened()):
            connection.close()
        self._cache.file._cache.close()
        self._reader.close()
        self._cache.file.close()

    def end(self) -> None:
        """End as a program does that is told to."""
        self.desk.stop(0)

    def _opened(self) -> list[sqlite3.Connection]:
        found = (self._cache.file._cache._connection, self._cache.file._journal._connection)
        return [connection for connection in found if connection is not None]

    def _close(self) -> None:
        self._lease.release()
        self._reader.close()
        self._cache.file.close()
        self._journal.close()
        self._session.close()


def _nothing_more(action: int, first: str | None, *_: object) -> int:
    undone = action == sqlite3.SQLITE_TRANSACTION and first == "ROLLBACK"
    return sqlite3.SQLITE_OK if undone else sqlite3.SQLITE_DENY


OFF: Final = timedelta(minutes=4)
__all__ = ["KEY_ID", "PLACE", "SEAL", "Actor", "Event", "Killed"]
