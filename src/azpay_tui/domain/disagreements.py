"""The kinds of disagreement between shop and Amazon: what each means, what became of the money, what puts it right."""

from __future__ import annotations

from typing import Final

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.reasons import Explanation, Step

_CORRECT: Final = Step("Correct the order in the shop.")
LOOK_UP: Final = "Look for the order in the shop, by the buyer and the day"
"""How a step begins for an order that the shop does not name."""

KINDS: Final[dict[str, Explanation]] = {
    "not-in-shop": Explanation(
        "Amazon has the order, and no source of the shop names it.",
        "Money may be held or taken for an order that nobody sends.",
        (Step(f"{LOOK_UP}; make it there, or call it off here."),),
    ),
    "not-at-amazon": Explanation(
        "The shop names the order, and Amazon does not know it here.",
        "Nothing is held or taken for it here.",
        (Step("Check that the shop's ids are of this region and environment; else correct the order in the shop."),),
    ),
    "same-number": Explanation(
        "The shop gives one number to several payments.",
        "The buyer may have been charged twice.",
        (Step("Compare the payments, and call off the one that the shop's order does not need."),),
    ),
    "two-orders": Explanation(
        "Two orders of the shop name this one payment.",
        "It pays for one of them.",
        (Step("Find out in the shop which of them it pays for; hold the other one's parcel."),),
    ),
    "cancel-held": Explanation(
        "The shop called the order off, and Amazon still holds money for it.",
        "The buyer's money is held until the authorization ends.",
        (
            Step("Void the authorization{}, unless the order is to be sent after all.", Verb.VOID),
            Step("Cancel the order{}, unless it is to be sent after all.", Verb.CANCEL),
            Step("Void it in Seller Central, or correct the order in the shop."),
        ),
    ),
    "failed-held": Explanation(
        "The shop takes the payment for failed, and Amazon holds the money.",
        "The buyer's money is held until the authorization ends.",
        (
            Step("Void the authorization{}, or mark the order as authorized in the shop.", Verb.VOID),
            Step("Mark the order as authorized in the shop, or void it in Seller Central."),
        ),
    ),
    "refund-due": Explanation(
        "The shop called the order off or gave money back, and Amazon shows the money with you.",
        "The buyer does not have it back.",
        (
            Step("Refund it{}, or correct the order in the shop.", Verb.REFUND),
            Step("Pay the buyer another way, or correct the order in the shop."),
        ),
    ),
    "capture-due": Explanation(
        "The shop counts the order as paid, and the money is only held.",
        "It is lost when the authorization ends.",
        (
            Step("Capture it{}.", Verb.CAPTURE),
            Step("Hold the parcel, and correct the order in the shop."),
        ),
    ),
    "no-money": Explanation(
        "The shop counts on money that Amazon neither took nor holds.",
        "There is no money for this order.",
        (
            Step("Hold the parcel; authorize again{}, or correct the order in the shop.", Verb.AUTHORIZE),
            Step("Hold the parcel, and correct the order in the shop."),
        ),
    ),
    "paid-unseen": Explanation(
        "Amazon took the money, and the shop does not know.",
        "You have the buyer's money.",
        (Step("Mark the order as paid in the shop."),),
    ),
    "refund-unseen": Explanation(
        "All the money went back, and the shop counts the order as paid.",
        "The buyer has it back.",
        (Step("Mark the order as refunded in the shop; stop the parcel if it has not left."),),
    ),
    "captured-less": Explanation(
        "The shop counts the order as paid, and less than its amount was captured.",
        "The rest is missing.",
        (
            Step("Charge the rest{}, or correct the amount in the shop.", Verb.AUTHORIZE),
            Step("Ask the buyer for the rest, or correct the amount in the shop."),
        ),
    ),
    "captured-more": Explanation(
        "More was captured than the shop's amount.",
        "The buyer paid too much.",
        (
            Step("Refund the difference{}, or correct the amount in the shop.", Verb.REFUND),
            Step("Pay the difference back another way, or correct the amount in the shop."),
        ),
    ),
    "charged-elsewhere": Explanation(
        "What Amazon has left to charge does not fit the charges known here.",
        "A charge may have been made elsewhere.",
        (Step("Learn of it with azpay discover or azpay orders track CHARGE-ID, then refresh{}.", Verb.REFRESH),),
    ),
}
"""Code of a difference -> what it means, the money, what to do, best first; the last step is always possible."""

CODES: Final = tuple(KINDS)
ORPHANS: Final = frozenset({"not-in-shop", "not-at-amazon"})
"""Codes of orders that only one side has; all others are of orders on which the two disagree."""

DIFFERENCES: Final = frozenset({"orphans", "diverged"})
"""Views of orders on which shop and Amazon disagree."""


def none_found(view: str, *, heard: bool, reading: bool) -> str:
    """Say why the view `orphans` or `diverged` is empty, as far as it is known.

    `heard`: a source of the shop's side named any order yet; `reading`: not all that is due was read from Amazon.
    """
    if not heard:
        known = "No orphan can be told" if view == "orphans" else "There is nothing to compare"
        return f"{known}: the shop did not name any order yet."
    so_far = " read so far" if reading else ""
    if view == "orphans":
        return f"No orphans: shop and Amazon have the same orders{so_far}."
    return f"Shop and Amazon agree on every order{so_far}."
