"""The real client and the simulator, whose wire code is its own, understand each other in every operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.amazon.conftest import KEY_ID, NOW, Settings
from tests.simulator import signer
from tests.support.inline import InlineTransport, control

from azpay_tui.amazon.v2 import V2Gateway, build
from azpay_tui.domain.attempt import Answer, classify
from azpay_tui.domain.intent import MONEY_VERBS, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Permission, Refund
from azpay_tui.simulator.core import Simulator

PLAIN_KEY_ID = "AHEXAMPLEPUBKEY0000000001"
KEYED = (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND)


class World:
    def __init__(self, simulator: Simulator, settings: Settings) -> None:
        self.simulator = simulator
        self.line = InlineTransport(simulator)
        self.now: datetime = NOW
        self.gateway: V2Gateway = build(settings, now=lambda: self.now, wall=lambda: NOW, transport=self.line)
        self._keys = iter(range(1000))

    def order(self, situation: str, **more: Any) -> dict[str, Any]:
        made = control(self.simulator, "POST", "/_sim/orders", [{"situation": situation, **more}])
        assert isinstance(made, list)
        return made[0]

    def fault(self, fault: str, operation: str, **more: Any) -> None:
        control(self.simulator, "POST", "/_sim/faults", {"match": {"operation": operation}, "fault": fault, **more})

    def send(self, wish: Wish, key: str | None = None) -> Answer:
        key = key or f"key-{next(self._keys)}"
        return self.gateway.send(self.gateway.prepare(wish), key if wish.verb in KEYED else None)

    def effects(self) -> list[tuple[str, str | None]]:
        entries = control(self.simulator, "GET", "/_sim/ledger")
        assert isinstance(entries, list)
        return [(entry["operation"], entry["amount"]) for entry in entries if entry["effect"]]


@pytest.fixture(params=[KEY_ID, PLAIN_KEY_ID], ids=["key with environment", "key without"])
def world(request: pytest.FixtureRequest, key: rsa.RSAPrivateKey, settings: Settings) -> Iterator[World]:
    public = key.public_key()
    simulator = Simulator({KEY_ID: public, PLAIN_KEY_ID: public}, seed=7, base=lambda: NOW)
    made = World(simulator, replace(settings, public_key_id=request.param))
    yield made
    made.gateway.close()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def wishes(world: World) -> dict[Verb, Wish]:
    """Return one wish for each verb, valid in this world."""
    authorized, captured = world.order("authorized"), world.order("captured")
    to_cancel, to_close, opened = world.order("open"), world.order("part-captured"), world.order("open")
    charge = authorized["charge_ids"][0]
    void = world.order("authorized")
    return {
        Verb.AUTHORIZE: Wish(Verb.AUTHORIZE, opened["permission_id"], opened["permission_id"], usd(500)),
        Verb.CAPTURE: Wish(Verb.CAPTURE, authorized["permission_id"], charge, usd(5000)),
        Verb.VOID: Wish(Verb.VOID, void["permission_id"], void["charge_ids"][0]),
        Verb.REFUND: Wish(Verb.REFUND, captured["permission_id"], captured["charge_ids"][0], usd(250)),
        Verb.CANCEL: Wish(Verb.CANCEL, to_cancel["permission_id"], to_cancel["permission_id"]),
        Verb.CLOSE: Wish(Verb.CLOSE, to_close["permission_id"], to_close["permission_id"]),
    }


OUTCOME = {Verb.REFUND: "accepted"}


def test_every_verb_has_its_one_effect(world: World) -> None:
    for verb, wish in wishes(world).items():
        before = world.effects()
        answer = world.send(wish)
        assert answer.kind == "answered", answer
        assert answer.request_id
        assert classify(wish, answer, 1).state == OUTCOME.get(verb, "succeeded"), (verb, answer)
        amount = None if wish.amount is None else wish.amount.decimal()
        assert world.effects() == [*before, (verb.value, amount)]


def test_authorize_and_capture_at_once(world: World) -> None:
    order = world.order("open")["permission_id"]
    wish = Wish(Verb.AUTHORIZE, order, order, usd(12000), capture_now=True)
    answer = world.send(wish)
    assert isinstance(answer.fact, Charge)
    assert (answer.fact.state, answer.fact.captured) == ("Captured", usd(12000))
    assert classify(wish, answer, 1).state == "succeeded"


def test_every_kind_of_object_is_read(world: World) -> None:
    order = world.order("part-refunded", number="1001", buyer_name="Ada [/x]", buyer_email="ada@buyer.example")
    for object_id, kind in (
        (order["permission_id"], Permission),
        (order["charge_ids"][0], Charge),
        (order["refund_ids"][0], Refund),
    ):
        answer = world.gateway.read(object_id)
        assert isinstance(answer.fact, kind), answer
        assert answer.server_date == NOW
    permission = world.gateway.read(order["permission_id"]).fact
    assert isinstance(permission, Permission)
    assert (permission.reference, permission.kind) == ("1001", "OneTime")
    assert permission.buyer is not None
    assert permission.buyer.name == "Ada [/x]"


@pytest.mark.parametrize(("kind", "limit"), [("OneTime", 5_000), ("Recurring", 100_000)])
def test_what_a_checkout_made_is_read(world: World, kind: str, limit: int) -> None:
    world.simulator.keys[signer.KEY_ID] = signer.private_key().public_key()
    shop = signer.World(world.simulator)
    price = {"amount": "20.00", "currencyCode": "USD"}
    total = {"amount": "50.00", "currencyCode": "USD"}
    urls = {"checkoutReviewReturnUrl": "https://shop.example/r", "checkoutResultReturnUrl": "https://shop.example/d"}
    payload: dict[str, Any] = {
        "storeId": "shop",
        "webCheckoutDetails": urls,
        "chargePermissionType": kind,
        "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": price, "totalOrderAmount": total},
    }
    if kind == "Recurring":
        payload["recurringMetadata"] = {"frequency": {"unit": "Month", "value": "1"}}
    session = signer.body(shop.send("POST", "/v2/checkoutSessions", payload), 201)["checkoutSessionId"]
    control(world.simulator, "POST", "/_sim/acts", {"act": "approve-session", "id": session})
    amounts = {"chargeAmount": price, "totalOrderAmount": total}
    done = signer.body(shop.send("POST", f"/v2/checkoutSessions/{session}/complete", amounts), 200)
    permission = world.gateway.read(done["chargePermissionId"]).fact
    assert isinstance(permission, Permission)
    assert (permission.kind, permission.limit, permission.reference) == (kind, usd(limit), None)
    assert permission.buyer is not None
    charge = world.gateway.read(done["chargeId"]).fact
    assert isinstance(charge, Charge)
    assert (charge.state, charge.amount) == ("Authorized", usd(2_000))


SITUATIONS = [
    "open", "pending", "authorized", "lapsed", "capturing", "part-captured", "captured", "closed-authorized",
    "suspended-authorized", "suspended", "declined-soft", "declined-hard", "rejected", "voided", "canceled",
    "part-refunded", "refunded", "refund-cap", "refunding", "refund-declined", "unknown",
]  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_every_situation_is_readable(world: World, situation: str, currency: str) -> None:
    order = world.order(situation, currency=currency, amount="12000")
    for object_id in (order["permission_id"], *order["charge_ids"], *order["refund_ids"]):
        answer = world.gateway.read(object_id)
        assert answer.fact is not None, answer


def test_unknown_object_is_404(world: World) -> None:
    for object_id in ("S01-0000000-0000000", "S01-0000000-0000000-C000000", "S01-0000000-0000000-R000000"):
        answer = world.gateway.read(object_id)
        assert (answer.status, answer.reason_code) == (404, "ResourceNotFound")


def test_replay_has_one_effect_and_the_same_answer(world: World) -> None:
    for verb, wish in wishes(world).items():
        first = world.send(wish, "k" + verb)
        effects = world.effects()
        second = world.send(wish, "k" + verb)
        if verb in KEYED:
            assert second.fact == first.fact
        assert world.effects() == effects


def test_same_key_with_another_body_is_refused(world: World) -> None:
    wish = wishes(world)[Verb.REFUND]
    world.send(wish, "k1")
    answer = world.send(replace(wish, amount=usd(251)), "k1")
    assert (answer.status, answer.reason_code) == (400, "DuplicateIdempotencyKey")
    assert classify(wish, answer, 1).state == "unknown"


BEFORE = {"stall-before": "lost", "close-before": "lost", "reset-before": "lost"}
AFTER = {
    "stall-after": "lost",
    "close-after": "lost",
    "reset-after": "lost",
    "truncate": "lost",
    "drip": "lost",
    "garbage": "answered",
    "unknown-state": "answered",
}


@pytest.mark.parametrize("verb", MONEY_VERBS)
@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_no_fault_is_ever_called_failed(world: World, verb: Verb, fault: str) -> None:
    """Ten faults, effect or not: unknown; the replay with the same key and bytes settles it with one effect."""
    wish = wishes(world)[verb]
    world.fault(fault, verb.value, **({"seconds": 1} if fault == "drip" else {}))
    answer = world.send(wish, "k1")
    assert answer.kind == (BEFORE | AFTER)[fault], answer
    assert classify(wish, answer, 1).state == "unknown"
    assert len(world.effects()) == (1 if fault in AFTER else 0)
    again = world.send(wish, "k1")
    assert len(world.effects()) == 1
    if verb in KEYED:
        assert classify(wish, again, 2).state == OUTCOME.get(verb, "succeeded"), again


@pytest.mark.parametrize(("status", "state"), [(500, "unknown"), (503, "unknown"), (408, "unknown"), (302, "unknown")])
def test_status_faults(world: World, status: int, state: str) -> None:
    wish = wishes(world)[Verb.CAPTURE]
    world.fault("status", "capture", code=status)
    assert classify(wish, world.send(wish), 1).state == state


def test_throttled(world: World) -> None:
    wish = wishes(world)[Verb.CAPTURE]
    world.fault("throttle", "capture", retry_after=3600)
    answer = world.send(wish)
    assert (answer.status, answer.retry_after) == (429, timedelta(hours=1))
    assert classify(wish, answer, 1).state == "later"
    assert world.send(wish).kind == "unsent"
    assert world.effects() == []


def test_no_connection(world: World) -> None:
    wish = wishes(world)[Verb.REFUND]
    world.line.reachable = False
    assert classify(wish, world.send(wish), 1).state == "unsent"
    assert world.gateway.read(wish.target).kind == "unsent"
    assert world.line.requests == []


def test_a_read_survives_one_broken_connection(world: World) -> None:
    order = world.order("captured")
    for fault in ("reset-before", "close-after", "truncate"):
        world.fault(fault, "get-permission")
        assert world.gateway.read(order["permission_id"]).fact is not None


@pytest.mark.parametrize("minutes", [-60, 60])
def test_wrong_clock_is_refused_and_the_answer_says_so(world: World, minutes: int) -> None:
    wish = wishes(world)[Verb.CAPTURE]
    control(world.simulator, "PATCH", "/_sim/settings", {"clock_skew_seconds": minutes * 60})
    answer = world.send(wish, "k1")
    assert (answer.status, answer.reason_code) == (403, "InvalidRequestSignature")
    assert classify(wish, answer, 1).state == "clock"
    assert answer.server_date is not None
    world.now = answer.server_date
    assert classify(wish, world.send(wish, "k1"), 2).state == "succeeded"
    assert len(world.effects()) == 1


def test_foreign_key_is_refused_once(world: World, settings: Settings) -> None:
    stranger = build(
        replace(settings, public_key_id="SANDBOX-STRANGER"), now=lambda: NOW, wall=lambda: NOW, transport=world.line
    )
    answer = stranger.read("S01-0000000-0000000")
    assert (answer.status, len(world.line.requests)) == (401, 1)
    stranger.close()


def test_dates_are_of_the_corrected_clock(world: World) -> None:
    world.now = datetime(2026, 1, 15, 12, 38, 0, tzinfo=UTC)
    world.gateway.read("S01-0000000-0000000")
    assert world.line.requests[0].header("x-amz-pay-date") == "20260115T123800Z"
