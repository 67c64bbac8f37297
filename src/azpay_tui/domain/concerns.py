"""Every attention code in words for the operator, with what to do about it."""

from __future__ import annotations

from typing import Final

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.reasons import Explanation, Step

_LOOK: Final = Step("Refresh the order{}; if it stays so, look into Seller Central.", Verb.REFRESH)
_CONCERNS: Final[dict[str, Explanation]] = {
    "unknown": Explanation(
        "What became of an action is not known.",
        "Whether money moved is not known yet.",
        (Step("Do not repeat it; refresh{} to look now.", Verb.REFRESH),),
    ),
    "lapses-soon": Explanation(
        "The 7-day guarantee or the authorization ends within 48 hours.",
        "The money is held until then.",
        (
            Step("Capture it{}, or authorize anew before you ship.", Verb.CAPTURE),
            Step("Refresh the order{} and look at what is offered.", Verb.REFRESH),
        ),
    ),
    "lapsed": Explanation(
        "The authorization ended without a capture.",
        "Nothing is held any more.",
        (Step("Authorize again{} within the week before shipping.", Verb.AUTHORIZE), _LOOK),
    ),
    "declined": Explanation(
        "The last authorization was declined.",
        "No money was taken by it and none is held.",
        (Step("Authorize again{}, or ask the buyer for another payment method.", Verb.AUTHORIZE), _LOOK),
    ),
    "suspended": Explanation(
        "The buyer must repair the payment method.",
        "What was captured stays with you; a live authorization can still be captured.",
        (Step("Ask the buyer, then refresh{}.", Verb.REFRESH),),
    ),
    "repaired": Explanation(
        "The buyer has repaired the payment method that had failed.",
        "No money was taken yet and none is held.",
        (Step("Authorize again{}; a warning about the same card is about the old one.", Verb.AUTHORIZE), _LOOK),
    ),
    "refund-declined": Explanation(
        "A refund was declined and not made good since.",
        "The buyer did not get that money.",
        (
            Step("Refund again{} or pay the buyer another way.", Verb.REFUND),
            Step("Pay the buyer another way."),
        ),
    ),
    "refund-late": Explanation(
        "A refund is under way for more than 9 working days.", "The buyer may not have the money yet.", (_LOOK,)
    ),
    "diverged": Explanation(
        "What Amazon has left to charge does not fit the charges known here.",
        "A charge may have been made elsewhere.",
        (Step("Learn of it with azpay discover or azpay orders track CHARGE-ID, then refresh{}.", Verb.REFRESH),),
    ),
    "stop-shipment": Explanation(
        "Amazon says not to ship this order.",
        "Money that was taken stays with you for now.",
        (Step("Stop the parcel and look into Seller Central."),),
    ),
    "stuck": Explanation(
        "Something at Amazon takes longer than it should.", "Whether the money moves is not decided.", (_LOOK,)
    ),
    "unrecognised": Explanation(
        "Amazon says something that this version does not know.",
        "Nothing is done here with what is not understood.",
        (Step("Refresh the order{}; act in Seller Central until a newer version knows it.", Verb.REFRESH),),
    ),
    "refund-due": Explanation(
        "The sale was cancelled here, and what is due to the buyer did not go back yet.",
        "The buyer's money is still with you.",
        (
            Step("Refund it{}, or cancel the sale again with automatic refunds: azpay cancel-sale.", Verb.REFUND),
            Step("Go on cancelling the sale: azpay cancel-sale ORDER --automatic."),
        ),
    ),
    "charged-after-cancel": Explanation(
        "Money was taken after the sale had been cancelled here, or for lines of it that were.",
        "The buyer paid for what is not to be sent.",
        (
            Step("Refund it{}, and find out who captured it.", Verb.REFUND),
            Step("Go on cancelling the sale: azpay cancel-sale ORDER."),
        ),
    ),
    "cancel-open": Explanation(
        "The sale was cancelled here, and at Amazon the order can still be charged.",
        "What is held stays held until it is ended or lapses; nothing revives the order here.",
        (Step("Go on cancelling the sale: azpay cancel-sale ORDER."),),
    ),
    "message-failed": Explanation(
        "A message about the order did not arrive, and it is not tried again by itself.",
        "The money is not concerned; the shop, the buyer or the admin does not know.",
        (
            Step(
                "Look why: azpay messages list --state failed, in the console the page jobs (!). Then send it again or "
                "drop it: azpay messages retry ID, azpay messages drop ID, on the page t or d."
            ),
        ),
    ),
}


def concern(code: str) -> Explanation:
    """Put an attention code into words; raises `KeyError` for one that does not exist."""
    return _CONCERNS[code]
