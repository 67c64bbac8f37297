"""Another program holds the journal: refused before sending, waited for where it passes, and an outcome is kept."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from tests.storage.deed import Deed, Judgement, judge, loudness, prepare, recover, watch_the_line
from tests.storage.faulty import troubled
from tests.storage.processes import Process, started
from tests.support.figures import full, tell
from tests.support.office import Office, open_office

from azpay_tui.backoffice import outcomes
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.store import opening, sqlite
from azpay_tui.store.errors import JournalUnavailable

SHORT = 0.2
"""Seconds that a connection waits here for another one's lock."""
LOCKS = ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE")


@pytest.fixture(params=[Verb.CAPTURE, Verb.REFUND, Verb.AUTHORIZE] if full() else [Verb.REFUND])
def deed(request: pytest.FixtureRequest, place: Path) -> Deed:
    return prepare(request.param, place / "template")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks as the program does, only not as long."""
    monkeypatch.setattr(opening, "open_stores", functools.partial(opening.open_stores, busy=SHORT))
    monkeypatch.setitem(sqlite.connect.__kwdefaults__, "busy", SHORT)


@contextmanager
def beside(deed: Deed, place: Path, judged: Judgement) -> Iterator[tuple[Office, Process]]:
    """Open the desk with another program beside it on the same journal."""
    simulator = deed.copy(place)
    with open_office(place, simulator) as office, started("locker.py", office.stores.journal.file.path) as locker:
        watch_the_line(office, judged)
        ask(locker, "SELECT count(*) FROM intent")
        yield office, locker


def ask(locker: Process, words: str) -> None:
    locker.say(words)
    assert locker.hear() == "done"


def finish(office: Office, judged: Judgement, deed: Deed, says: str) -> None:
    """Let everything come to rest, and compare."""
    recover(office)
    judge(office, judged, deed.ready.wish.order_id)
    tell("R15", 1, len(judged.wrong), seed=" ".join(judged.wrong), says=says)
    assert judged.wrong == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("lock", LOCKS)
def test_held_for_longer_than_one_waits_nothing_is_sent_and_the_person_told(deed: Deed, place: Path, lock: str) -> None:
    judged = Judgement()
    with beside(deed, place / "run", judged) as (office, locker):
        ask(locker, lock)
        with pytest.raises(Exception, match=r"is locked by another program; nothing was recorded\. Try again"):
            office.desk.submit(deed.ready)
        assert (office.desk.in_flight(), office.transport.requests) == ((), [])
        ask(locker, "release")
        assert office.desk.intents() == ()
        done = office.desk.wait(office.desk.submit(deed.ready).id, 60)  # and now it is free
        assert done.state in ("succeeded", "accepted")
        finish(office, judged, deed, f"{lock} before sending: refused, then free")


@pytest.mark.parametrize("lock", LOCKS)
def test_released_in_time_nobody_notices(deed: Deed, place: Path, monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    judged, found = Judgement(), list[Intent]()
    with troubled(monkeypatch) as trouble, beside(deed, place / "run", judged) as (office, locker):
        ask(locker, lock)
        trouble.armed = True
        thread = threading.Thread(target=lambda: found.append(office.desk.submit(deed.ready)))
        thread.start()
        office.until(lambda: trouble.statements, 60)  # it has come to the lock
        ask(locker, "release")
        thread.join(60)
        assert office.desk.wait(found[0].id, 60).state in ("succeeded", "accepted")
        finish(office, judged, deed, f"{lock} released in time")


class Waiting(logging.Handler):
    """Calls back when an outcome waits to be written."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self.call = call
        self.times = 0

    def emit(self, record: logging.LogRecord) -> None:
        if "an outcome could not be written yet" in record.getMessage():
            self.times += 1
            if self.times == 2:
                self.call()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("when", ["while it waits", "after the program ended"])
def test_locked_once_it_is_sent_the_outcome_is_kept(deed: Deed, place: Path, lock: str, when: str) -> None:
    judged = Judgement()
    waiting = Waiting(lambda: ask(locker, "release") if when == "while it waits" else None)
    logging.getLogger(outcomes.__name__).addHandler(waiting)
    try:
        with loudness() as loud, beside(deed, place / "run", judged) as (office, locker):
            move_on = office.transport.after

            def lock_it(request: Request, answer: Response) -> None:
                assert move_on is not None
                move_on(request, answer)
                if request.method != "GET":
                    ask(locker, lock)

            office.transport.after = lock_it
            intent = office.desk.submit(deed.ready)
            unread = pytest.raises(JournalUnavailable, match="locked by another program")
            with unread if (when, lock) == ("after the program ended", LOCKS[1]) else nullcontext():
                intent = office.desk.wait(intent.id, 60)
            assert waiting.times >= 2, "no outcome ever waited: the test proves nothing"
            if when == "while it waits":
                assert intent.state in ("succeeded", "accepted")
                assert len(office.stores.journal.evidence(intent.id)) == 1
                office.transport.after = move_on
                finish(office, judged, deed, f"{lock} while an outcome waits: written")
                return
        with open_office(place / "run", office.simulator) as office:
            watch_the_line(office, judged)
            finish(office, judged, deed, f"{lock} until the program ended: settled by the next one")
        assert loud.said == []
    finally:
        logging.getLogger(outcomes.__name__).removeHandler(waiting)
