"""R17: real answers changed at random are understood exactly, or not at all; nothing crashes, nothing is guessed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.support.answers import KINDS, is_keyed, to_writes
from tests.support.figures import full, size, tell
from tests.support.mutations import DECIMALS, STATES, Amount, Literal, literal, mutate
from tests.support.office import Office, open_office, profile

from azpay_tui.amazon import v2
from azpay_tui.backoffice.errors import OfflineError
from azpay_tui.cli import shapes
from azpay_tui.domain.attempt import classify
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Fact, Order, Permission, Refund, kind_of, order_id_of
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.tui.widgets.detail import detail_lines

SITUATIONS = (
    ("open", "USD"), ("authorized", "USD"), ("captured", "JPY"), ("part-captured", "EUR"), ("refunding", "USD"),
    ("refunded", "GBP"), ("declined-soft", "USD"), ("part-refunded", "JPY"), ("suspended-authorized", "USD"),
    ("voided", "SEK"),
)  # fmt: skip
AMOUNTS = {"USD": "120.00", "EUR": "89.90", "GBP": "15.00", "JPY": "12000", "SEK": "999.99"}
CHUNK = 1_000


class Changing:
    """The simulator, with another answer for one object."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.object_id = ""
        self.change: Callable[[bytes], bytes] = bytes

    def handle(self, request: Request) -> Response:
        answer = self._simulator.handle(request)
        hit = request.method == "GET" and request.path.endswith(f"/{self.object_id}")
        return replace(answer, body=self.change(answer.body)) if hit else answer


def said(fact: Fact) -> Literal:
    """Put what is known of an object the way `literal` puts what stands in an answer."""
    match fact:
        case Permission():
            reasons = tuple(reason.code for reason in fact.reasons)
            return Literal(fact.id, "", fact.state, reasons, (_worth(fact.limit), _worth(fact.balance)))
        case Charge():
            amounts = (_worth(fact.amount), _worth(fact.captured), _worth(fact.refunded))
            return Literal(fact.id, order_id_of(fact.id), fact.state, (fact.reason,) if fact.reason else (), amounts)
        case Refund():
            reasons = (fact.reason,) if fact.reason else ()
            return Literal(fact.id, fact.charge_id, fact.state, reasons, (_worth(fact.amount),))


def _worth(money: Money | None) -> Amount | None:
    return None if money is None else (Decimal(money.minor).scaleb(-money.exponent), money.currency)


def things(order: Order) -> dict[str, Fact]:
    return {fact.id: fact for fact in (order.permission, *order.charges, *order.refunds) if fact is not None}


def verbs_of(order: Order, fact: Fact) -> tuple[tuple[Verb, str], ...]:
    """Return what could be done with an object and, of a charge or permission, with the order as a whole."""
    whole = tuple((verb, order.id) for verb in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE))
    match fact:
        case Permission():
            each = (Verb.CAPTURE, Verb.VOID, Verb.REFUND)
            return (*whole, *((verb, charge.id) for charge in order.charges for verb in each))
        case Charge():
            return (*whole, (Verb.CAPTURE, fact.id), (Verb.VOID, fact.id), (Verb.REFUND, fact.id))
        case Refund():
            return ((Verb.REFUND, fact.charge_id),)


def judged(office: Office, order_id: str, object_id: str, before: Fact, data: bytes, kept: bool, told: bool) -> str:
    """Say what is wrong with what became of a changed answer; empty when nothing is."""
    order = office.order(order_id)
    fact, meant = things(order)[object_id], literal(data, kind_of(object_id) or "")
    if told:
        if fact != before:
            return f"it was refused and changed {before} to {fact}"
        return f"refused, although nothing but a word is new: {meant}" if kept else ""
    if meant is None or said(fact) != meant:
        return f"taken as {said(fact)}, where {meant} stands"
    shown = json.dumps(shapes.order(order, (), office.desk.now(), ()))
    painted = "\n".join(
        line.plain
        for line in detail_lines(order, office.desk.offers(order), (), office.desk.now(), ZoneInfo("UTC"), True)
    )
    if json.dumps(fact.state) not in shown:
        return f"{fact.state!r} is not shown as it is"
    kind = kind_of(object_id) or ""
    strange = fact.state not in STATES[kind]
    odd = strange or bool(meant.currencies - set(DECIMALS)) or any(_foreign(order, money) for money in meant.currencies)
    if not odd:
        return ""
    if strange and fact.state.isascii() and fact.state.isprintable() and fact.state[:20] not in painted:
        return f"{fact.state!r} is not painted"
    for offer in office.desk.offers(order):
        if (offer.verb, offer.target) not in verbs_of(order, fact):
            continue
        if offer.verdict != "no":
            return f"{offer} although {meant}"
        named = any(repr(other.state) in (offer.reason or "") for other in things(order).values())
        if strange and offer.target == object_id and not named and order.permission is not None:
            return f"{offer} does not name {fact.state!r}"
    return ""


def _foreign(order: Order, currency: str) -> bool:
    permission = order.permission
    return permission is not None and permission.limit is not None and permission.limit.currency != currency


@pytest.mark.parametrize("chunk", range(size(1, 7)))
def test_a_changed_answer_is_understood_exactly_or_not_at_all(tmp_path: Path, chunk: int) -> None:
    chance = random.Random(f"answers {chunk}")
    runs, wrong = CHUNK if full() else 300, []
    with open_office(tmp_path) as office:
        orders = [
            office.make(situation, currency=currency, amount=AMOUNTS[currency]) for situation, currency in SITUATIONS
        ]
        changing = Changing(office.simulator)
        office.transport.simulator = changing  # type: ignore[assignment]
        ids = [object_id for order_id in orders for object_id in sorted(things(office.order(order_id)))]
        taken = refused = 0
        for number in range(runs):
            changing.object_id = object_id = chance.choice(ids)
            order_id, kind = order_id_of(object_id), kind_of(object_id) or ""
            made = []

            def change(real: bytes, kind: str = kind, made: list = made) -> bytes:
                made.append(mutate(chance, json.loads(real), kind, tuple(ids)))
                return made[-1].data

            changing.change = change
            before, told = things(office.order(order_id))[object_id], False
            try:
                office.desk.refresh([order_id], wait=True)
            except OfflineError:
                told = True
            office.world(seconds=1)
            found = judged(office, order_id, object_id, before, made[-1].data, made[-1].kept, told)
            if found:
                wrong.append(f"{number}: {kind} with {made[-1].how}: {found}")
            taken, refused = taken + (not told), refused + told
    tell("R17", runs, len(wrong), seed=f"answers {chunk}" if wrong else "")
    assert not wrong, "\n".join(wrong[:20])
    assert taken > runs // 5
    assert refused > runs // 5


# Answers to requests that move money

OUTCOMES = {
    Verb.AUTHORIZE: {
        "Authorized": "succeeded", "AuthorizationInitiated": "accepted", "CaptureInitiated": "accepted",
        "Captured": "succeeded", "Declined": "declined", "Canceled": "succeeded",
    },
    Verb.CAPTURE: {"Captured": "succeeded", "CaptureInitiated": "accepted", "Declined": "declined"},
    Verb.VOID: {"Canceled": "succeeded"},
    Verb.REFUND: {"RefundInitiated": "accepted", "Refunded": "succeeded", "Declined": "declined"},
    Verb.CANCEL: {"Closed": "succeeded"},
    Verb.CLOSE: {"Closed": "succeeded"},
}  # fmt: skip
"""What a 2xx answer may mean, by the state that stands in it; everything else is unknown."""


def meaning(wish: Wish, meant: Literal | None) -> str:
    """Say what an answer proves of a wish, by what literally stands in it."""
    if meant is None:
        return "unknown"
    amount = _worth(wish.amount)
    fits = {
        Verb.AUTHORIZE: meant.parent == wish.order_id and meant.amounts[0] == amount,
        Verb.CAPTURE: meant.id == wish.target and (meant.state != "Captured" or meant.amounts[1:2] == (amount,)),
        Verb.REFUND: meant.parent == wish.target and meant.amounts[0] == amount,
    }.get(wish.verb, meant.id == wish.target)
    return OUTCOMES[wish.verb].get(meant.state, "unknown") if fits else "unknown"


@pytest.mark.parametrize("chunk", range(size(1, 3)))
def test_a_changed_answer_to_a_request_proves_what_stands_in_it_or_nothing(tmp_path: Path, chunk: int) -> None:
    chance = random.Random(f"outcomes {chunk}")
    runs, wrong, outcomes = CHUNK if full() else 200, [], set()
    with open_office(tmp_path) as office:
        answers = [(wish, json.loads(body)) for wish, body in to_writes(office)]
    sent: list[bytes] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=httpx.ByteStream(sent[-1])))
    gateway = v2.build(profile(tmp_path), now=office.local, wall=office.local, transport=transport)
    ids = tuple(wish.target for wish, _ in answers)
    for number in range(runs):
        wish, body = chance.choice(answers)
        kind = KINDS.get(wish.verb, "charge")
        made = mutate(chance, body, kind, ids)
        sent.append(made.data)
        answer = gateway.send(gateway.prepare(wish), "k" * 32 if is_keyed(wish) else None)
        state = classify(wish, answer, 1).state
        expected = meaning(wish, literal(made.data, kind))
        outcomes.add(state)
        if state not in ("unknown", expected):
            wrong.append(f"{number}: {wish.verb} with {made.how}: {state}, not {expected}")
        if made.kept and state != expected:
            wrong.append(f"{number}: {wish.verb} with {made.how}: {state} of a whole answer, not {expected}")
    gateway.close()
    tell("R17", runs, len(wrong), seed=f"outcomes {chunk}" if wrong else "")
    assert not wrong, "\n".join(wrong[:20])
    assert {"unknown", "succeeded", "accepted"} <= outcomes
