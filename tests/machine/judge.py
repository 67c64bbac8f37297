"""The oracle: what the simulator's ledger and the journal have to say of each other, and what Amazon would refuse."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from azpay_tui.amazon.v2 import requests
from azpay_tui.domain.intent import KEYED_VERBS, OPEN_STATES, Intent, Verb, Wish
from azpay_tui.domain.telling import ALREADY_SO
from azpay_tui.simulator import operations
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.operations import Ask, Desk
from azpay_tui.simulator.records import LedgerEntry
from azpay_tui.simulator.render import charge_json, permission_json, refund_json
from azpay_tui.simulator.wire import ApiError

STATE_ERRORS: Final = frozenset(
    {
        "InvalidChargeStatus",
        "InvalidChargePermissionStatus",
        "TransactionAmountExceeded",
        "TransactionCountExceeded",
        "ResourceNotFound",
        "CurrencyMismatch",
    }
)
"""Refusals that say that the console should have known better; a decline is none of them."""
CLAIMS: Final = frozenset({"succeeded", "accepted"})
DENIES: Final = frozenset({"refused", "abandoned"})


def disagreements(simulator: Simulator, intents: Iterable[Intent], elsewhere: set[tuple[str, str]]) -> Iterator[str]:
    """Compare ledger and journal; `elsewhere` are refunds that others made, as charge and amount.

    Yields a sentence for each effect without its one intent, each intent with two effects, and each settled intent that
    says otherwise than the ledger.
    """
    sent = [intent for intent in intents if intent.attempts]
    effects = [entry for entry in simulator.ledger if entry.effect]
    for (operation, key), many in Counter((entry.operation, _name(entry)) for entry in effects).items():
        if many > 1:
            yield f"{many} effects of {operation} {key}"
    for entry in effects:
        if not any(fits(intent, entry) for intent in sent):
            yield f"no intent for {entry}"
    for intent in sent:
        yield from _settled_wrong(simulator, intent, sent, effects, elsewhere)


def _name(entry: LedgerEntry) -> str | None:
    return entry.idempotency_key or entry.id


def fits(intent: Intent, entry: LedgerEntry) -> bool:
    """Whether an effect is the one that an intent asked for: verb, object, amount, key."""
    wish = intent.draft.wish
    now = wish.capture_now and wish.verb is Verb.AUTHORIZE and entry.operation == "capture"
    if entry.operation != wish.verb and not now:
        return False
    if wish.verb not in KEYED_VERBS:
        return entry.id == wish.target
    amount = wish.amount
    assert amount is not None
    asked = (intent.draft.key, amount.decimal(), amount.currency, wish.order_id)
    return asked == (entry.idempotency_key, entry.amount, entry.currency, entry.permission_id)


def _settled_wrong(
    simulator: Simulator,
    intent: Intent,
    sent: list[Intent],
    effects: list[LedgerEntry],
    elsewhere: set[tuple[str, str]],
) -> Iterator[str]:
    happened = any(fits(intent, entry) for entry in effects)
    wish = intent.draft.wish
    if intent.state in CLAIMS and not happened and intent.reason != ALREADY_SO:
        by_others = wish.verb is Verb.REFUND and (wish.target, str(wish.amount)) in elsewhere
        if not by_others and not _is_so(simulator, wish):
            yield f"{_said(intent)}, and nothing happened"
    if intent.state in DENIES and happened:
        claiming = [other for other in sent if other.id != intent.id and other.state in CLAIMS | OPEN_STATES]
        if not any(other.draft.key == intent.draft.key for other in claiming) and not _done_later(
            intent, claiming, effects
        ):
            yield f"{_said(intent)}, and it happened"


def _done_later(intent: Intent, claiming: list[Intent], effects: list[LedgerEntry]) -> bool:
    """Whether what a person gave up happened only once others had asked for the same: Amazon takes no key for it."""
    if intent.draft.wish.verb in KEYED_VERBS or not (intent.settled_by or "").startswith("person "):
        return False
    again = [other.draft.at for other in claiming if other.draft.at > intent.draft.at and _same(other, intent)]
    return bool(again) and all(
        datetime.fromisoformat(entry.time) >= min(again).replace(microsecond=0)
        for entry in effects
        if fits(intent, entry)
    )


def _same(one: Intent, other: Intent) -> bool:
    return (one.draft.wish.verb, one.draft.wish.target) == (other.draft.wish.verb, other.draft.wish.target)


def _said(intent: Intent) -> str:
    wish = intent.draft.wish
    return (
        f"{intent.id} {wish.verb} {wish.amount or ''} {wish.target}: {intent.state} ({intent.reason}) "
        f"by {intent.settled_by}, {intent.attempts} attempts"
    )


def _is_so(simulator: Simulator, wish: Wish) -> bool:
    """Whether the object is as was wished, whoever made it so; what makes an object and moves money never counts."""
    order = simulator.book.permission(wish.order_id)
    assert order is not None
    if wish.verb in (Verb.CLOSE, Verb.CANCEL):
        return order.state == "Closed"
    charge = next((charge for charge in order.charges if charge.charge_id == wish.target), None)
    if charge is None:
        return False
    if wish.verb is Verb.CAPTURE:
        taken = charge.captured if charge.state == "Captured" else charge.capturing
        return wish.amount is not None and taken == wish.amount.minor
    return wish.verb is Verb.VOID and charge.state == "Canceled"


def refusal(simulator: Simulator, wish: Wish) -> str | None:
    """Return the reason of state for which Amazon would refuse a wish now; nothing is changed by asking."""
    order = simulator.book.permission(wish.order_id)
    assert order is not None
    book = Book(0)
    book.add(copy.deepcopy(order))
    desk = Desk(book, simulator.settings, simulator.clock.now())
    operation: operations.base.Operation = wish.verb.value  # type: ignore[assignment]
    try:
        operations.run(operation, desk, Ask(wish.target, requests.prepare(wish).body))
    except ApiError as error:
        return error.reason if error.reason in STATE_ERRORS else None
    return None


def facts(simulator: Simulator, order_id: str, known: Iterable[str]) -> dict[str, object]:
    """Return what Amazon would say now of an order and of its `known` objects: states, reasons, sums, balance."""
    order = simulator.book.permission(order_id)
    assert order is not None
    ids = set(known)
    now, settings = simulator.clock.now(), simulator.settings
    found: dict[str, object] = {}  # by id: its status first, then its sums
    shown = permission_json(order, settings, now)
    limits = shown["limits"]
    assert isinstance(limits, dict)
    found[order_id] = _status(shown), limits["amountBalance"]
    for charge in order.charges:
        if charge.charge_id in ids:
            said = charge_json(order, charge, settings)
            found[charge.charge_id] = _status(said), said["captureAmount"], said["refundedAmount"]
        for refund in charge.refunds:
            if refund.refund_id in ids:
                found[refund.refund_id] = (_status(refund_json(order, refund)),)
    return found


_CONFIRMING: Final = frozenset(
    {("RefundInitiated", "Refunded"), ("CaptureInitiated", "Captured"), ("AuthorizationInitiated", "Authorized")}
)


def confirms(before: dict[str, object], after: dict[str, object]) -> bool:
    """Whether a change may be nothing but the progress of something that this shop began."""
    changed = [(before[name], after[name]) for name in before if before[name] != after[name]]
    words = [(old[0][0], new[0][0]) for old, new in changed if isinstance(old, tuple) and isinstance(new, tuple)]
    return any(pair in _CONFIRMING for pair in words)


def _status(shown: dict[str, object]) -> tuple[object, ...]:
    details = shown["statusDetails"]
    assert isinstance(details, dict)
    reasons = details.get("reasons") or []
    return details["state"], details.get("reasonCode"), tuple(reason["reasonCode"] for reason in reasons)


def objects(order: Order) -> list[str]:
    """Return the ids of an order's objects: the permission, its charges, their refunds."""
    return [order.permission_id, *order.charge_ids(), *order.refund_ids()]
