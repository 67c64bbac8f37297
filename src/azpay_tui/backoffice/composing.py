"""Letters composed: what is known of an order put into a template, for a preview or to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from azpay_tui import letters
from azpay_tui.domain.declines import Decline, decline_of
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.letters import COMMON, MEANINGS, Letter, LetterError, is_address, kind_of
from azpay_tui.domain.order import Order
from azpay_tui.domain.reasons import explain
from azpay_tui.domain.tries import USUAL, Tries
from azpay_tui.mailing import Mail

PAYMENT_METHOD: Final = "payment-method"
ADMIN: Final = "declined-admin"
CONFIRMATION: Final = "confirmation"
_LINKS: Final = {"na": "https://pay.amazon.com/", "eu": "https://pay.amazon.eu/", "jp": "https://pay.amazon.co.jp/"}
"""Where buyers find their payment methods, by region."""
_NOBODY: Final = {"de": "liebe Kundin, lieber Kunde"}
"""What stands in the place of a name that is not known, by language."""


@dataclass(frozen=True, slots=True)
class Desired:
    """Which letter is wanted; what is None follows from the order and the profile."""

    kind: str | None = None
    language: str | None = None
    values: Mapping[str, str] | None = None
    """For placeholders that no order answers, such as `total`."""


def fitting(order: Order, allowed: Tries = USUAL) -> str | None:
    """Return the letter that an order waits for: after a decline that its buyer can mend; None for any other."""
    decline = decline_of(order, allowed)
    return PAYMENT_METHOD if decline is not None and decline.next == "buyer" else None


def compose(order: Order, status: str, mail: Mail, region: str, wanted: Desired, allowed: Tries = USUAL) -> Letter:
    """Write a letter about an order; raises `LetterError`, one sentence, when it cannot be written.

    `status` is the order's status word, `allowed` how many soft declines the shop takes. Raises `ConfigError` for a
    template that somebody else could change.
    """
    name = wanted.kind or fitting(order, allowed)
    if name is None:
        raise LetterError(
            f"{order.id} waits for no letter: nothing of it was declined that its buyer can mend. For another letter "
            "name its template."
        )
    kind = kind_of(name)
    country = order.permission.shipping.country if order.permission and order.permission.shipping else None
    language = wanted.language or (mail.language if kind.to == "admin" else mail.language_for(country))
    template = letters.load(kind.name, language, mail.templates)
    if template.draft is None:  # load has said why by now
        raise LetterError(template.problem)
    values = _values(order, mail, region, language)
    if kind.name == ADMIN:
        values |= _of_decline(order, status, allowed)
    for key, value in (wanted.values or {}).items():
        if key not in kind.own:
            raise LetterError(_unknown(key, kind.name, kind.own))
        values[key] = value
    subject, text = template.draft.fill(values)
    return Letter(kind, language, _recipient(order, kind.to, mail), subject, text)


def _recipient(order: Order, to: str, mail: Mail) -> str:
    if to == "admin":
        if mail.admin is None:
            raise LetterError("Nobody is named to tell of declines: set admin in the mail section of the profile.")
        return mail.admin
    address = (order.buyer_email or "").strip()
    if not address:
        raise LetterError(
            f"No e-mail address of the buyer of {order.id} is known here: import it with the shop's orders, or write "
            "from the shop."
        )
    if not is_address(address):
        raise LetterError(f"{order.id} has no e-mail address of its buyer that mail can go to: write from the shop.")
    return address


def _values(order: Order, mail: Mail, region: str, language: str) -> dict[str, str]:
    return {
        "shop": mail.shop or "$shop",  # as in the template: whoever copies the letter sees what to fill in
        "buyer": order.buyer_name or _NOBODY.get(language, "customer"),
        "order": order.number or order.id,
        "order_id": order.id,
        "amount": str(order.amount) if order.amount is not None else "-",
        "link": _LINKS.get(region, _LINKS["na"]),
    }


def _of_decline(order: Order, status: str, allowed: Tries) -> dict[str, str]:
    decline = decline_of(order, allowed) or Decline("", "", None, None, "admin", 0)
    words = explain(decline.reason, "charge")
    valid = {Verb.AUTHORIZE} if decline.next == "again" else set[Verb]()
    step = words.step(valid).write(lambda verb: f"azpay {verb} {order.id}")
    asked = f"; after {allowed.most} the buyer is asked" if allowed.most is not None else ""
    counted = f" This was try {decline.tries}{asked}." if decline.next == "again" else ""
    return {
        "code": decline.reason or "no reason",
        "reason": words.sentence,
        "advice": f"{step.removeprefix('Next: ')}{counted}",
        "status": status,
        "tries": str(decline.tries),
    }


def _unknown(name: str, kind: str, own: tuple[str, ...]) -> str:
    if name in COMMON or name in MEANINGS:
        return f"${name[:40]} cannot be set for {kind}: it follows from the order, or belongs to another letter."
    known = ", ".join(f"${one}" for one in own) or "none"
    return f"There is no placeholder {name[:40]!r} to set in {kind}; those that can be set are: {known}."
