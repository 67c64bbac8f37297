"""Schedules: every crash point with every fault for short sequences of requests, and one more for every seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tests.schedules.schedule import FLAWS, PLACES, Crash, Fault, Schedule, Step, Switches

from azpay_tui.domain.intent import Verb

WORLDS: Final[tuple[Switches, ...]] = (
    (),
    (("errors_saved_with_key", True),),
    (("pending_refunds_counted", True),),
    (("charge_in_progress_blocks", True),),
    (("open_charges_reduce_balance", True),),
    (("capture_after_close", False),),
    (("declined_refunds_counted", True), ("refunds_per_charge", 2)),
    (("ended_charges_counted", False),),
    (("capture_initiated_status", 202), ("pending_charge_status", 202)),
    (("closure_reason", "MerchantCanceled"),),
    (("rejected_capture_refused", True), ("declined_refunds_free_amount", False)),
    (("delay_seconds", 0),),
    (("errors_saved_with_key", True), ("pending_refunds_counted", True), ("open_charges_reduce_balance", True)),
)
"""Each point that Amazon's documents leave open and that concerns money, both ways, and some together."""

_Request = tuple[Verb, int | None, bool]
_AUTHORIZE: Final[_Request] = (Verb.AUTHORIZE, 4000, False)
_CHARGE: Final[_Request] = (Verb.AUTHORIZE, 4000, True)
_CAPTURE: Final[_Request] = (Verb.CAPTURE, 3000, False)
_VOID: Final[_Request] = (Verb.VOID, None, False)
_REFUND: Final[_Request] = (Verb.REFUND, 1000, False)
_CANCEL: Final[_Request] = (Verb.CANCEL, None, False)
_CLOSE: Final[_Request] = (Verb.CLOSE, None, False)

SEQUENCES: Final[tuple[tuple[str, tuple[_Request, ...]], ...]] = (
    ("open", (_AUTHORIZE,)),
    ("open", (_CHARGE,)),
    ("open", (_CLOSE,)),
    ("authorized", (_CAPTURE,)),
    ("authorized", (_VOID,)),
    ("authorized", (_CANCEL,)),
    ("authorized", (_CLOSE,)),
    ("captured", (_REFUND,)),
    ("open", (_AUTHORIZE, _CAPTURE)),
    ("open", (_AUTHORIZE, _VOID)),
    ("open", (_CHARGE, _CHARGE)),
    ("authorized", (_CAPTURE, _REFUND)),
    ("authorized", (_CLOSE, _CAPTURE)),
    ("authorized", (_VOID, _AUTHORIZE)),
    ("captured", (_REFUND, _REFUND)),
    ("open", (_AUTHORIZE, _CAPTURE, _REFUND)),
    ("open", (_AUTHORIZE, _VOID, _AUTHORIZE)),
    ("authorized", (_CAPTURE, _REFUND, _REFUND)),
    ("captured", (_REFUND, _REFUND, _REFUND)),
)
"""What an order is like at first and what is asked for, up to three requests."""


WORLDS_EACH: Final = 3
"""So many of the worlds each sequence is carried out in."""


def enumerated() -> Iterator[Schedule]:
    """Yield every sequence with every fault at the last of its requests, once and for good, with effect and without.

    Each stands for as many more as its last step comes to places: a crash at each of them (`run.branches`). Those that
    share sequence and world follow one another and have one seed, so that they share the states that they come to.
    """
    for family in range(len(SEQUENCES) * WORLDS_EACH):
        situation, requests = SEQUENCES[family % len(SEQUENCES)]
        for fault in _EVERY_FAULT:
            steps = [Step("act", 0, verb, amount, now) for verb, amount, now in requests]
            steps[-1] = replace(steps[-1], faults=(fault,))
            yield Schedule(family, situation, WORLDS[family % len(WORLDS)], steps=tuple(steps))


_EVERY_FAULT: Final = tuple(
    Fault(name, effect, times) for name, flaw in FLAWS.items() for effect in flaw.effects for times in (1, 9)
)
FAMILY: Final = len(_EVERY_FAULT)
"""So many follow one another."""


_OUTSIDE: Final = (
    "approve", "decline", "refuse", "suspend", "repair", "charge-elsewhere", "capture-elsewhere", "refund-elsewhere",
    "void-elsewhere", "close-elsewhere", "expire",
)  # fmt: skip
_SITUATIONS: Final = {
    "open": (_AUTHORIZE, _CHARGE, _CLOSE),
    "pending": (_VOID, _CANCEL),
    "authorized": (_CAPTURE, _VOID, _CANCEL, _CLOSE),
    "closed-authorized": (_CAPTURE, _VOID),
    "part-captured": (_REFUND, _AUTHORIZE, _CLOSE),
    "captured": (_REFUND,),
    "part-refunded": (_REFUND,),
    "refunding": (_REFUND,),
    "voided": (_AUTHORIZE, _CHARGE),
}
_SPANS: Final = (1, 5, 40, 60, 600, 870, 930, 1200, 3700, 90_000, 700_000)


def drawn(seed: int) -> Schedule:
    """Return the schedule that a seed names."""
    source = random.Random(seed)
    situation = source.choice(tuple(_SITUATIONS))
    hosts = source.choice((1, 1, 2))
    skews = (0, 0)
    if source.random() < 0.3:
        skews = (source.choice((-3600, -1800, 0, 1800, 3600)), source.choice((-3600, 0, 3600)))
    steps: list[Step] = []
    for _ in range(source.choice((1, 1, 2, 2, 3))):
        steps += _some(source, situation)
    healer = source.choice(("resume", "sync", "start"))
    return Schedule(seed, situation, source.choice(WORLDS), hosts, skews, tuple(steps), healer)


def _some(source: random.Random, situation: str) -> list[Step]:
    """Draw a request with what goes on around it."""
    who = source.choice((0, 0, 0, 1))
    verb, amount, now = source.choice(
        _SITUATIONS[situation] if source.random() < 0.7 else (_AUTHORIZE, _CAPTURE, _REFUND, _VOID, _CANCEL, _CLOSE)
    )
    found: list[Step] = []
    if source.random() < 0.1:
        found.append(Step("storm", seconds=60))
    if source.random() < 0.1:
        found.append(_outside(source))
    beside = None
    if source.random() < 0.3:
        same = source.random() < 0.6
        beside = Step("act", 1 - who, verb, amount, now) if same else Step(source.choice(("sync", "resume")), 1 - who)
    crash = Crash(source.choice(PLACES), source.choice((1, 1, 2, 3))) if source.random() < 0.6 else None
    found.append(Step("act", who, verb, amount, now, faults=_faults(source), crash=crash, beside=beside))
    if source.random() < 0.5:
        found.append(Step("pass", seconds=source.choice(_SPANS)))
    if source.random() < 0.15:
        found.append(_outside(source))
    if source.random() < 0.05:
        found.append(Step("skew", who, seconds=source.choice((-3600, 3600))))
    if source.random() < 0.4:
        crash = Crash(source.choice(PLACES), source.choice((1, 2, 3))) if source.random() < 0.4 else None
        kind = source.choice(("sync", "resume", "start", "word"))
        found.append(Step(kind, source.choice((0, 1)), faults=_faults(source), crash=crash))
    return found


def _outside(source: random.Random) -> Step:
    what = source.choice(_OUTSIDE)
    return Step("outside", what=what, amount=source.choice((1000, 3000)) if what.endswith("elsewhere") else None)


def _faults(source: random.Random) -> tuple[Fault, ...]:
    found = []
    while source.random() < 0.6 and len(found) < 3:
        name = source.choice(tuple(FLAWS))
        found.append(
            Fault(
                name,
                source.choice(FLAWS[name].effects),
                source.choice((1, 1, 2, 9)),
                "read" if source.random() < 0.25 else "write",
                source.choice((0, 0, 0, 1, 2)),
            )
        )
    return tuple(found)
