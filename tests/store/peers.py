"""What other processes do in the tests of the stores: `peers.py ROLE DIRECTORY ...`; lines on stdout tell how far."""

import os
import resource
import signal
import sys
from datetime import timedelta
from pathlib import Path

from tests.store.making import NOW, ORDER, answer, charge, draft, oid, open_at, permission, read, tracked

from azpay_tui.store.errors import JournalUnavailable, StoreError
from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import Lease, Session
from azpay_tui.store.opening import Stores


def say(*words: object) -> None:
    print(*words, flush=True)


def die_inside(stores: Stores) -> None:
    """Die by SIGKILL after rows were changed and before the commit."""
    made = stores.journal.open_intent(draft())
    stores.journal.start_attempt(made.id, NOW)
    with stores.journal.file.writing() as (session, _audit):
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA cache_size = 1")
        connection.exec_driver_sql("PRAGMA cache_spill = 1")
        connection.exec_driver_sql("UPDATE intent SET state = 'succeeded'")
        connection.exec_driver_sql("UPDATE room SET pad = zeroblob(3000000)")
        say("inside")
        os.kill(os.getpid(), signal.SIGKILL)


def full(stores: Stores) -> None:
    """Fill the disk (as far as files of this process go) once an attempt is on the wire."""
    made = stores.journal.open_intent(draft())
    other = stores.journal.open_intent(draft(oid(7)))
    number = stores.journal.start_attempt(made.id, NOW)
    size = stores.journal.file.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    stores.data.ballast.unlink()
    try:
        stores.journal.open_intent(draft(oid(2)))
    except JournalUnavailable as error:
        say("refused", "nothing was recorded" in str(error), error.full)
    try:
        stores.journal.track([tracked(oid(n), number="N" * 2000) for n in range(10, 200)], NOW)
    except JournalUnavailable as error:
        say("refused", "nothing was recorded" in str(error), error.full)
    done = stores.journal.record(made.id, number, answer(raw=b"x" * 200_000), "succeeded", None, None, None, NOW)
    say("recorded", done.state)
    say("moved", stores.journal.move(other.id, "abandoned", "never sent", "person ops", NOW).state)


def session(directory: Path) -> None:
    """Hold a session and the lease until killed."""
    data = DataDir(directory)
    own, lease = Session(data.sessions, "peer", NOW), Lease(data.refresh_lock)
    say(own.id, lease.try_acquire())
    sys.stdin.readline()


def write(stores: Stores, rounds: str) -> None:
    """Change orders without pause."""
    say("ready")
    for number in range(int(rounds)):
        at = NOW + timedelta(seconds=number)
        limit = permission(balance=permission().balance, updated=at, state=("Chargeable", "Closed")[number % 2])
        stores.cache.put([read(limit, at), read(charge(updated=at), at)], at)
    say("done")


def protected(directory: Path) -> None:
    """Open the directory as somebody who cannot write it, read, and try to write."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        stores = open_at(directory)
    except StoreError as error:
        say("error", error)
        return
    say("reason", stores.read_only_reason)
    say("order", stores.reader.order(ORDER) is not None, len(stores.reader.page().rows))
    try:
        stores.journal.open_intent(draft(oid(3)))
    except JournalUnavailable as error:
        say("refused", error)
    stores.close()


if __name__ == "__main__":
    role, place, *rest = sys.argv[1:]
    alone = {"session": session, "protected": protected}
    if role in alone:
        alone[role](Path(place))
    else:
        opened = open_at(Path(place))
        {"die_inside": die_inside, "full": full, "write": write}[role](opened, *rest)
        opened.close()
