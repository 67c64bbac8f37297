"""Several admins on one journal: one wins each order, every other is told who and when, and nothing else is said."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from tests.storage.processes import started
from tests.store.making import NOW, open_at
from tests.support.figures import size, tell
from tests.support.office import Hands, Office, open_office

from azpay_tui.backoffice.errors import BusyError
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import written
from azpay_tui.simulator.wire import Request

RIVALS = 8


def test_of_eight_processes_one_gets_each_order_and_the_others_hear_who_and_when(place: Path) -> None:
    rounds = size(25, 1000)
    stores = open_at(place / "data")
    wrong: list[str] = []
    winners: set[int] = set()
    with started("arena.py", place / "data", RIVALS, rounds) as arena:
        for number in range(1, rounds + 1):
            said = json.loads(arena.hear())
            won = [n for n, words in enumerate(said) if words.startswith("won ")]
            if len(won) != 1:
                wrong.append(f"round {number}: {len(won)} won: {said}")
                continue
            winners.update(won)
            told = f"admin-{won[0]} confirmed capture I-{number:06d} at {written(NOW + timedelta(seconds=won[0]))}"
            others = [words for n, words in enumerate(said) if n != won[0]]
            wrong += [f"round {number}: {w}" for w in others if not w.startswith("lost ") or told not in w]
    intents = stores.journal.intents(limit=2 * rounds)
    if len(intents) != rounds or len({i.draft.wish.order_id for i in intents}) != rounds:
        wrong.append(f"{len(intents)} intents after {rounds} rounds")
    broken = stores.journal.verify()
    stores.close()
    says = f"{RIVALS} processes, {len(winners)} of them won, {rounds * (RIVALS - 1) - len(wrong)} told who and when"
    tell("R8", rounds, len(wrong), seed=wrong[0] if wrong else "", says=says)
    assert wrong == []
    assert broken is None
    assert len(winners) > 1, "they never met: the test proves nothing"


class Gate:
    """Holds write requests back until everybody has confirmed."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, request: Request) -> None:
        if request.method != "GET":
            assert self.open.wait(60)


def confirm(office: Office, ready: Ready, together: threading.Barrier, said: list[str]) -> None:
    together.wait(60)
    try:
        office.desk.submit(ready, ready.offer.warnings)
    except BusyError as error:
        said.append(f"lost {error}")
    except Exception as error:
        said.append(f"other {error!r}")
    else:
        said.append("won")


def test_of_eight_desks_one_captures_and_the_others_hear_who(place: Path) -> None:
    rounds = size(2, 50)
    wrong: list[str] = []
    with ExitStack() as stack:
        first = stack.enter_context(open_office(place, local=Hands(), person="admin-0"))
        desks = [first]
        for number in range(1, RIVALS):
            person = f"admin-{number}"
            desks.append(stack.enter_context(open_office(place, first.simulator, local=first.local, person=person)))
        for number in range(rounds):
            order_id = first.make("authorized", amount="120.00")
            readies = [office.ready(order_id, Verb.CAPTURE) for office in desks]
            gate, together, said = Gate(), threading.Barrier(RIVALS), list[str]()
            for office in desks:
                office.transport.before = gate
            threads = [
                threading.Thread(target=confirm, args=(office, ready, together, said))
                for office, ready in zip(desks, readies, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            gate.open.set()
            (intent,) = first.desk.intents(order_id=order_id)
            winner = next(office for office in desks if office.desk.profile.person == intent.draft.person)
            intent = winner.desk.wait(intent.id, 60)
            told = f"{intent.draft.person} confirmed capture {intent.id} at {written(intent.draft.at)}"
            losers = [words for words in said if words.startswith("lost ") and told in words]
            effects = [e for e in first.sim("GET", "/_sim/ledger") if e["permission_id"] == order_id and e["effect"]]
            if (said.count("won"), len(losers), len(effects), intent.state) != (1, RIVALS - 1, 1, "succeeded"):
                wrong.append(f"round {number}: {sorted(said)}, {len(effects)} effects, {intent.state}")
            for office in desks:
                office.transport.before = None
    tell("R8", rounds, len(wrong), seed=wrong[0] if wrong else "", says=f"{RIVALS} whole desks")
    assert wrong == []
