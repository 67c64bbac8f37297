"""One whole action on money over files kept as a template, judged by the simulator's ledger and the journal alone."""

from __future__ import annotations

import copy
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.storage.faulty import raw
from tests.support.office import _KEY as KEY
from tests.support.office import KEY_ID, Hands, Office, open_office

from azpay_tui.backoffice import reading
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain.intent import OPEN_STATES, Intent, Verb
from azpay_tui.domain.status import status_of
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request, Response

SITUATIONS = {
    Verb.CAPTURE: "authorized",
    Verb.REFUND: "captured",
    Verb.AUTHORIZE: "open",
    Verb.VOID: "authorized",
    Verb.CANCEL: "authorized",
    Verb.CLOSE: "authorized",
}
BEFORE = ("AUTHORIZED", "CAPTURED", "OPEN")
"""What the orders of these situations show while nothing has happened to them."""
AFTER = {
    Verb.CAPTURE: ("CAPTURED",),
    Verb.REFUND: ("REFUNDING",),
    Verb.AUTHORIZE: ("AUTHORIZED",),
    Verb.VOID: ("VOIDED",),
    Verb.CANCEL: ("CANCELED",),
    Verb.CLOSE: ("CLOSED", "AUTHORIZED"),
}
_DONE = ("succeeded", "accepted")
_WRITES = ("POST", "PATCH", "DELETE")


class Loud(logging.Handler):
    """Keeps what is logged as an error: what nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@dataclass
class Deed:
    """An order in a situation and a wish that was checked: everything up to the person's yes."""

    verb: Verb
    template: Path
    simulator: Simulator
    ready: Ready

    def copy(self, directory: Path) -> Simulator:
        """Put the files where they can be spoiled; returns a simulator in the same state."""
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.template, directory)
        made = Simulator({KEY_ID: KEY.public_key()}, seed=7, base=Hands())
        made.book = copy.deepcopy(self.simulator.book)
        return made


def prepare(verb: Verb, directory: Path) -> Deed:
    """Make the order and check the wish; the desk is closed again."""
    directory.mkdir()
    with open_office(directory) as office:
        order_id = office.make(SITUATIONS[verb], amount="120.00", age="1d")
        ready = office.ready(order_id, verb, "5.00" if verb is Verb.REFUND else None)
    return Deed(verb, directory, office.simulator, ready)


@dataclass
class Judgement:
    """What came of a deed."""

    wrong: list[str] = field(default_factory=list)
    intent: Intent | None = None
    effects: int = 0
    answers: int = 0
    """How many are kept."""

    def expect(self, holds: object, otherwise: str) -> None:
        """Note what is wrong when it does not hold."""
        if not holds:
            self.wrong.append(otherwise)


def watch_the_line(office: Office, judged: Judgement) -> None:
    """Note every write request that leaves without a durable intent and attempt for these very bytes."""
    journal = office.stores.data.journal
    durable = """SELECT count(*) FROM intent AS i JOIN attempt AS a ON a.intent_id = i.id
        WHERE i.body = ? AND i.state = 'sent' AND a.number = i.attempts AND a.ended_at IS NULL"""

    def before(request: Request) -> None:
        if request.method in _WRITES:
            with raw(journal) as connection:
                found = connection.execute(durable, (request.body,)).fetchone()[0]
            judged.expect(found == 1, f"{request.method} {request.path} left without a durable attempt")

    def after(_request: Request, _answer: Response) -> None:
        office.local.advance(seconds=1.2)  # on the wire time passes

    office.transport.before, office.transport.after = before, after


@contextmanager
def loudness() -> Iterator[Loud]:
    """Listen for what is logged as an error."""
    loud, logger = Loud(), logging.getLogger("azpay_tui")
    logger.addHandler(loud)
    try:
        yield loud
    finally:
        logger.removeHandler(loud)


def recover(office: Office) -> None:
    """Do what the next start or the running program does by itself, for as long as it replays."""
    office.desk.resume()
    office.desk.sync_once()
    for intent in office.desk.intents(open_only=True):
        office.desk.resume(intent.id)
    office.desk.sync_once()


def judge(office: Office, judged: Judgement, order_id: str) -> None:
    """Compare ledger, journal and cache once everything has come to rest."""
    journal, reader = office.stores.journal, office.desk.reader
    intents = journal.intents()
    judged.effects = len(office.effects())
    judged.expect(len(intents) <= 1, f"{len(intents)} intents of one wish")
    judged.expect(journal.verify() is None, "the audit chain is broken")
    judged.intent = intents[0] if intents else None
    state = judged.intent.state if judged.intent else "none"
    done = int(state in _DONE)
    judged.expect(state in (*_DONE, "abandoned", "none"), f"the intent is {state}: it never came to rest")
    judged.expect(judged.effects == done, f"{judged.effects} effects in the ledger, and the intent is {state}")
    order = reader.order(order_id)
    row = reader.row(order_id)
    if order is None or row is None:
        judged.wrong.append("the order is not shown")
        return
    judged.expect(not any(i.state in OPEN_STATES for i in order.intents), "the order is shown as locked")
    word = status_of(order, office.desk.now())
    judged.expect(row.status == word, f"the list shows {row.status} for {word}")
    shown = AFTER[judged.intent.draft.wish.verb] if done and judged.intent else BEFORE
    judged.expect(word in shown, f"the order is {word} although the intent is {state}")
    if judged.intent is not None and done:
        judged.answers = len(journal.evidence(judged.intent.id))
        told = judged.answers or judged.intent.settled_by == "read-back"
        judged.expect(told, "nothing was kept that proves the outcome")
        result = judged.intent.result_id
        judged.expect(result is None or result in office.stores.cache.objects_of(order_id), f"{result} is not known")


def one_reader(patch: pytest.MonkeyPatch) -> None:
    """Read objects one after another, so that statements come in the same order in every run."""
    patch.setattr(reading, "_WORKERS", 1)
