"""What each verb goes through, moment by moment, when nothing, the answer or the whole program is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Moment = tuple[str, int]
"""A point, and the how-manieth visit of it."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb on an order on which it is valid without a warning."""

    name: str
    situation: str
    keys: bytes
    """What opens its dialog in the console, once an order is chosen."""
    label: str
    """What the dialog's button says."""
    amount: str | None = None
    """What has to be given: the others take what is left."""
    effect: str | None = None
    """The amount in the ledger."""
    types: bool = False
    """Whether the dialog wants something typed: the amount, or else the last four of the order's id."""
    then: tuple[str, ...] = ()
    """A command that is valid once the verb is done; without one nothing is."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options of the command."""
        return ("--amount", self.amount) if self.amount else ()


AUTHORIZE = Verb("authorize", "open", b"aa", "Authorize 120.00 USD", effect="120.00", then=("capture",))
CAPTURE = Verb(
    "capture", "authorized", b"ac", "Capture 120.00 USD", effect="120.00", then=("refund", "--amount", "1.00")
)
VOID = Verb("void", "authorized", b"av", "Void this authorization", then=("authorize",))
REFUND = Verb(
    "refund",
    "captured",
    b"af",
    "Refund 5.00 USD",
    amount="5.00",
    effect="5.00",
    types=True,
    then=("refund", "--amount", "7.00", "--accept", "refund-under-way"),
)
CANCEL = Verb("cancel", "authorized", b"ak", "Cancel the order", types=True)
CLOSE = Verb("close", "part-captured", b"ax", "Close the order", types=True, then=("refund", "--amount", "1.00"))
VERBS = (AUTHORIZE, CAPTURE, VOID, REFUND, CANCEL, CLOSE)

_SENT = "attempt-durable request-leaving answer-read judged committing committed outcome-durable"
_UNTIL_COMPARED = "confirmed committing committed intent-durable read-fresh compared"
_TO_AN_ANSWER = f"{_UNTIL_COMPARED} committing committed {_SENT}"
_TAKEN_OVER = "taking-over committing committed taken-over read-back"
_PROVED = "settling committing committed settled projected"
_RECONCILED = "projected committing committed projected"
_ANSWERED = {
    "authorize": f"committing committed result-tracked {_RECONCILED}",
    "capture": f"result-tracked {_RECONCILED}",
    "void": f"result-tracked {_RECONCILED}",
    "refund": "committing committed result-tracked projected projected",
    "cancel": _RECONCILED,
    "close": _RECONCILED,
}
_UNPROVABLE = frozenset({"authorize", "refund"})
"""Reading back proves none of these: what they made has an id that only the answer tells."""


def _visits(text: str) -> tuple[Moment, ...]:
    words = text.split()
    return tuple((word, words[: number + 1].count(word)) for number, word in enumerate(words))


def _again(verb: Verb) -> str:
    return f"committing committed {_SENT} {_ANSWERED[verb.name]}"


def answered(verb: Verb, fault: str | None = None) -> tuple[Moment, ...]:
    """A request and its answer."""
    return _visits(f"{_TO_AN_ANSWER} {_ANSWERED[verb.name]}")


def lost(verb: Verb) -> tuple[Moment, ...]:
    """A request that took effect, and whose answer was lost."""
    rest = _again(verb) if verb.name in _UNPROVABLE else _PROVED
    return _visits(f"{_TO_AN_ANSWER} projected read-back {rest}")


def left(verb: Verb, fault: str | None) -> tuple[Moment, ...]:
    """The settling, by `journal resume`, of what a dead program left.

    `stall-before` and `stall-after`: Amazon had its request, before and after it took effect. None: it never left.
    """
    if fault is None:
        return _visits(f"taking-over {_PROVED} taken-over")
    proved = fault == "stall-after" and verb.name not in _UNPROVABLE
    return _visits(f"{_TAKEN_OVER} {_PROVED if proved else f'replaying {_again(verb)}'}")


def spread(cases: Sequence[T], few: int) -> tuple[T, ...]:
    """Return so many of the cases, as far from each other as can be."""
    few = min(few, len(cases))
    return tuple(cases[(2 * number + 1) * len(cases) // (2 * few)] for number in range(few))
