"""What became of an action, for the message line: the money, the next step with its keys, what to quote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.telling import tell
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.widgets.words import keys_of, local

_DONE: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "authorized",
    Verb.CAPTURE: "captured",
    Verb.VOID: "voided",
    Verb.REFUND: "refunded",
    Verb.CANCEL: "cancelled",
    Verb.CLOSE: "closed",
    Verb.REFRESH: "refreshed",
}


def tell_of(desk: Desk, intent: Intent, where: tzinfo) -> tuple[str, bool]:
    """Return what to say of an intent and whether it is a warning; the next step is one its order allows now."""
    valid: frozenset[Verb] = frozenset()
    try:
        order = desk.reader.order(intent.draft.wish.order_id)
        valid = valid_verbs(desk.offers(order)) if order is not None else valid
    except READ_ERRORS:
        pass  # Then the step that is always possible is named; the outcome must be told whatever the cache says.
    return news(intent, desk.now(), where, valid)


def why(intent: Intent, where: tzinfo) -> str:
    """Say why an intent stands as it does; of one that ended also what became of the money, and what to do next."""
    told = tell(intent)
    return display(local(told.sentence if intent.open else told.text(keys_of), where), 500)


def news(intent: Intent, now: datetime, where: tzinfo, valid: Collection[Verb] = ()) -> tuple[str, bool]:
    """Return what to say of an intent, and whether it is a warning; `now` is UTC, `valid` the verbs offered now."""
    wish = intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    what = f"{display(wish.target, 40)}{amount}"
    at = f"{now.astimezone(where):%H:%M:%S}"
    told = display(local(tell(intent, valid).text(keys_of), where), 500)
    match intent.state:
        case "intent" | "sent":
            return f"{at} {wish.verb} {what}: sending", False
        case "succeeded":
            return f"last: {at} {_DONE[wish.verb]} {what}  ok {told}".rstrip(), False
        case "accepted":
            return f"last: {at} {wish.verb} {what}: accepted. {told}", False
        case "declined":
            return f"{at} {wish.verb} {what} DECLINED. {told}", True
        case "refused":
            return f"{at} {wish.verb} {what} REFUSED. {told}", True
        case "abandoned":
            return f"{at} {wish.verb} {what} NOT DONE. {told}", True
        case "attention":
            return f"{at} {wish.verb} {what} NEEDS YOUR DECISION. {told}", True
        case _:
            return f"{at} {wish.verb} {what} UNKNOWN. {told}", True
