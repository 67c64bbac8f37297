"""What became of an action, for the message line: the money, the next step with its keys, what to quote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.closing import next_step
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.reasons import Step
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


class News:
    """Puts events about intents into words, each once: the same outcome is told again only when more is known."""

    def __init__(self, desk: Desk, where: tzinfo) -> None:
        """Tell of a desk's intents; `where` is the profile's time zone."""
        self._desk, self._where = desk, where
        self._last: tuple[str, str, str] | None = None

    def hear(self, intent: Intent) -> tuple[str, bool] | None:
        """Return what to say of an intent and whether it is a warning; None when it was said already.

        The next step is one that its order allows now.
        """
        valid: frozenset[Verb] = frozenset()
        then: Step | None = None
        try:
            order = self._desk.reader.order(intent.draft.wish.order_id)
            if order is not None:
                valid = valid_verbs(self._desk.offers(order))
                then = next_step(intent, order, self._desk.profile.policy, valid, self._desk.now())
        except READ_ERRORS:
            pass  # Then the step that is always possible is named; the outcome must be told whatever the cache says.
        said = (intent.id, intent.state, tell(intent, valid, then).text(keys_of))
        if said == self._last:
            return None
        self._last = said
        return news(intent, self._desk.now(), self._where, valid, then)


def why(intent: Intent, where: tzinfo) -> str:
    """Say why an intent stands as it does; of one that ended also what became of the money, and what to do next."""
    told = tell(intent)
    return display(local(told.sentence if intent.open else told.text(keys_of), where), 500)


def news(
    intent: Intent, now: datetime, where: tzinfo, valid: Collection[Verb] = (), then: Step | None = None
) -> tuple[str, bool]:
    """Return what to say of an intent, and whether it is a warning.

    `now` is UTC, `valid` are the verbs offered now, `then` is what to do once it has succeeded.
    """
    wish = intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    what = f"{display(wish.target, 40)}{amount}"
    at = f"{now.astimezone(where):%H:%M:%S}"
    told = display(local(tell(intent, valid, then).text(keys_of), where), 500)
    match intent.state:
        case "intent" | "sent":
            return f"{at} {wish.verb} {what}: sending", False
        case "succeeded":
            return f"last: {at} {_DONE[wish.verb]} {what}  ok{f'. {told}' if told else ''}", False
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
