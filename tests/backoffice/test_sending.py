"""What is sent is what was stored, and it is sent whoever confirmed it and wherever they went."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from tests.support.figures import tell
from tests.support.office import Hands, Office, open_office

from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.simulator.wire import Request


def test_a_repetition_sends_the_bytes_that_were_stored(tmp_path: Path) -> None:
    """The next version of azpay may build another body for the same wish; under the same key Amazon refuses that."""
    hands = Hands()
    with open_office(tmp_path, local=hands) as office:
        order_id = office.make("captured")
        draft = office.desk.works.checker.draft(
            office.ready(order_id, Verb.REFUND, "10.00"), (), "ops", office.stores.session.id
        )
        body = draft.prepared.body.replace(b":", b": ")
        assert body != draft.prepared.body
        stored = replace(draft, prepared=replace(draft.prepared, body=body))
        intent = office.stores.journal.open_intent(stored)
        office.stores.journal.start_attempt(intent.id, hands())
        simulator = office.simulator
    hands.advance(seconds=30)
    with open_office(tmp_path, simulator, local=hands) as later:
        later.desk.sync_once()
        sent = [request.body for request in later.transport.requests if request.method == "POST"]
        tell("R9", len(sent), sum(one != body for one in sent))
        assert sent == [body]
        assert later.desk.wait(intent.id, 0).state == "accepted"


def test_what_was_confirmed_is_sent_although_whoever_confirmed_it_is_gone(office: Office) -> None:
    """A dialog closes when it was confirmed, and with it ends the thread in which the console handed the wish over."""
    order_id = office.make("captured")
    ready = office.ready(order_id, Verb.REFUND, "10.00")
    confirmed: list[Intent] = []
    screen = threading.Thread(target=lambda: confirmed.append(office.desk.submit(ready)))

    def wait_for_its_end(request: Request) -> None:
        screen.join(60)

    office.transport.before = wait_for_its_end
    screen.start()
    screen.join(60)
    intent = office.desk.wait(confirmed[0].id, 60)
    tell("R3", 1, int(intent.state != "accepted"))
    assert intent.state == "accepted"
    assert len(office.effects()) == 1
