"""What became of an action, as one sentence for the message line."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.reasons import explain
from azpay_tui.tui.display import display

_DONE: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "authorized",
    Verb.CAPTURE: "captured",
    Verb.VOID: "voided",
    Verb.REFUND: "refunded",
    Verb.CANCEL: "cancelled",
    Verb.CLOSE: "closed",
    Verb.REFRESH: "refreshed",
}


def reason_text(reason: str | None) -> str:
    """Put a reason, which is Amazon's code or a sentence already, into words."""
    if not reason:
        return ""
    known = explain(reason)
    return f" {known.sentence} {known.next_step}" if known.known else f" {display(reason, 300)}"


def news(intent: Intent, now: datetime, where: tzinfo) -> tuple[str, bool]:
    """Return what to say of an intent, and whether it is a warning; `now` is UTC."""
    wish = intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    what = f"{display(wish.target, 40)}{amount}"
    at = f"{now.astimezone(where):%H:%M:%S}"
    why = reason_text(intent.reason)
    match intent.state:
        case "intent" | "sent":
            return f"{at} {wish.verb} {what}: sending", False
        case "succeeded":
            return f"last: {at} {_DONE[wish.verb]} {what}  ok{why}", False
        case "accepted":
            return f"last: {at} {wish.verb} {what}: accepted, Amazon is working on it", False
        case "declined":
            return f"{at} {wish.verb} {what} DECLINED.{why}", True
        case "refused":
            return f"{at} {wish.verb} {what} REFUSED by Amazon.{why}", True
        case "abandoned":
            return f"{at} {wish.verb} {what}: nothing was sent.{why}", True
        case "attention":
            return f"{at} {wish.verb} {what}: needs your decision (azpay journal).{why}", True
        case _:
            return f"{at} {wish.verb} {what}: outcome UNKNOWN, being checked; do not repeat it.{why}", True
