"""The identity of a wish on the wire: the same wish on the same observed state has the same key."""

from __future__ import annotations

import hashlib

from azpay_tui.domain import states
from azpay_tui.domain.intent import Place, Verb, Wish
from azpay_tui.domain.order import Order, kind_of


def key_base(place: Place, wish: Wish, order: Order) -> str:
    """Hash what makes a wish this one and no other: where, what, on which object, how much, and the totals seen.

    Totals seen are captured, the sum of refunds not declined, and the number of refunds known by id; for an
    authorization also the number of charges known by id, so that a second equal one after a void is a new wish.
    The same wish on the same observed state has the same hash on every host and after a lost journal.
    """
    charges = [c for c in order.charges if wish.verb is Verb.AUTHORIZE or c.id == wish.target]
    refunds = [r for r in order.refunds if wish.verb is Verb.AUTHORIZE or r.charge_id == wish.target]
    own = [i for i in order.intents if i.verb == Verb.REFUND and i.result_id and i.target == wish.target]
    ids = {r.id for r in refunds} | {i.result_id for i in own}
    captured = sum(c.captured.minor for c in charges if c.captured is not None)
    refunded = sum(r.amount.minor for r in refunds if r.state != states.DECLINED)
    refunded += sum(i.amount.minor for i in own if i.amount and i.result_id not in {r.id for r in refunds})
    made = {c.id for c in charges} | {i for i in order.unread if kind_of(i) == "charge"}
    made |= {i.result_id for i in order.intents if i.verb == Verb.AUTHORIZE and i.result_id}
    parts = (
        place.environment,
        place.region,
        place.merchant,
        wish.verb,
        wish.target,
        str(wish.amount.minor) if wish.amount else "",
        wish.amount.currency if wish.amount else "",
        "capture-now" if wish.capture_now else "",
        "pending" if wish.pending_allowed else "",
        f"captured {captured}",
        f"refunded {refunded}",
        f"refunds {len(ids)}",
        f"charges {len(made)}" if wish.verb is Verb.AUTHORIZE else "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def derive_key(base: str, counter: int) -> str:
    """Make the idempotency key: 32 hexadecimal digits, Amazon's limit (API guide, idempotency)."""
    return hashlib.sha256(f"{base}\n{counter}".encode()).hexdigest()[:32]
