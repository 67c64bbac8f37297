"""What became of a confirmed action, for the person who confirmed it: the money, the next step, what to quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.moments import written
from azpay_tui.domain.reasons import Explanation, Step, about, explain

OFFLINE: Final = "offline: "
CHANGED: Final = "changed: "
"""Prefixes of the reason of an abandoned intent, for exit codes; no person sees them."""
ALREADY_SO: Final = "already so"
"""Reason of an intent whose wish had come true before anything was sent."""
_NOTHING_SENT: Final = "Nothing was sent."
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*", re.ASCII)
_GONE_WELL: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "Amazon decides within 24 hours.",
    Verb.CAPTURE: "Amazon is taking the money; it decides within hours.",
    Verb.REFUND: "The money is on its way back; the buyer has it in days, at most 9 working days.",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What became of an action; every text but `code` and `request_id` is a sentence, or empty."""

    sentence: str
    """What happened."""
    money: str
    """What became of the money."""
    step: Step | None
    """What to do next; None when there is nothing to do."""
    code: str | None = None
    """Amazon's reason code."""
    request_id: str | None = None
    """What Amazon's support asks for; only where something went wrong."""

    def text(self, way: Callable[[Verb], str]) -> str:
        """Put it all into one text; `way` names how to get to a command."""
        step = self.step.write(way) if self.step is not None else ""
        quote = f"Quote: {self.quote}." if self.quote else ""
        return " ".join(part for part in (self.sentence, self.money, step, quote) if part)

    @property
    def quote(self) -> str:
        """What to quote to Amazon's support."""
        request = f"request id {self.request_id}" if self.request_id else ""
        return ", ".join(part for part in (self.code or "", request) if part)


def plain(reason: str | None) -> str:
    """Return the reason of an intent without the word that only the exit code needs."""
    text = reason or ""
    for prefix in (OFFLINE, CHANGED):
        if text.startswith(prefix):
            text = text[len(prefix) :]
            return text[:1].upper() + text[1:]
    return text


def unsent(sentence: str) -> str:
    """Return a sentence that says, once, that nothing was sent."""
    text = sentence.strip()
    if "othing was sent" in text:
        return text
    stop = "" if not text or text.endswith((".", "!", "?")) else "."
    return f"{text}{stop} {_NOTHING_SENT}".strip()


def is_code(reason: str) -> bool:
    """Whether a reason is one of Amazon's words, known or not, and no sentence."""
    return _CODE.fullmatch(reason) is not None


def tell(intent: Intent, valid: Collection[Verb] = (), then: Step | None = None) -> Telling:
    """Tell what became of an intent; `valid` are the verbs that its order allows now.

    `then` is what to do once it has succeeded.
    """
    verb, reason = intent.draft.wish.verb, plain(intent.reason)
    coded = explain(reason, about(verb)) if is_code(reason) else None
    if intent.settled_by is not None and intent.settled_by.startswith("person "):
        return Telling(f"Settled as {intent.state} by {intent.settled_by.removeprefix('person ')}.", "", None)
    match intent.state:
        case "succeeded":
            return Telling("It was so already; nothing was sent." if reason == ALREADY_SO else "", "", then)
        case "accepted":
            return Telling("", _GONE_WELL.get(verb, "Amazon is working on it."), None)
        case "declined" | "refused":
            return _turned_down(intent, reason, coded, valid)
        case "abandoned":
            return Telling(unsent(reason or "The order changed at Amazon."), "", _run_again(intent))
        case "attention":
            settle = f"Look in Seller Central what happened, then azpay journal settle {intent.id}."
            return Telling(
                coded.sentence if coded else reason,
                "Whether money moved is not known.",
                Step(settle),
                reason if coded else None,
                intent.request_id,
            )
    return _unknown(intent, reason, coded)


def in_doubt(intent: Intent) -> str:
    """Say of a step of several that nobody knows whether it took effect, and what to do before going on."""
    wish = intent.draft.wish
    step = f"{wish.verb} {wish.amount}" if wish.amount else str(wish.verb)
    return f"What became of {step} is not known yet: settle it first (azpay journal resume {intent.id})."


def _turned_down(intent: Intent, reason: str, coded: Explanation | None, valid: Collection[Verb]) -> Telling:
    if coded is None:
        look = Step("Refresh the order{} and look at what is offered now.", Verb.REFRESH)
        return Telling(reason, "No money moved by it.", look, None, intent.request_id)
    return Telling(coded.sentence, coded.money, coded.step(valid), reason, intent.request_id)


def _run_again(intent: Intent) -> Step:
    if (intent.reason or "").startswith(OFFLINE):
        return Step("Do it again once that is mended.")
    return Step("Look at the order, then decide anew.")


def _unknown(intent: Intent, reason: str, coded: Explanation | None) -> Telling:
    when = f", next at {written(intent.next_due)}" if intent.next_due is not None else ""
    return Telling(
        coded.sentence if coded else reason,
        "" if "is unknown" in reason else "Whether money moved is not known yet.",
        Step(f"Do not repeat it. It is read back by itself{when}; refresh{{}} to look now.", Verb.REFRESH),
        reason if coded else None,
        intent.request_id,
    )
