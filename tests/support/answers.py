"""What Amazon answers for real: to each of the six verbs, and to a read of each kind of object."""

from __future__ import annotations

from tests.support.office import Office

from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.order import ObjectKind, kind_of

KINDS: dict[Verb, ObjectKind] = {Verb.REFUND: "refund", Verb.CANCEL: "permission", Verb.CLOSE: "permission"}
"""What a request is answered with; a charge where nothing is said."""
_PLAN = (
    (Verb.AUTHORIZE, "open", "12.00"), (Verb.CAPTURE, "authorized", "12.00"), (Verb.VOID, "authorized", None),
    (Verb.REFUND, "captured", "12.00"), (Verb.CANCEL, "open", None), (Verb.CLOSE, "part-captured", None),
)  # fmt: skip


def to_writes(office: Office) -> list[tuple[Wish, bytes]]:
    """Do each of the six once; returns the wishes, each with the body it was answered with."""
    found: list[tuple[Wish, bytes]] = []
    bodies: list[bytes] = []
    office.transport.after = lambda asked, answer: bodies.append(answer.body) if asked.method != "GET" else None
    for verb, situation, amount in _PLAN:
        wish = office.wish(office.make(situation), verb, amount)
        ready = office.desk.check(wish)
        office.desk.wait(office.desk.submit(ready, ready.offer.warnings).id, 60)
        found.append((wish, bodies[-1]))
    office.transport.after = None
    return found


def to_reads(office: Office) -> list[tuple[str, bytes]]:
    """Read an order with everything in it; returns one id of each kind, with the body it was answered with."""
    bodies: dict[str, bytes] = {}
    order_id = office.make("part-refunded")
    office.transport.after = lambda asked, answer: bodies.update({asked.path.rpartition("/")[2]: answer.body})
    office.desk.refresh([order_id], wait=True)
    office.transport.after = None
    return list({kind_of(object_id): (object_id, body) for object_id, body in bodies.items()}.values())


def is_keyed(wish: Wish) -> bool:
    """Whether the request of a wish has an idempotency key."""
    return wish.verb in (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND)
