"""Where nothing may be sent, nothing is: by no verb, no recovery and no decision, in each environment, for each reason.

Each way into the back office is tried on a copy of a shop with an intent in every state that recovery looks at.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from tests.support.figures import full, tell
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain.intent import MONEY_VERBS, IntentDraft, Verb
from azpay_tui.store.errors import StoreError
from azpay_tui.store.sqlite import CACHE_SCHEMA, JOURNAL_SCHEMA

Environment = Literal["simulator", "sandbox", "live"]
SITUATIONS = {
    Verb.AUTHORIZE: "open",
    Verb.CAPTURE: "authorized",
    Verb.VOID: "authorized",
    Verb.REFUND: "captured",
    Verb.CANCEL: "authorized",
    Verb.CLOSE: "part-captured",
}
REASONS = ("told so", "newer-journal", "newer-cache")
Way = Callable[[Office], object]


class Shop:
    """A shop in which something of everything is open, made by a console that may act."""

    def __init__(self, directory: Path, environment: Environment) -> None:
        self.directory, self.environment = directory, environment
        self.ready: dict[Verb, Ready] = {}
        # The simulator has no orders in the live environment: there the shop is one that was made for another one.
        made_in: Environment = "simulator" if environment == "live" else environment
        with open_office(directory, environment=made_in) as office:
            self.simulator, self.local = office.simulator, office.local
            for verb, situation in SITUATIONS.items():
                accept = office.make(situation)
                self.ready[verb] = office.ready(accept, verb)
            self.open = [self._unknown(office), self._left(office, sent=True), self._left(office, sent=False)]
            self.open.append(self._attention(office))
        if environment == "live":
            with closing(sqlite3.connect(directory / "data" / "journal.db")) as connection, connection:
                connection.execute("UPDATE meta SET value = replace(value, 'simulator', 'live') WHERE name = 'place'")
                connection.execute("UPDATE intent SET environment = 'live'")

    def _unknown(self, office: Office) -> str:
        order_id = office.make("captured")
        office.fault("refund", "reset-before", times=4)
        intent = office.act(order_id, Verb.REFUND, "10.00")
        assert intent.state == "unknown"
        return intent.id

    def _left(self, office: Office, *, sent: bool) -> str:
        """Leave what a process that died leaves."""
        ready = office.ready(office.make("authorized"), Verb.CAPTURE)
        draft = IntentDraft(
            ready.wish, office.desk.profile.place, ready.prepared, ready.base, ready.counter, ready.key, ready.seen,
            "ops", "s-gone", office.desk.now(),
        )  # fmt: skip
        intent = office.stores.journal.open_intent(draft)
        if sent:
            office.stores.journal.start_attempt(intent.id, office.desk.now())
        return str(intent.id)

    def _attention(self, office: Office) -> str:
        intent_id = self._unknown(office)
        office.stores.journal.move(intent_id, "attention", "nobody knows", "rule", office.desk.now())
        return intent_id


ENVIRONMENTS = ("simulator", "sandbox", "live") if full() else ("simulator", "live")


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp(request.param), request.param)


def ways(shop: Shop) -> Iterator[tuple[str, Way]]:
    """Yield every way into the back office that could send something or settle something."""
    for verb in MONEY_VERBS:
        ready = shop.ready[verb]
        yield f"check {verb}", lambda office, ready=ready: office.desk.check(ready.wish)
        yield f"submit {verb}", lambda office, ready=ready: _submit(office, ready)
    yield "resume all", lambda office: office.desk.resume()
    yield "start", lambda office: office.desk.start()
    yield "sync", lambda office: office.desk.sync_once()
    yield "sync all", lambda office: office.desk.sync_once(all_=True)
    for intent_id in shop.open:
        yield f"resume {intent_id}", lambda office, one=intent_id: office.desk.resume(one)
        yield f"refresh {intent_id}", lambda office, one=intent_id: _refresh(office, one)
        for outcome in ("succeeded", "refused", "abandoned"):
            yield (
                f"settle {intent_id} {outcome}",
                lambda office, one=intent_id, as_=outcome: office.desk.settle(one, as_, "why"),
            )


def _submit(office: Office, ready: Ready) -> None:
    intent = office.desk.submit(ready, ready.offer.warnings)
    office.desk.wait(intent.id, 30)


def _refresh(office: Office, intent_id: str) -> None:
    order_id = office.desk.dossier(intent_id).intent.draft.wish.order_id
    office.desk.refresh([order_id], wait=True)


def forbid(directory: Path, reason: str) -> str | None:
    """Arrange a reason for which nothing may be sent; returns the sentence of those that somebody chose."""
    newer = {"newer-journal": ("journal.db", JOURNAL_SCHEMA), "newer-cache": ("cache.db", CACHE_SCHEMA)}
    if reason not in newer:
        return f"Read-only: {reason}."
    name, schema = newer[reason]
    with closing(sqlite3.connect(directory / "data" / name)) as connection:
        connection.execute(f"PRAGMA user_version = {schema + 1}")
    return None


@pytest.mark.parametrize("reason", REASONS)
def test_nothing_is_sent_and_nothing_settled(shop: Shop, reason: str, tmp_path: Path) -> None:
    directory = tmp_path / "copy"
    shutil.copytree(shop.directory, directory)
    sentence = forbid(directory, reason)
    journal = directory / "data" / "journal.db"
    before = journal.read_bytes()
    tried, broken, silent = 0, [], []
    with open_office(
        directory, shop.simulator, local=shop.local, read_only=sentence, environment=shop.environment
    ) as office:
        for name, way in ways(shop):
            tried += 1
            try:
                way(office)
            except (BackOfficeError, StoreError) as error:
                if not str(error):
                    silent.append(name)
            if any(request.method != "GET" for request in office.transport.requests):
                broken.append(name)
                office.transport.requests.clear()
    # What was started in the background has ended by now.
    if any(request.method != "GET" for request in office.transport.requests):
        broken.append("the background")
    if journal.read_bytes() != before:
        broken.append("the journal changed")
    said = f"{shop.environment}, {reason}: ways into the back office"
    tell("S9", tried, len(broken), seed=", ".join(broken), says=said)
    assert not broken
    assert not silent
    assert tried > 30


# The simulator knows no orders of the live environment.
@pytest.mark.parametrize("shop", [name for name in ENVIRONMENTS if name != "live"], indirect=True)
def test_the_same_ways_do_send_where_something_may_be_sent(shop: Shop, tmp_path: Path) -> None:
    """So the test above can fail."""
    directory = tmp_path / "copy"
    shutil.copytree(shop.directory, directory)
    sent = set()
    with open_office(directory, shop.simulator, local=shop.local, environment=shop.environment) as office:
        for name, way in ways(shop):
            try:
                way(office)
            except BackOfficeError:
                continue
            if any(request.method != "GET" for request in office.transport.requests):
                sent.add(name.split()[0])
            office.transport.requests.clear()
    assert {"submit", "resume"} <= sent
